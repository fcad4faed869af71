/* reeve.schedule.engine: what lua/reeve/schedule.lua cannot do itself. Not for users. */
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/loading.h"
#include "script/schedules.h"

#include <lauxlib.h>
#include <string.h>

/* Where the user's file called the library: the first code of another source than the library's own. */
static struct spot caller(lua_State *L)
{
    struct spot own = script_spot(L, 1), spot = own;

    for (int level = 2; spot.line > 0 && strcmp(spot.file, own.file) == 0; level++)
        spot = script_spot(L, level);
    return spot.line > 0 ? spot : own;
}

/* engine.refuse(message): a problem of the file, while it is loaded; else an error */
static int lib_refuse(lua_State *L)
{
    struct loading *l = script_of(L)->loading;
    const char *text = luaL_checkstring(L, 1);
    struct spot spot = caller(L);

    if (l == NULL)
        return luaL_error(L, "%s:%d: %s", spot.file, spot.line, text);
    loading_problem_at(l, &spot, "schedule: %s", text);
    return 0;
}

/* engine.expect(target): there is to be such a one in the plan */
static int lib_expect(lua_State *L)
{
    struct loading *l = script_of(L)->loading;
    const char *target = luaL_checkstring(L, 1);
    struct spot spot = caller(L);

    if (l != NULL)
        loading_expect(l, "schedule", target, &spot);
    return 0;
}

/* engine.seconds(time) -> number */
static int lib_seconds(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)args_duration(L, 1) / 1000);
    return 1;
}

/* engine.processes(target) -> list of processes */
static int lib_processes(lua_State *L)
{
    return handle_push_processes(L, luaL_checkstring(L, 1));
}

/* engine.has_state_dir() -> boolean */
static int lib_has_state_dir(lua_State *L)
{
    struct supervisor *s = script_supervisor();

    lua_pushboolean(L, s != NULL && supervisor_plan(s)->settings.state_dir != NULL);
    return 1;
}

int lib_module_schedule(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "refuse", lib_refuse },
        { "expect", lib_expect },
        { "seconds", lib_seconds },
        { "processes", lib_processes },
        { "has_state_dir", lib_has_state_dir },
        { "call_at", handle_call_at_time },
        { "show", schedules_keep },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    return 1;
}
