/* reeve.sleep, reeve.task, reeve.after, reeve.every, and the handles of the last three. */
#include "script/task.h"

#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/pulse.h"
#include "script/userdata.h"
#include "script/worker.h"

#include <lauxlib.h>

static const char type_name[] = "reeve.task";

/* One of both, or none: it is over. */
struct handle {
    struct task *task;
    struct pulse *pulse;
};

static struct handle *push_handle(lua_State *L)
{
    struct handle *h = lua_newuserdatauv(L, sizeof *h, 0);

    *h = (struct handle){ NULL, NULL };
    luaL_setmetatable(L, type_name);
    return h;
}

/* ---- sleep ---- */

static void on_awake(void *arg)
{
    struct task *t = arg;

    *task_timer(t) = NULL;
    task_wake(t);
}

static void stop_sleep(void *work)
{
    timer_stop(task_timer(work));
}

static int after_sleep(lua_State *L, int status, lua_KContext work)
{
    (void)L;
    (void)status;
    (void)work;
    return 0;
}

/* reeve.sleep(time): in a worker that was asked to end it ends early, until worker:alive() has said so */
static int lib_sleep(lua_State *L)
{
    msec time = args_duration(L, 1);
    struct task *t = task_to_wait(L, "reeve.sleep");

    if (worker_is_hurried())
        time = 0;
    *task_timer(t) = timer_start(tasks_loop(), time, on_awake, t);
    task_may_be_roused(t);
    return task_wait(L, t, stop_sleep, t, after_sleep);
}

/* ---- task ---- */

static int start_task(lua_State *L, bool own)
{
    struct script *s = script_of(L);
    int count = lua_gettop(L);
    struct spot spot = script_spot(L, 1);
    struct handle *h;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    h = push_handle(L);
    lua_insert(L, 1);
    h->task = task_new(s, L, "task of %.90s:%d", spot.file, spot.line);
    task_watch(h->task, &h->task);
    if (!lua_checkstack(task_stack(h->task), count + 4)) {
        task_cancel(h->task);
        return luaL_error(L, "too many arguments");
    }
    lua_xmove(L, task_stack(h->task), count);
    task_make_own(h->task, own);
    task_start(h->task);
    return 1;
}

/* reeve.task(f, …) -> handle: f(…) runs as a task of its own, soon */
static int lib_task(lua_State *L)
{
    return start_task(L, call_is_own(script_of(L)));
}

int handle_start_users_task(lua_State *L)
{
    return start_task(L, false);
}

int handle_start_own_task(lua_State *L)
{
    return start_task(L, true);
}

/* ---- after, every ---- */

static int start_pulse(lua_State *L, bool repeats)
{
    msec time = args_duration(L, 1);
    struct handle *h;

    luaL_argcheck(L, time > 0 || !repeats, 1, "every 0 seconds would be all the time");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    h = push_handle(L);
    lua_pushvalue(L, 2);
    h->pulse = pulse_new(L, time, repeats);
    pulse_watch(h->pulse, &h->pulse);
    return 1;
}

/* reeve.after(time, f) -> handle: f() runs once, as a task */
static int lib_after(lua_State *L)
{
    return start_pulse(L, false);
}

/* reeve.every(time, f) -> handle: f() runs again and again, but not while it still waits from the last time */
static int lib_every(lua_State *L)
{
    return start_pulse(L, true);
}

int handle_call_at_time(lua_State *L)
{
    lua_Number time = luaL_checknumber(L, 1);
    struct handle *h;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_argcheck(L, time > 0 && time < 1e12, 1, "expected seconds since 1970");
    h = push_handle(L);
    lua_pushvalue(L, 2);
    h->pulse = pulse_new_at(L, (msec)(time * 1000));
    pulse_watch(h->pulse, &h->pulse);
    return 1;
}

/* ---- handles ---- */

/* handle:cancel(): what waits is ended where it is, and `<close>` variables are closed; a timer ends */
static int lib_cancel(lua_State *L)
{
    struct handle *h = luaL_checkudata(L, 1, type_name);

    if (h->task != NULL && task_is_running(h->task))
        return luaL_error(L, "a task that runs cannot be cancelled: let its function return");
    if (h->task != NULL)
        task_cancel(h->task);
    else if (h->pulse != NULL)
        pulse_cancel(h->pulse);
    return 0;
}

bool handle_runs(lua_State *L, int index)
{
    const struct handle *h = luaL_testudata(L, index, type_name);

    return h != NULL && (h->task != NULL || h->pulse != NULL);
}

/* handle:runs() -> whether it has not ended: it waits, or has not begun, or its timer goes on */
static int lib_runs(lua_State *L)
{
    luaL_checkudata(L, 1, type_name);
    lua_pushboolean(L, handle_runs(L, 1));
    return 1;
}

/* Nobody can cancel it any more; it goes on. */
static int lib_collect(lua_State *L)
{
    struct handle *h = luaL_checkudata(L, 1, type_name);

    if (h->task != NULL)
        task_watch(h->task, NULL);
    if (h->pulse != NULL)
        pulse_watch(h->pulse, NULL);
    return 0;
}

static const luaL_Reg methods[] = { { "cancel", lib_cancel }, { "runs", lib_runs }, { NULL, NULL } };

static const luaL_Reg special[] = { { "__gc", lib_collect }, { NULL, NULL } };

static const luaL_Reg functions[] = {
    { "sleep", lib_sleep }, { "task", lib_task }, { "after", lib_after }, { "every", lib_every }, { NULL, NULL }
};

void lib_open_task(lua_State *L)
{
    userdata_open(L, type_name, "task", methods, special);
    luaL_setfuncs(L, functions, 0);
}
