/* All tasks: whose turn it is, whom the end of reeve waits for, and the generations that they belong to. */
#include "script/pulse.h"
#include "task_private.h"

enum {
    GRACE = 10000, /* for those of a generation that was replaced */
    SLICE = 50     /* of Lua's time; then everybody else has a turn */
};

/* Many hooks that take long may be told of events in one turn of the loop: those that come after SLICE are queued, and
 * the queue waits until descriptors and timers have had their turn. */
enum rest { REST_NONE, REST_IS_DUE, REST_BEGUN };

static struct {
    struct loop *loop;
    TAILQ_HEAD(, task) ready;
    unsigned long turn_number;
    bool scheduled;
    msec used; /* by tasks since the last rest */
    enum rest rest;
    size_t holding;   /* tasks that reeve does not end before */
    loop_fn *on_free; /* called once none holds any more; NULL: nobody asked */
    void *arg;
} all = { .ready = TAILQ_HEAD_INITIALIZER(all.ready) };

struct loop *tasks_loop(void)
{
    return all.loop;
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
    if (all.rest == REST_IS_DUE) {
        all.rest = REST_BEGUN;
        schedule();
        return;
    }
    all.rest = REST_NONE;
    all.used = 0;
    while (all.rest == REST_NONE && (t = TAILQ_FIRST(&all.ready)) != NULL && t->turn_number < now) {
        TAILQ_REMOVE(&all.ready, t, turn);
        task_proceed(t);
    }
    if (!TAILQ_EMPTY(&all.ready))
        schedule();
}

bool tasks_may_run(void)
{
    return all.rest == REST_NONE;
}

void tasks_used(msec time)
{
    all.used += time;
    if (all.used < SLICE || all.rest != REST_NONE || all.loop == NULL)
        return;
    all.rest = REST_IS_DUE;
    schedule();
}

void tasks_queue(struct task *t)
{
    t->state = TASK_READY;
    t->turn_number = all.turn_number;
    TAILQ_INSERT_TAIL(&all.ready, t, turn);
    schedule();
}

/* ---- an end that waits ------------------------------------------------------------------------- */

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

void tasks_let_go(struct task *t)
{
    loop_fn *fn = all.on_free;

    if (t->state == TASK_READY)
        TAILQ_REMOVE(&all.ready, t, turn);
    if (!t->holds || --all.holding > 0 || fn == NULL)
        return;
    all.on_free = NULL;
    fn(all.arg);
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
            tasks_queue(t);
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

    while (t != NULL && (t->state == TASK_RUNNING || t->ends))
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
        task_end(t, why);
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

/* Those of a file that never came into force; without a loop those that were ended when it was taken away. Others may
 * be there though the file was replaced long ago: a program that a reload removed is told of its end when it comes. */
static void forget_unbegun(struct script *s)
{
    struct task *t = TAILQ_FIRST(&s->tasks);

    while (t != NULL) {
        struct task *next = TAILQ_NEXT(t, link);

        if (t->awaits_force || all.loop == NULL)
            task_forget(t);
        t = next;
    }
}

bool tasks_release(struct script *s)
{
    forget_unbegun(s);
    tasks_retire(s);
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
    all.rest = REST_NONE;
}

void tasks_leave_parent(struct loop *loop)
{
    TAILQ_INIT(&all.ready);
    all.scheduled = false;
    all.rest = REST_NONE;
    all.loop = loop;
    for (struct script *s = script_next(NULL); s != NULL; s = script_next(s)) {
        TAILQ_INIT(&s->tasks);
        s->task_count = 0;
        s->grace = s->delivery = NULL;
        pulses_leave_parent(s);
    }
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

/* ---- a look ------------------------------------------------------------------------------------ */

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
