#include "base/log.h"
#include "os/system_log.h"
#include "script/handle.h"
#include "script/lib.h"

#include <lauxlib.h>
#include <string.h>

static int check_level(lua_State *L, int arg)
{
    const char *name = luaL_checkstring(L, arg);
    int level = log_level_parse(name);

    if (level < 0)
        luaL_argerror(L, arg, "expected \"err\", \"warning\", \"notice\", \"info\" or \"debug\"");
    return level;
}

/* reeve.log(level, format, …): a line of reeve's own log; the format is string.format's. */
static int lib_log(lua_State *L)
{
    int level = check_level(L, 1);

    if (!log_wants(level))
        return 0;
    luaL_checkstring(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_replace(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    log_at(level, "%s", lua_tostring(L, -1));
    return 0;
}

static const struct {
    const char *name;
    int priority;
} severe[] = { { "emerg", LOG_EMERG }, { "alert", LOG_ALERT }, { "crit", LOG_CRIT } };

/* syslog knows three that the log does not. */
static int check_priority(lua_State *L, int arg)
{
    const char *name = luaL_checkstring(L, arg);
    int level = log_level_parse(name);

    for (size_t i = 0; i < sizeof severe / sizeof severe[0]; i++)
        if (strcmp(name, severe[i].name) == 0)
            return severe[i].priority;
    if (level < 0)
        luaL_argerror(
            L, arg, "expected \"emerg\", \"alert\", \"crit\", \"err\", \"warning\", \"notice\", \"info\" or \"debug\"");
    return level;
}

/* reeve.syslog(priority, text) -> true | nil, message: a line to the system's log, wherever reeve's own log goes. */
static int lib_syslog(lua_State *L)
{
    const struct supervisor *s = script_supervisor();
    int facility = s != NULL ? supervisor_plan(s)->settings.syslog_facility : LOG_DAEMON;
    int priority = check_priority(L, 1);
    struct error e;

    return handle_push_result(L, system_log_send(facility | priority, "reeve", luaL_checkstring(L, 2), &e), &e);
}

void lib_open_log(lua_State *L)
{
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "format");
    lua_remove(L, -2);
    lua_pushcclosure(L, lib_log, 1);
    lua_setfield(L, -2, "log");
    lua_pushcfunction(L, lib_syslog);
    lua_setfield(L, -2, "syslog");
}
