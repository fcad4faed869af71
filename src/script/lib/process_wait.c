/* process:wait, process:usage */
#include "core/bus.h"
#include "os/usage.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/task.h"

#include <lauxlib.h>

/* One that waits for a state; it lies on the stack of its task. */
struct patience {
    struct task *task;
    unsigned id;
    enum process_state state;
    struct listener *listener;
    struct timer *limit;
    bool good;
    struct error error;
};

static void stop(void *work)
{
    struct patience *w = work;

    bus_unlisten(&w->listener);
    timer_stop(&w->limit);
}

static void finish(struct patience *w, bool good)
{
    w->good = good;
    stop(w);
    task_wake(w->task);
}

/* What was true then: it may have gone on since. */
static void on_event(const struct event *event, void *arg)
{
    struct patience *w = arg;

    if (event->process == NULL || process_id(event->process) != w->id)
        return;
    if (event->kind == EVENT_STATE && event->state == (int)w->state)
        finish(w, true);
    else if (event->kind == EVENT_GONE)
        finish(w, failure(&w->error, "%s was removed", process_name(event->process)));
}

static void on_limit(void *arg)
{
    struct patience *w = arg;
    struct process *p = supervisor_process(script_supervisor(), w->id);

    w->limit = NULL;
    finish(w, failure(&w->error, "%s is %s", p != NULL ? process_name(p) : "it",
                      p != NULL ? process_state_name(process_state(p)) : "gone"));
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct patience *w = (struct patience *)context;

    (void)status;
    return handle_push_result(L, w->good, &w->error);
}

static enum process_state check_state(lua_State *L, int arg)
{
    enum process_state state = PROCESS_RUNNING;

    if (!process_state_parse(luaL_checkstring(L, arg), &state))
        luaL_argerror(L, arg, "expected STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED or FATAL");
    return state;
}

int handle_wait(lua_State *L)
{
    enum process_state state = check_state(L, 2);
    msec limit = args_optional_duration(L, 3, -1);
    struct patience *w;
    struct process *p;
    struct error e;
    struct task *t;

    p = handle_find_process(L, 1, &e);
    if (p == NULL || process_state(p) == state)
        return handle_push_result(L, p != NULL, &e);
    t = task_to_wait(L, "process:wait");
    w = lua_newuserdatauv(L, sizeof *w, 0);
    *w = (struct patience){ .task = t, .id = process_id(p), .state = state };
    w->listener = bus_listen(supervisor_bus(script_supervisor()), on_event, w);
    if (limit >= 0)
        w->limit = timer_start(tasks_loop(), limit, on_limit, w);
    return task_wait(L, t, stop, w, go_on);
}

int handle_usage(lua_State *L)
{
    struct usage usage;
    struct error e;
    struct process *p = handle_find_process(L, 1, &e);

    if (p == NULL || process_pid(p) == 0 || !usage_of(process_pid(p), &usage))
        return handle_push_result(L, p != NULL && failure(&e, "%s is not running", process_name(p)), &e);
    lua_createtable(L, 0, 4);
    lua_pushinteger(L, usage.rss);
    lua_setfield(L, -2, "rss");
    lua_pushnumber(L, usage.cpu);
    lua_setfield(L, -2, "cpu");
    lua_pushinteger(L, usage.threads);
    lua_setfield(L, -2, "threads");
    if (usage.fds >= 0)
        lua_pushinteger(L, usage.fds);
    else
        lua_pushnil(L);
    lua_setfield(L, -2, "fds");
    return 1;
}
