#include "script/lib.h"

void lib_tame(lua_State *L, const char *name, lua_CFunction wrapper)
{
    lua_getfield(L, -1, name);
    lua_pushcclosure(L, wrapper, 1);
    lua_setfield(L, -2, name);
}

void lib_push_copy(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    lua_newtable(L);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

void lib_open_all(lua_State *L)
{
    lib_open_base(L);
    lib_open_coroutine(L);
    lib_open_string(L);
    lib_open_table(L);
    lib_open_io(L);
    lib_open_os(L);
    lib_open_reeve(L);
    lib_open_config(L);
    lib_open_include(L);
    lib_open_require(L);
    lib_open_worker(L);
    lib_open_socket(L);
    lib_guard_globals(L);
}
