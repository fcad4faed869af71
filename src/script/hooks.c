#include "script/hooks.h"

#include "base/text.h"
#include "base/units.h"
#include "script/call.h"
#include "script/handle.h"
#include "script/script.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

const char *const hooks_events[] = { "start", "ready",  "exit",   "restart",       "backoff", "fatal",    "stop",
                                     "line",  "health", "reload", "reload_failed", "scale",   "shutdown", NULL };

static struct {
    struct supervisor *supervisor;
    struct listener *listener;
    struct script *current;
} hooks;

struct supervisor *script_supervisor(void)
{
    return hooks.supervisor;
}

void hooks_set_current(struct script *s)
{
    hooks.current = s;
}

void hooks_forget(const struct script *s)
{
    if (hooks.current == s)
        hooks.current = NULL;
}

/* ---- what they are told ------------------------------------------------------------------------ */

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

void hooks_push_exit(lua_State *L, const struct process_exit *exit)
{
    if (exit == NULL) {
        lua_pushnil(L);
        return;
    }
    lua_createtable(L, 0, 9);
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
}

/* A process follows its program from plan to plan. */
static const struct program *program_of(const struct event *event)
{
    return event->process != NULL ? process_program(event->process) : event->program;
}

static void push_event(lua_State *L, const struct event *event)
{
    const struct program *program = program_of(event);

    lua_createtable(L, 0, 6);
    set_text(L, "event", event_name(event->kind));
    set_seconds(L, "at", event->at);
    if (program != NULL)
        set_text(L, "program", program->name);
    if (event->kind == EVENT_HEALTH)
        set_bool(L, "ok", event->ok);
    if (event->text != NULL)
        set_text(L, event->kind == EVENT_HEALTH ? "why" : "text", event->text);
    if (event->process == NULL)
        return;
    handle_push_process(L, event->process);
    lua_setfield(L, -2, "process");
    hooks_push_exit(L, event->exit);
    lua_setfield(L, -2, "exit");
}

/* ---- on_exit = function(process, exit) … ------------------------------------------------------- */

static void run_hook(const struct function *f, const struct event *event, const char *name)
{
    struct script *s = script_owner(f->reference);
    char what[160];
    struct call c;

    if (s == NULL)
        return;
    call_begin(&c, s);
    script_push_function(s, c.L, f->reference);
    handle_push_process(c.L, event->process);
    if (event->kind == EVENT_HEALTH) {
        lua_pushboolean(c.L, event->ok);
        lua_pushstring(c.L, event->text);
    } else {
        hooks_push_exit(c.L, event->exit);
    }
    snprintf(what, sizeof what, "hook %s of %s", name, process_name(event->process));
    if (!call_run(&c, s->hook_time))
        call_log(&c, what);
    call_end(&c);
}

static void tell_program(const struct event *event)
{
    const struct function *f;
    char name[32];

    if (event->process == NULL)
        return;
    snprintf(name, sizeof name, "on_%s", event_name(event->kind));
    f = setting_find(&program_record, name) != NULL ? program_function(process_program(event->process), name) : NULL;
    if (f != NULL)
        run_hook(f, event, name);
}

/* ---- on("exit", "web*", function(event) … end) ------------------------------------------------- */

static bool wants(const struct subscription *s, const char *event, const char *program, const char *process)
{
    if (strcmp(s->event, event) != 0)
        return false;
    if (s->pattern == NULL)
        return true;
    return (program != NULL && text_matches(s->pattern, program)) ||
           (process != NULL && text_matches(s->pattern, process));
}

/* The arguments, one value, are pushed by `push`. */
static void run_subscription(struct script *s, const struct subscription *to, void (*push)(lua_State *L, void *arg),
                             void *arg, const char *who)
{
    char what[200];
    struct call c;

    snprintf(what, sizeof what, "hook on(\"%s\")%s%s", to->event, who != NULL ? " of " : "", who != NULL ? who : "");
    call_begin(&c, s);
    lua_rawgeti(c.L, LUA_REGISTRYINDEX, to->function);
    push(c.L, arg);
    if (!call_run(&c, s->hook_time))
        call_log(&c, what);
    call_end(&c);
}

/* A hook may add others: they move in memory, and are not told of this event. */
static void tell_all(struct script *s, const char *event, const char *program, const char *process,
                     void (*push)(lua_State *L, void *arg), void *arg)
{
    size_t count = s->subscription_count;

    for (size_t i = 0; i < count; i++) {
        struct subscription to = s->subscriptions[i];

        if (wants(&to, event, program, process))
            run_subscription(s, &to, push, arg, process != NULL ? process : program);
    }
}

static void push_bus_event(lua_State *L, void *arg)
{
    push_event(L, arg);
}

static void on_event(const struct event *event, void *arg)
{
    const struct program *program = program_of(event);
    struct event copy = *event;

    (void)arg;
    if (event->kind == EVENT_STATE || event->kind == EVENT_GONE)
        return; /* not for hooks: the others say it all */
    tell_program(event);
    if (hooks.current != NULL)
        tell_all(hooks.current, event_name(event->kind), program != NULL ? program->name : NULL,
                 event->process != NULL ? process_name(event->process) : NULL, push_bus_event, &copy);
}

/* ---- reeve.emit("deployed", { … }) ------------------------------------------------------------- */

static void push_anchored(lua_State *L, void *arg)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, *(int *)arg);
}

static const char *text_field(lua_State *L, const char *key)
{
    const char *text = NULL;

    lua_pushstring(L, key);
    if (lua_rawget(L, -2) == LUA_TSTRING)
        text = lua_tostring(L, -1); /* the table keeps it */
    else if (lua_type(L, -1) == LUA_TUSERDATA)
        text = handle_process_name(L, -1);
    lua_pop(L, 1);
    return text;
}

void hooks_tell_emitted(struct script *s, lua_State *L, const char *name)
{
    char program[96] = "", process[96] = "";
    const char *text = text_field(L, "program");
    int anchor;

    if (text != NULL)
        snprintf(program, sizeof program, "%s", text);
    if ((text = text_field(L, "process")) != NULL)
        snprintf(process, sizeof process, "%s", text);
    anchor = luaL_ref(L, LUA_REGISTRYINDEX);
    if (s == hooks.current)
        tell_all(s, name, *program != '\0' ? program : NULL, *process != '\0' ? process : NULL, push_anchored, &anchor);
    luaL_unref(L, LUA_REGISTRYINDEX, anchor);
}

/* ---- listening --------------------------------------------------------------------------------- */

void script_listen(struct supervisor *s)
{
    hooks.supervisor = s;
    hooks.listener = bus_listen(supervisor_bus(s), on_event, NULL);
}

void script_unlisten(void)
{
    bus_unlisten(&hooks.listener);
    hooks.supervisor = NULL;
    hooks.current = NULL;
}
