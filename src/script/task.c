#include "script/task.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "script/pulse.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TASKS_MOST = 50000, /* of one generation */
    OWN_TIME = 2000,    /* between two waits, for our own modules */
    GRACE = 10000       /* for those of a generation that was replaced */
};

enum task_state {
    TASK_NEW,
    TASK_READY, /* it goes on soon */
    TASK_RUNNING,
    TASK_WAITING
};

struct task {
    TAILQ_ENTRY(task) link;
    TAILQ_ENTRY(task) turn; /* of a ready one */
    struct script *script;
    struct thread thread;
    struct task **watcher;
    task_cancel_fn *on_cancel;
    void *work;
    struct timer *timer;
    task_end_fn *on_end;
    void *arg;
    msec since;
    unsigned process; /* the id of whom it is about; 0: nobody */
    unsigned long turn_number; /* in which it became ready */
    enum task_state state;
    bool awaits_force; /* the file made it while it was evaluated */
    bool may_be_roused;
    bool holds; /* reeve does not end before it */
    bool own;
    char name[112];
};

static struct {
    struct loop *loop;
    TAILQ_HEAD(, task) ready;
    unsigned long turn_number;
    bool scheduled;
    size_t holding;   /* tasks */
    loop_fn *on_free; /* called once none holds any more; NULL: nobody asked */
    void *arg;
} all = { .ready = TAILQ_HEAD_INITIALIZER(all.ready) };

struct loop *tasks_loop(void)
{
    return all.loop;
}

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

static void let_go(struct task *t)
{
    loop_fn *fn = all.on_free;

    if (!t->holds || --all.holding > 0 || fn == NULL)
        return;
    all.on_free = NULL;
    fn(all.arg);
}

static void forget(struct task *t, bool spoilt)
{
    struct script *s = t->script;

    let_go(t);
    if (t->state == TASK_READY)
        TAILQ_REMOVE(&all.ready, t, turn);
    if (t->watcher != NULL)
        *t->watcher = NULL;
    TAILQ_REMOVE(&s->tasks, t, link);
    s->task_count--;
    script_give_thread(s, t->thread, spoilt);
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

static bool proceed(struct task *t)
{
    struct call c;
    bool ended;

    t->state = TASK_RUNNING;
    call_enter(&c, t->script, t->thread.L, t);
    call_run(&c, t->own ? OWN_TIME : t->script->hook_time);
    ended = !c.waits;
    if (ended) {
        tell_end(t, &c);
        forget(t, c.cut_off || lua_status(c.L) != LUA_OK);
    }
    call_end(&c);
    return ended;
}

bool task_run(struct task *t)
{
    assert(t->state == TASK_NEW);
    return proceed(t);
}

void task_concerns(struct task *t, unsigned process)
{
    t->process = process;
}

void task_make_own(struct task *t)
{
    t->own = true;
}

bool task_is_own(const struct task *t)
{
    return t->own;
}

void task_hold(struct task *t)
{
    all.holding += !t->holds;
    t->holds = true;
}

bool tasks_linger(loop_fn *on_free, void *arg)
{
    if (all.holding == 0)
        return false;
    all.on_free = on_free;
    all.arg = arg;
    return true;
}

/* ---- turns ------------------------------------------------------------------------------------- */

static void on_turn(void *arg);

static void schedule(void)
{
    if (all.scheduled || all.loop == NULL)
        return;
    all.scheduled = true;
    loop_later(all.loop, on_turn, NULL);
}

/* Those that become ready in this turn have theirs in the next. */
static void on_turn(void *arg)
{
    unsigned long now = ++all.turn_number;
    struct task *t;

    (void)arg;
    all.scheduled = false;
    while ((t = TAILQ_FIRST(&all.ready)) != NULL && t->turn_number < now) {
        TAILQ_REMOVE(&all.ready, t, turn);
        proceed(t);
    }
    if (!TAILQ_EMPTY(&all.ready))
        schedule();
}

static void make_ready(struct task *t)
{
    t->state = TASK_READY;
    t->turn_number = all.turn_number;
    TAILQ_INSERT_TAIL(&all.ready, t, turn);
    schedule();
}

void task_start(struct task *t)
{
    assert(t->state == TASK_NEW);
    if (t->script->in_force || t->script->loading == NULL)
        make_ready(t);
    else
        t->awaits_force = true;
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
    make_ready(t);
}

void tasks_rouse(struct script *s)
{
    struct task *t;

    TAILQ_FOREACH(t, &s->tasks, link)
    {
        if (t->state != TASK_WAITING || !t->may_be_roused)
            continue;
        t->on_cancel(t->work);
        task_wake(t);
    }
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

/* `why` is NULL: it is not spoken of. */
static void end(struct task *t, const char *why)
{
    struct call c;

    assert(t->state != TASK_RUNNING);
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
    end(t, NULL);
}

/* ---- generations ------------------------------------------------------------------------------- */

void tasks_begin(struct script *s, bool quiet)
{
    struct pulse *p;
    struct task *t;

    s->in_force = true;
    if (quiet)
        return;
    TAILQ_FOREACH(t, &s->tasks, link)
    {
        if (t->awaits_force)
            make_ready(t);
        t->awaits_force = false;
    }
    LIST_FOREACH(p, &s->pulses, link)
    {
        pulse_begin(p);
    }
}

static void end_pulses(struct script *s)
{
    while (!LIST_EMPTY(&s->pulses))
        pulse_free(LIST_FIRST(&s->pulses));
}

static struct task *first_at_rest(const struct script *s)
{
    struct task *t = TAILQ_FIRST(&s->tasks);

    while (t != NULL && t->state == TASK_RUNNING)
        t = TAILQ_NEXT(t, link);
    return t;
}

/* The end of one may begin others: they end, too. */
static void end_all(struct script *s, const char *why)
{
    struct task *t;
    struct call hold;

    call_enter(&hold, s, NULL, NULL); /* the script must not go before we are through */
    while ((t = first_at_rest(s)) != NULL)
        end(t, why);
    call_end(&hold);
}

static void on_grace_over(void *arg)
{
    struct script *s = arg;

    s->grace = NULL;
    end_all(s, "ended, since another configuration has been in force for 10s");
}

void tasks_retire(struct script *s)
{
    s->in_force = false;
    end_pulses(s);
    if (s->task_count > 0 && s->grace == NULL && all.loop != NULL)
        s->grace = timer_start(all.loop, GRACE, on_grace_over, s);
}

/* Nothing of Lua runs here: they have not begun, or were ended when the loop was taken away. */
static void forget_all(struct script *s)
{
    struct task *t;

    while ((t = TAILQ_FIRST(&s->tasks)) != NULL) {
        tell_end(t, NULL);
        forget(t, true);
    }
}

bool tasks_release(struct script *s)
{
    bool began = s->in_force || s->grace != NULL;

    tasks_retire(s);
    if (!began || all.loop == NULL)
        forget_all(s);
    if (s->task_count > 0)
        return false;
    timer_stop(&s->grace);
    return true;
}

static void end_everything(void)
{
    struct script *s;

    for (s = script_next(NULL); s != NULL; s = script_next(s)) {
        end_pulses(s);
        timer_stop(&s->grace);
    }
    s = script_next(NULL);
    while (s != NULL) {
        if (first_at_rest(s) != NULL) {
            end_all(s, NULL);
            s = script_next(NULL);
        } else {
            s = script_next(s);
        }
    }
}

void tasks_open(struct loop *loop)
{
    all.on_free = NULL;
    if (loop == NULL) {
        end_everything();
        pulses_close();
    }
    all.loop = loop;
}

void tasks_leave_parent(struct loop *loop)
{
    TAILQ_INIT(&all.ready);
    all.scheduled = false;
    all.loop = loop;
    for (struct script *s = script_next(NULL); s != NULL; s = script_next(s)) {
        TAILQ_INIT(&s->tasks);
        s->task_count = 0;
        s->grace = s->delivery = NULL;
        pulses_leave_parent(s);
    }
}

size_t tasks_count(void)
{
    size_t count = 0;

    for (const struct script *s = script_next(NULL); s != NULL; s = script_next(s))
        count += s->task_count;
    return count;
}

static void tell(const struct task *t, task_info_fn *fn, void *arg)
{
    struct spot spot = script_spot(t->thread.L, 0);
    struct task_info info = { .name = t->name,
                              .process = t->process,
                              .runs = t->state != TASK_WAITING,
                              .since = t->since,
                              .file = spot.file,
                              .line = spot.line > 0 ? spot.line : 0 };

    fn(&info, arg);
}

void tasks_each(task_info_fn *fn, void *arg)
{
    const struct task *t;

    for (struct script *s = script_next(NULL); s != NULL; s = script_next(s)) {
        TAILQ_FOREACH(t, &s->tasks, link)
        {
            tell(t, fn, arg);
        }
    }
}
