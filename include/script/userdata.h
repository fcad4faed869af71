/* userdata: what the metatables of C's values have in common. */
#ifndef SCRIPT_USERDATA_H
#define SCRIPT_USERDATA_H

#include <lauxlib.h>
#include <lua.h>

/* Make the metatable `type`, once for each state; Lua sees `name` in its place. `methods` are found by name, `special`
 * are those with two underscores: an `__index` among them finds the table of methods in its first upvalue. */
void userdata_open(lua_State *L, const char *type, const char *name, const luaL_Reg *methods, const luaL_Reg *special);

/* The userdata on top of the stack, which no user sees, is freed by `collect`. */
void userdata_collect(lua_State *L, const char *type, lua_CFunction collect);

#endif
