#include "script/event.h"

#include "base/units.h"
#include "script/handle.h"

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void set_number(lua_State *L, const char *key, lua_Integer number)
{
    lua_pushinteger(L, number);
    lua_setfield(L, -2, key);
}

static void set_bool(lua_State *L, const char *key, bool yes)
{
    lua_pushboolean(L, yes);
    lua_setfield(L, -2, key);
}

static void set_seconds(lua_State *L, const char *key, msec time)
{
    lua_pushnumber(L, (lua_Number)time / 1000);
    lua_setfield(L, -2, key);
}

void event_push_exit(lua_State *L, const struct process_exit *exit)
{
    if (exit == NULL) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, 11);
    if (exit->code >= 0)
        set_number(L, "code", exit->code);
    if (exit->signal > 0)
        set_text(L, "signal", signal_name(exit->signal));
    set_bool(L, "expected", exit->expected);
    set_bool(L, "stopped", exit->stopped);
    set_text(L, "reason", exit->reason);
    set_seconds(L, "uptime", exit->uptime);
    set_number(L, "attempt", exit->attempt);
    set_number(L, "restarts", exit->restarts);
    set_bool(L, "core", exit->core);
    set_bool(L, "oom", exit->oom);
    set_seconds(L, "at", exit->at);
}

const struct program *event_program(const struct event *event)
{
    return event->process != NULL ? process_program(event->process) : event->program;
}

static const char *name_of_text(enum event_kind kind)
{
    switch (kind) {
    case EVENT_HEALTH:
        return "why";
    case EVENT_EXIT:
    case EVENT_FATAL:
        return "verdict";
    default:
        return "text";
    }
}

void event_push(lua_State *L, const struct event *event)
{
    const struct program *program = event_program(event);

    lua_createtable(L, 0, 6);
    set_text(L, "event", event_name(event->kind));
    set_seconds(L, "at", event->at);
    if (program != NULL)
        set_text(L, "program", program->name);
    if (event->kind == EVENT_HEALTH)
        set_bool(L, "ok", event->ok);
    if (event->kind == EVENT_WISH)
        set_bool(L, "wanted", event->ok);
    if (event->text != NULL)
        set_text(L, name_of_text(event->kind), event->text);
    if (event->process == NULL)
        return;
    handle_push_process(L, event->process);
    lua_setfield(L, -2, "process");
    event_push_exit(L, event->exit);
    lua_setfield(L, -2, "exit");
}
