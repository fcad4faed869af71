#include "script/userdata.h"

void userdata_open(lua_State *L, const char *type, const char *name, const luaL_Reg *methods, const luaL_Reg *special)
{
    luaL_newmetatable(L, type);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__index");
    luaL_setfuncs(L, special, 1);
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void userdata_collect(lua_State *L, const char *type, lua_CFunction collect)
{
    if (luaL_newmetatable(L, type)) {
        lua_pushcfunction(L, collect);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
}
