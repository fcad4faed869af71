/* Lua's table library, with limits to the ranges that a single call works through: no time limit reaches into it, and a
 * table's length may be a lie (`__len`). */
#include "script/lib.h"

#include <lauxlib.h>
#include <lualib.h>

enum { RANGE_LONGEST = 1024 * 1024, SORTED_MOST = 256 * 1024 };

static int check_length(lua_State *L, lua_Integer most)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));

    if (luaL_len(L, 1) > most)
        return luaL_error(L, "the table has more than %I elements: too many for one call", most);
    return original(L);
}

/* table.sort(t, less) */
static int sort(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    return check_length(L, SORTED_MOST);
}

/* table.insert(t, …), table.remove(t, …): a table without a metatable has as many elements as it has memory. */
static int shift(lua_State *L)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));

    if (lua_getmetatable(L, 1) == 0)
        return original(L);
    lua_pop(L, 1);
    return check_length(L, RANGE_LONGEST);
}

static void check_range(lua_State *L, lua_Integer first, lua_Integer last)
{
    if (last >= first && (lua_Unsigned)last - (lua_Unsigned)first >= RANGE_LONGEST)
        luaL_error(L, "a range of more than %d elements is too long for one call", RANGE_LONGEST);
}

/* table.move(from, first, last, …) */
static int move(lua_State *L)
{
    check_range(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3));
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/* table.concat(t, between, first, last) */
static int concat(lua_State *L)
{
    lua_Integer first = luaL_optinteger(L, 3, 1);
    lua_Integer last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : luaL_checkinteger(L, 4);

    check_range(L, first, last);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void lib_open_table(lua_State *L)
{
    luaL_requiref(L, LUA_TABLIBNAME, luaopen_table, 1);
    lib_tame(L, "sort", sort);
    lib_tame(L, "insert", shift);
    lib_tame(L, "remove", shift);
    lib_tame(L, "move", move);
    lib_tame(L, "concat", concat);
    lua_pop(L, 1);
}
