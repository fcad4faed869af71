/* What a worker does not take over from its parent. A value that holds a descriptor, a timer or a child of the parent's
 * loop would, when it is collected, act on what is not there, or is somebody else's by now. */
#include "script/http.h"
#include "script/lib.h"

#include <lauxlib.h>

/* The metatable that values made from now on get; those from before are of no known type, and nothing finalizes them.
 */
static void renew_type(lua_State *L, const char *name)
{
    if (luaL_getmetatable(L, name) == LUA_TTABLE) {
        lib_push_copy(L, -1);
        lua_setfield(L, LUA_REGISTRYINDEX, name);
        lua_pushnil(L);
        lua_setfield(L, -2, "__gc");
        lua_pushnil(L);
        lua_setfield(L, -2, "__close");
    }
    lua_pop(L, 1);
}

void lib_leave_parent(lua_State *L)
{
    static const char *const types[] = { "reeve.stream", "reeve.run",         "reeve.carrier", "reeve.question",
                                         "reeve.task",   "reeve.http_stream", "reeve.asker",   LUA_FILEHANDLE };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        renew_type(L, types[i]);
    http_leave_streams();
}
