/* json_value: JSON as values of Lua, and back. */
#ifndef SCRIPT_JSON_VALUE_H
#define SCRIPT_JSON_VALUE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

enum {
    JSON_DEEPEST = 64,
    JSON_LARGEST = 16 * 1024 * 1024 /* bytes */
};

/* Push the text of the value at `index`; raises where JSON has no words for it. */
void json_value_encode(lua_State *L, int index);

/* Push the value of a text. 1; or nil and why it is no JSON: 2. Members that are null are reeve.json.null, or missing.
 */
int json_value_decode(lua_State *L, const char *text, size_t length, bool keeps_null);

/* Mark the table at `index` as an array, also when it is empty. */
void json_value_mark_array(lua_State *L, int index);

#endif
