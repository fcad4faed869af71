#include "script/hooks.h"

#include "base/log.h"
#include "os/clock.h"
#include "os/transfer.h"
#include "script/errand.h"
#include "script/event.h"
#include "script/handle.h"
#include "script/http.h"
#include "script/keeping.h"
#include "script/lane.h"
#include "script/lines.h"
#include "script/script.h"
#include "script/subscription.h"
#include "script/task.h"
#include "script/verbs.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

enum { TOLD_MOST = 10000 }; /* tasks: events of other rooms may come in thousands */

const char *const hooks_events[] = { "start",    "ready", "exit",    "restart",  "backoff",       "fatal",
                                     "stop",     "line",  "health",  "reload",   "reload_failed", "scale",
                                     "shutdown", "wish",  "refresh", "job_done", "job_failed",    NULL };

enum { FAREWELL_TIME = 2000 }; /* for our own Lua, which waits for the disk */

static struct {
    struct supervisor *supervisor;
    struct listener *listener;
    struct script *current;
} hooks;

struct supervisor *script_supervisor(void)
{
    return hooks.supervisor;
}

const struct plan *script_plan(void)
{
    return hooks.supervisor != NULL ? supervisor_plan(hooks.supervisor) : NULL;
}

void hooks_set_current(struct script *s)
{
    struct script *before = hooks.current;

    if (before != NULL && before != s)
        hooks_say_farewell(before, "reload");
    hooks.current = s;
    if (before != NULL && before != s)
        tasks_retire(before);
    if (s != NULL)
        tasks_begin(s, supervisor_is_quiet(hooks.supervisor));
    lines_look_again();
}

void hooks_leave(void)
{
    hooks.supervisor = NULL;
    hooks.listener = NULL;
    hooks.current = NULL;
}

struct script *hooks_current(void)
{
    return hooks.current;
}

void hooks_say_farewell(struct script *s, const char *why)
{
    struct call c;

    if (s->farewell == 0)
        return;
    call_begin(&c, s);
    c.own = true;
    lua_rawgeti(c.L, LUA_REGISTRYINDEX, s->farewell);
    lua_pushstring(c.L, why);
    if (!call_run(&c, FAREWELL_TIME))
        call_log(&c, "what is to be kept");
    call_end(&c);
}

void hooks_forget(const struct script *s)
{
    if (hooks.current == s)
        hooks.current = NULL;
}

/* ---- in their turn ----------------------------------------------------------------------------- */

/* Who reports an end is heard to the end, also when it was the last one. */
static bool is_last_word(const char *event)
{
    return strcmp(event, "exit") == 0 || strcmp(event, "fatal") == 0 || strcmp(event, "stop") == 0 ||
           strcmp(event, "shutdown") == 0;
}

void hooks_run(struct task *t, const char *event, const struct process *p)
{
    if (is_last_word(event))
        task_hold(t);
    if (p == NULL) {
        task_run(t);
        return;
    }
    task_concerns(t, process_id(p));
    lane_run(process_id(p), t);
}

/* ---- on_exit = function(process, exit) … ------------------------------------------------------- */

/* Of a program's own function: with the process on its stack. NULL: the generation is gone, or its lane is full. */
static struct task *hook_new(const struct function *f, const struct process *p, const char *name)
{
    struct script *s = script_owner(f->reference);
    struct task *t;

    if (s == NULL || !lane_has_room(process_id(p), name))
        return NULL;
    t = task_new(s, NULL, "hook %s of %s", name, process_name(p));
    script_push_function(s, task_stack(t), f->reference);
    handle_push_process(task_stack(t), p);
    return t;
}

static void push_arguments(lua_State *L, const struct event *event)
{
    if (event->kind == EVENT_HEALTH) {
        lua_pushboolean(L, event->ok);
        lua_pushstring(L, event->text);
    } else {
        event_push_exit(L, event->exit);
        if (event->exit == NULL || event->text == NULL)
            return;
        lua_pushstring(L, event->text);
        lua_setfield(L, -2, "verdict");
    }
}

static void run_hook(const struct function *f, const struct event *event, const char *name)
{
    struct task *t = hook_new(f, event->process, name);

    if (t == NULL)
        return;
    push_arguments(task_stack(t), event);
    hooks_run(t, event_name(event->kind), event->process);
}

/* Of the program itself; NULL: it has none for this event. */
static const struct function *own_hook(const struct event *event, char *name, size_t size)
{
    if (event->process == NULL || !program_has_functions(process_program(event->process)))
        return NULL;
    snprintf(name, size, "on_%s", event_name(event->kind));
    if (setting_find(&program_record, name) == NULL)
        return NULL;
    return program_function(process_program(event->process), name);
}

static void tell_program(const struct event *event)
{
    char name[32];
    const struct function *f = own_hook(event, name, sizeof name);

    if (f != NULL)
        run_hook(f, event, name);
}

/* ---- on("exit", "web*", function(event) … end) ------------------------------------------------- */

static void push_bus_event(lua_State *L, void *arg)
{
    event_push(L, arg);
}

static bool is_heard(const struct event *event, const struct program *program)
{
    const char *process = event->process != NULL ? process_name(event->process) : NULL;
    char name[32];

    return own_hook(event, name, sizeof name) != NULL ||
           subscriptions_want(hooks.current, event_name(event->kind), program != NULL ? program->name : NULL, process);
}

static void on_event(const struct event *event, void *arg)
{
    const struct program *program = event_program(event);
    struct event copy = *event;

    (void)arg;
    if (event->kind == EVENT_STATE || event->kind == EVENT_GONE)
        return; /* not for hooks: the others say it all */
    if (event->kind == EVENT_EXIT || is_heard(event, program))
        lines_before(event);
    if (!supervisor_is_quiet(hooks.supervisor))
        tell_program(event);
    if (hooks.current == NULL)
        return;
    subscriptions_tell(hooks.current,
                       &(struct telling){ .event = event_name(event->kind),
                                          .program = program != NULL ? program->name : NULL,
                                          .process = event->process != NULL ? process_name(event->process) : NULL,
                                          .p = event->process,
                                          .push = push_bus_event,
                                          .arg = &copy });
}

/* ---- on_line = function(process, line, stream) … ------------------------------------------------ */

struct line {
    struct process *process;
    const char *text, *stream;
    size_t length;
};

bool hooks_want_lines(const struct process *p)
{
    const struct program *program = process_program(p);

    if (supervisor_is_quiet(hooks.supervisor))
        return false;
    return program_function(program, "on_line") != NULL ||
           subscriptions_want(hooks.current, "line", program->name, process_name(p));
}

static void tell_line_to_program(const struct line *line, const struct function *f)
{
    struct task *t = hook_new(f, line->process, "on_line");

    if (t == NULL)
        return;
    lua_pushlstring(task_stack(t), line->text, line->length);
    lua_pushstring(task_stack(t), line->stream);
    hooks_run(t, "line", line->process);
}

static void push_line_event(lua_State *L, void *arg)
{
    const struct line *line = arg;

    event_push(L, &(struct event){ .kind = EVENT_STATE, .process = line->process, .at = clock_wall() });
    lua_pushliteral(L, "line");
    lua_setfield(L, -2, "event");
    lua_pushlstring(L, line->text, line->length);
    lua_setfield(L, -2, "line");
    lua_pushstring(L, line->stream);
    lua_setfield(L, -2, "stream");
}

void hooks_tell_line(struct process *p, const char *text, size_t length, const char *stream)
{
    const struct function *f = program_function(process_program(p), "on_line");
    struct line line = { p, text, stream, length };

    if (f != NULL)
        tell_line_to_program(&line, f);
    if (hooks.current != NULL)
        subscriptions_tell(hooks.current, &(struct telling){ .event = "line",
                                                             .program = process_program(p)->name,
                                                             .process = process_name(p),
                                                             .p = p,
                                                             .push = push_line_event,
                                                             .arg = &line });
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
        subscriptions_tell(s, &(struct telling){ .event = name,
                                                 .program = *program != '\0' ? program : NULL,
                                                 .process = *process != '\0' ? process : NULL,
                                                 .push = push_anchored,
                                                 .arg = &anchor });
    luaL_unref(L, LUA_REGISTRYINDEX, anchor);
}

/* ---- events of other rooms --------------------------------------------------------------------- */

static bool is_swamped(const struct script *s, const char *event)
{
    static bool told;

    if (s->task_count < TOLD_MOST) {
        told = false;
        return false;
    }
    if (!told)
        log_warning("hooks on(\"%s\") are too slow: %d of them wait, and more are not called", event, TOLD_MOST);
    told = true;
    return true;
}

void hooks_tell(const char *event, const char *subject, hooks_push_fn *push, void *arg)
{
    if (hooks.current == NULL || is_swamped(hooks.current, event))
        return;
    subscriptions_tell(hooks.current,
                       &(struct telling){ .event = event, .program = subject, .push = push, .arg = arg });
}

/* ---- listening --------------------------------------------------------------------------------- */

void script_listen(struct supervisor *s)
{
    hooks.supervisor = s;
    lines_open(s);
    hooks.listener = bus_listen(supervisor_bus(s), on_event, NULL);
    tasks_open(supervisor_loop(s));
    verbs_register();
}

void script_unlisten(void)
{
    bus_unlisten(&hooks.listener);
    if (hooks.current != NULL)
        hooks_say_farewell(hooks.current, "end");
    keeping_finish();
    lines_close();
    errands_drop();
    tasks_open(NULL);
    http_close_streams();
    transfers_close();
    hooks.supervisor = NULL;
    hooks.current = NULL;
}
