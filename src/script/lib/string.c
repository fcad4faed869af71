/* Lua's string library, with limits to what a single call is likely to take: no time limit reaches into it. */
#include "script/lib.h"

#include <lauxlib.h>
#include <lualib.h>

enum { SUBJECT_LONGEST = 1024 * 1024 };

/* find match gmatch gsub: most patterns take at most the square of the subject's length. The worst never end: that is a
 * hang like any other, which reeve resumes from. */
static int matcher(lua_State *L)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));
    size_t length;

    luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, length <= SUBJECT_LONGEST, 1, "longer than 1 MB: take it apart first");
    return original(L);
}

/* string.rep(s, n, sep): Lua counts to n even if there is nothing to repeat. */
static int rep(lua_State *L)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));
    size_t length, between;

    luaL_checklstring(L, 1, &length);
    luaL_optlstring(L, 3, "", &between);
    if (length + between > 0)
        return original(L);
    luaL_checkinteger(L, 2);
    lua_pushliteral(L, "");
    return 1;
}

void lib_open_string(lua_State *L)
{
    luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 1);
    lib_tame(L, "find", matcher);
    lib_tame(L, "match", matcher);
    lib_tame(L, "gmatch", matcher);
    lib_tame(L, "gsub", matcher);
    lib_tame(L, "rep", rep);
    lua_pushnil(L);
    lua_setfield(L, -2, "dump"); /* there is nothing that would read it */
    lua_pop(L, 1);
}
