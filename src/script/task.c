#include "base/xalloc.h"
#include "os/clock.h"
#include "task_private.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TASKS_MOST = 50000, /* of one generation */
    OWN_TIME = 2000     /* between two waits, for our own modules */
};

/* ---- a life ------------------------------------------------------------------------------------ */

static void check_number(const struct script *s, lua_State *L)
{
    if (L != NULL && s->task_count >= TASKS_MOST && !call_is_own(s))
        luaL_error(L, "%d tasks wait already", TASKS_MOST);
}

struct task *task_new(struct script *s, lua_State *L, const char *format, ...)
{
    bool was_limited = s->limited;
    struct thread thread;
    struct task *t;
    va_list arguments;

    check_number(s, L);
    s->limited = L != NULL && was_limited;
    thread = script_take_thread(s, L != NULL ? L : s->L);
    s->limited = was_limited;
    t = xmalloc(sizeof *t);
    *t = (struct task){ .script = s, .thread = thread, .since = clock_now() };
    t->own = call_is_own(s);
    va_start(arguments, format);
    vsnprintf(t->name, sizeof t->name, format, arguments);
    va_end(arguments);
    TAILQ_INSERT_TAIL(&s->tasks, t, link);
    s->task_count++;
    call_prepare(thread.L);
    return t;
}

lua_State *task_stack(struct task *t)
{
    return t->thread.L;
}

void task_on_end(struct task *t, task_end_fn *fn, void *arg)
{
    t->on_end = fn;
    t->arg = arg;
}

void task_watch(struct task *t, struct task **variable)
{
    t->watcher = variable;
}

struct timer **task_timer(struct task *t)
{
    return &t->timer;
}

const char *task_name(const struct task *t)
{
    return t->name;
}

bool task_is_running(const struct task *t)
{
    return t->state == TASK_RUNNING;
}

static void forget(struct task *t, bool spoilt)
{
    struct script *s = t->script;

    tasks_let_go(t);
    if (t->watcher != NULL)
        *t->watcher = NULL;
    TAILQ_REMOVE(&s->tasks, t, link);
    s->task_count--;
    script_give_thread(s, t->thread, spoilt);
    if (t->failure != NULL) {
        buffer_free(&t->failure->text);
        buffer_free(&t->failure->traceback);
    }
    free(t->failure);
    free(t);
}

/* `c` is NULL for an end that is not spoken of. */
static void tell_end(struct task *t, const struct call *c)
{
    task_end_fn *fn = t->on_end;

    t->on_end = NULL;
    if (fn != NULL)
        fn(c, t->arg);
    else if (c != NULL && c->failed)
        call_log(c, t->name);
}

/* An error that was put into words when a `<close>` variable began to wait is told at the end. */
static void take_failure(struct task *t, struct call *c)
{
    if (t->failure == NULL)
        return;
    c->spot = t->failure->spot;
    c->text = t->failure->text;
    c->traceback = t->failure->traceback;
    free(t->failure);
    t->failure = NULL;
}

static void keep_failure(struct task *t, struct call *c)
{
    if (c->text.length == 0)
        return;
    t->failure = xmalloc(sizeof *c);
    *t->failure = *c;
    c->text = c->traceback = (struct buffer){ 0 };
}

bool task_proceed(struct task *t)
{
    msec began = clock_now();
    struct call c;
    bool ended;

    t->state = TASK_RUNNING;
    call_enter(&c, t->script, t->thread.L, t);
    take_failure(t, &c);
    call_run(&c, t->own ? OWN_TIME : t->script->hook_time);
    tasks_used(clock_now() - began);
    ended = !c.waits;
    if (ended) {
        tell_end(t, &c);
        forget(t, c.cut_off || lua_status(c.L) != LUA_OK);
    } else {
        keep_failure(t, &c);
    }
    call_end(&c);
    return ended;
}

bool task_run(struct task *t)
{
    assert(t->state == TASK_NEW);
    if (tasks_may_run())
        return task_proceed(t);
    tasks_queue(t);
    return false;
}

void task_start(struct task *t)
{
    assert(t->state == TASK_NEW);
    if (t->script->in_force || t->script->loading == NULL)
        tasks_queue(t);
    else
        t->awaits_force = true;
}

void task_concerns(struct task *t, unsigned process)
{
    t->process = process;
}

void task_make_own(struct task *t, bool own)
{
    t->own = own;
}

bool task_is_own(const struct task *t)
{
    return t->own;
}

/* ---- waiting ----------------------------------------------------------------------------------- */

struct task *task_to_wait(lua_State *L, const char *what)
{
    const struct script *s = script_of(L);

    if (s->loading != NULL)
        luaL_error(L, "%s waits, and the file itself must not: call it in a hook, or in a function for reeve.task",
                   what);
    if (s->call == NULL || s->call->task == NULL)
        luaL_error(L, "%s waits, and only hooks and tasks may: advisors and settings answer at once", what);
    if (s->call->L != L)
        luaL_error(L, "%s cannot wait in a coroutine of your own: use reeve.task", what);
    if (!lua_isyieldable(L))
        luaL_error(L, "%s cannot wait here: a function such as table.sort or string.gsub is in between", what);
    return s->call->task;
}

int task_wait(lua_State *L, struct task *t, task_cancel_fn *on_cancel, void *work, lua_KFunction go_on)
{
    assert(t->state == TASK_RUNNING);
    t->state = TASK_WAITING;
    t->on_cancel = on_cancel;
    t->work = work;
    return lua_yieldk(L, 0, (lua_KContext)work, go_on);
}

void task_may_be_roused(struct task *t)
{
    t->may_be_roused = true;
}

void task_wake(struct task *t)
{
    assert(t->state == TASK_WAITING);
    t->on_cancel = NULL;
    t->may_be_roused = false;
    tasks_queue(t);
}

/* ---- an end from outside ----------------------------------------------------------------------- */

/* `c` is entered. What it waits for goes first: a `<close>` variable may free what that looks at. */
static void close_variables(struct task *t, struct call *c)
{
    task_cancel_fn *on_cancel = t->on_cancel;

    t->on_cancel = NULL;
    if (on_cancel != NULL)
        on_cancel(t->work);
    if (lua_status(t->thread.L) == LUA_YIELD)
        call_close(c, t->script->hook_time);
}

static void fail_with(struct call *c, const char *why)
{
    c->failed = true;
    c->spot.line = 0;
    buffer_clear(&c->text);
    buffer_clear(&c->traceback);
    buffer_add_text(&c->text, why);
}

void task_end(struct task *t, const char *why)
{
    struct call c;

    assert(t->state != TASK_RUNNING);
    if (t->ends)
        return;
    t->ends = true;
    call_enter(&c, t->script, t->thread.L, NULL);
    close_variables(t, &c);
    if (why != NULL)
        fail_with(&c, why);
    tell_end(t, why != NULL ? &c : NULL);
    forget(t, true);
    call_end(&c);
}

void task_cancel(struct task *t)
{
    task_end(t, NULL);
}

void task_forget(struct task *t)
{
    tell_end(t, NULL);
    forget(t, true);
}
