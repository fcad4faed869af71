/* What of Lua's os library neither ends reeve nor touches the file system. */
#include "script/lib.h"

#include <lauxlib.h>
#include <lualib.h>

void lib_open_os(lua_State *L)
{
    static const char *const kept[] = { "clock", "date", "difftime", "getenv", "time", NULL };

    luaL_requiref(L, LUA_OSLIBNAME, luaopen_os, 0);
    lua_newtable(L);
    for (const char *const *name = kept; *name != NULL; name++) {
        lua_getfield(L, -2, *name);
        lua_setfield(L, -2, *name);
    }
    lua_setglobal(L, LUA_OSLIBNAME);
    lua_pop(L, 1);
}
