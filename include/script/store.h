/* store: small values that outlive a generation: `reeve.store`. They are kept as texts that only this room reads. */
#ifndef SCRIPT_STORE_H
#define SCRIPT_STORE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

struct snapshot;

enum { STORE_MOST = 1024 * 1024 }; /* bytes, all together */

/* Push a copy of what is kept under `key`, or nil. */
void store_push(lua_State *L, const char *key, size_t length);

/* Keep a copy of the value at `index`; nil forgets it. Raises if it is none that can be kept, or too much. */
void store_set(lua_State *L, const char *key, size_t length, int index);

/* Push a list of all keys, in the order in which they came. */
void store_push_keys(lua_State *L);

/* Each entry is written there from now on, first those that there are; NULL: nowhere. */
void store_keep(struct snapshot *snapshot);

/* One that was written by a former life. False: it is broken. */
bool store_take(const char *data, size_t length);

/* Forget everything. */
void store_clear(void);

#endif
