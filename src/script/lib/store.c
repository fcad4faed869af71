/* reeve.store: indexed like a table; what is in it survives a reload. */
#include "script/store.h"
#include "script/lib.h"

#include <lauxlib.h>

static const char *check_key(lua_State *L, int arg, size_t *length)
{
    if (lua_type(L, arg) != LUA_TSTRING)
        luaL_error(L, "the keys of reeve.store are texts, not a %s", luaL_typename(L, arg));
    return lua_tolstring(L, arg, length);
}

/* A copy: to change a table in it, put it back. */
static int lib_index(lua_State *L)
{
    size_t length;
    const char *key = check_key(L, 2, &length);

    store_push(L, key, length);
    return 1;
}

static int lib_newindex(lua_State *L)
{
    size_t length;
    const char *key = check_key(L, 2, &length);

    store_set(L, key, length, 3);
    return 0;
}

/* Those that were there when it began: as in a table, what it comes by may be taken out. */
static int next(lua_State *L)
{
    lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));
    size_t length;

    while (lua_rawgeti(L, lua_upvalueindex(1), ++i) != LUA_TNIL) {
        const char *key = lua_tolstring(L, -1, &length);

        store_push(L, key, length);
        if (!lua_isnil(L, -1)) {
            lua_pushinteger(L, i);
            lua_replace(L, lua_upvalueindex(2));
            return 2;
        }
        lua_pop(L, 2);
    }
    return 1;
}

static int lib_pairs(lua_State *L)
{
    store_push_keys(L);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next, 2);
    return 1;
}

static const luaL_Reg methods[] = {
    { "__index", lib_index }, { "__newindex", lib_newindex }, { "__pairs", lib_pairs }, { NULL, NULL }
};

void lib_open_store(lua_State *L)
{
    lua_newuserdatauv(L, 0, 0);
    luaL_newlib(L, methods);
    lua_pushliteral(L, "store");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_setfield(L, -2, "store");
}
