#include "base/log.h"
#include "base/syslogger.h"
#include "script/handle.h"
#include "script/lib.h"

#include <errno.h>
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
    const char *text;
    size_t length;

    if (!log_wants(level))
        return 0;
    luaL_checkstring(L, 2);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_replace(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    text = lua_tolstring(L, -1, &length);
    log_text(level, text, length);
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

static bool send_line(int priority, const char *text, struct error *e)
{
    if (syslogger_send(priority, text, strcspn(text, "\n")))
        return true;
    if (errno == EAGAIN)
        return failure(e, "the system's log does not read its socket /dev/log");
    return failure_errno(e, "cannot reach the system's log at /dev/log");
}

/* reeve.syslog(priority, text) -> true | nil, message: a line to the system's log, wherever reeve's own log goes. */
static int lib_syslog(lua_State *L)
{
    int priority = check_priority(L, 1);
    struct error e;

    return handle_push_result(L, send_line(priority, luaL_checkstring(L, 2), &e), &e);
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
