#include "script/pulse.h"

#include "base/xalloc.h"
#include "os/clock.h"
#include "os/loop.h"
#include "script/task.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

enum { PULSES_MOST = 10000 }; /* of one generation */

static void on_due(void *arg);

static void set_timer(struct pulse *p)
{
    msec rest = p->due - clock_now();

    p->timer = timer_start(tasks_loop(), rest > 0 ? rest : 0, on_due, p);
}

static void run(struct pulse *p)
{
    struct script *s = p->script;
    struct task *t = task_new(s, NULL, "%s", p->name);

    lua_rawgeti(task_stack(t), LUA_REGISTRYINDEX, p->function);
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
    if (p->repeats) {
        p->due += p->delay;
        if (p->due < now)
            p->due = now + p->delay;
        set_timer(p);
    }
    if (p->running == NULL)
        run(p);
}

struct pulse *pulse_new(lua_State *L, msec delay, bool repeats)
{
    struct script *s = script_of(L);
    struct spot spot = script_spot(L, 1);
    struct pulse *p;
    int function;

    if (s->pulse_count >= PULSES_MOST)
        luaL_error(L, "%d timers wait already", PULSES_MOST);
    function = luaL_ref(L, LUA_REGISTRYINDEX);
    p = xmalloc(sizeof *p);
    *p = (struct pulse){ .script = s, .function = function, .delay = delay, .repeats = repeats };
    snprintf(p->name, sizeof p->name, "timer of %.90s:%d", spot.file, spot.line);
    LIST_INSERT_HEAD(&s->pulses, p, link);
    s->pulse_count++;
    if (s->in_force)
        pulse_begin(p);
    return p;
}

void pulse_begin(struct pulse *p)
{
    if (p->timer != NULL)
        return;
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
