/* args: what functions of the library are given, checked. All of these raise, but for args_read_duration. */
#ifndef SCRIPT_ARGS_H
#define SCRIPT_ARGS_H

#include "base/duration.h"
#include "base/error.h"
#include "base/words.h"

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

/* A time: seconds, or a text such as "500ms". With a default for nil. */
bool args_read_duration(lua_State *L, int index, msec *out, struct error *e);
msec args_duration(lua_State *L, int arg);
msec args_optional_duration(lua_State *L, int arg, msec otherwise);

/* A text that C can hold. */
const char *args_text(lua_State *L, int arg);

/* The fields of the table at `index` are among these names (a NULL ends them), or the nearest one is told. */
void args_check_fields(lua_State *L, int index, const char *const *names);

/* Push a field of the table at `index`, if it is not nil. Metatables are not asked: their functions could take out what
 * was read before, and nothing would keep what they return. */
bool args_push_field(lua_State *L, int index, const char *name);

/* The option `name` is not what is on top of the stack, but `what`. */
void args_expect(lua_State *L, const char *name, const char *what);

/* The text at `index`, one that C can hold; `name` is of the option that it is a part of. */
const char *args_plain_text(lua_State *L, int index, const char *name);

/* A field of the table at `index`; NULL or `otherwise` if it is nil. A text is kept by the table; with NULL for
 * `length` it is one that C can hold. */
const char *args_text_field(lua_State *L, int index, const char *name, size_t *length);
msec args_duration_field(lua_State *L, int index, const char *name, msec otherwise);
int64_t args_size_field(lua_State *L, int index, const char *name, int64_t otherwise);
bool args_bool_field(lua_State *L, int index, const char *name, bool otherwise);

#endif
