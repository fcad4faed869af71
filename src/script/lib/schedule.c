/* reeve.schedule.engine: what lua/reeve/schedule.lua cannot do itself. Not for users. */
#include "script/handle.h"
#include "script/lib.h"
#include "script/schedules.h"

#include <lauxlib.h>

/* engine.processes(target) -> list of processes */
static int lib_processes(lua_State *L)
{
    return handle_push_processes(L, luaL_checkstring(L, 1));
}

int lib_module_schedule(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "processes", lib_processes },
        { "call_at", handle_call_at_time },
        { "show", schedules_keep },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}
