#include "script/pulse.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/clock_watch.h"
#include "os/loop.h"
#include "script/call.h"
#include "script/task.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

enum { PULSES_MOST = 10000 }; /* of one generation */

static struct clock_watch *clock_watch; /* from the first that has a time of the wall clock until the loop goes */

static void on_due(void *arg);

static void set_timer(struct pulse *p)
{
    msec rest = p->wall != 0 ? p->wall - clock_wall() : p->due - clock_now();

    p->timer = timer_start(tasks_loop(), rest > 0 ? rest : 0, on_due, p);
}

static void run(struct pulse *p)
{
    struct script *s = p->script;
    struct task *t = task_new(s, NULL, "%s", p->name);

    lua_rawgeti(task_stack(t), LUA_REGISTRYINDEX, p->function);
    if (p->own)
        task_make_own(t, true);
    if (p->repeats) {
        p->running = t;
        task_watch(t, &p->running);
    } else {
        pulse_free(p);
    }
    task_run(t);
}

/* Runs that the loop was too busy for are left out. */
static void on_due(void *arg)
{
    struct pulse *p = arg;
    msec now = clock_now();

    p->timer = NULL;
    if (p->wall > clock_wall()) { /* both clocks need not go equally fast */
        set_timer(p);
        return;
    }
    if (p->repeats) {
        p->due += p->delay;
        if (p->due < now)
            p->due = now + p->delay;
        set_timer(p);
    }
    if (p->running == NULL)
        run(p);
}

/* They are due now: what their functions make in their place is reckoned from the new time. */
static void call_early(struct script *s)
{
    struct pulse *p;

    LIST_FOREACH(p, &s->pulses, link)
    {
        if (p->wall == 0 || p->timer == NULL)
            continue;
        p->wall = 0;
        p->due = 0;
        timer_stop(&p->timer);
        set_timer(p);
    }
}

static void on_clock_set(void *arg)
{
    (void)arg;
    for (struct script *s = script_next(NULL); s != NULL; s = script_next(s))
        call_early(s);
}

/* Without it, what is due is due when the clock goes on as it does now. */
static void watch_the_clock(void)
{
    struct error e;

    if (clock_watch != NULL)
        return;
    clock_watch = clock_watch_start(tasks_loop(), on_clock_set, NULL, &e);
    if (clock_watch == NULL)
        log_warning("schedules do not follow when the clock is set: %s", e.text);
}

void pulses_close(void)
{
    clock_watch_stop(&clock_watch);
}

void pulses_leave_parent(struct script *s)
{
    LIST_INIT(&s->pulses);
    s->pulse_count = 0;
    clock_watch = NULL;
}

static struct pulse *add(lua_State *L, const struct pulse *kind)
{
    struct script *s = script_of(L);
    struct spot spot = script_spot(L, 1);
    struct pulse *p;
    int function;

    if (s->pulse_count >= PULSES_MOST && !call_is_own(s))
        luaL_error(L, "%d timers wait already", PULSES_MOST);
    function = luaL_ref(L, LUA_REGISTRYINDEX);
    p = xmalloc(sizeof *p);
    *p = *kind;
    p->script = s;
    p->own = call_is_own(s);
    p->function = function;
    snprintf(p->name, sizeof p->name, "timer of %.90s:%d", spot.file, spot.line);
    LIST_INSERT_HEAD(&s->pulses, p, link);
    s->pulse_count++;
    if (s->in_force)
        pulse_begin(p);
    return p;
}

struct pulse *pulse_new(lua_State *L, msec delay, bool repeats)
{
    return add(L, &(struct pulse){ .delay = delay, .repeats = repeats });
}

struct pulse *pulse_new_at(lua_State *L, msec wall)
{
    return add(L, &(struct pulse){ .wall = wall });
}

void pulse_begin(struct pulse *p)
{
    if (p->timer != NULL)
        return;
    if (p->wall != 0)
        watch_the_clock();
    p->due = clock_now() + p->delay;
    set_timer(p);
}

void pulse_watch(struct pulse *p, struct pulse **variable)
{
    p->watcher = variable;
}

void pulse_free(struct pulse *p)
{
    if (p->watcher != NULL)
        *p->watcher = NULL;
    if (p->running != NULL)
        task_watch(p->running, NULL);
    timer_stop(&p->timer);
    luaL_unref(p->script->L, LUA_REGISTRYINDEX, p->function);
    LIST_REMOVE(p, link);
    p->script->pulse_count--;
    free(p);
}

void pulse_cancel(struct pulse *p)
{
    struct task *t = p->running;

    pulse_free(p);
    if (t != NULL && !task_is_running(t))
        task_cancel(t);
}
