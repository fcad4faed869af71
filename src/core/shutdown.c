/* The end: first what works beside the programs, which it may need; then programs are stopped in reverse order, class
 * by class of one priority, in parallel within a class but for those who depend on one another; what is left after
 * stop_timeout, or at the second request, is killed. Then the rooms above may say their last words. */
#include "base/log.h"
#include "core/organ.h"
#include "keep.h"
#include "os/clock.h"
#include "supervisor_private.h"

enum { ORPHANS_LIMIT = 2000, LINGER_LIMIT = 5000 };

/* Nobody stops before those who depend on it, whatever the numbers say; within a class they see to that themselves. */
static int priority(const struct process *p)
{
    return order_priority(plan_order(process_plan(p)), process_program(p));
}

static void end(void *arg)
{
    struct supervisor *s = arg;

    timer_stop(&s->shutdown.limit);
    s->shutdown.lingers = false;
    loop_end(s->loop);
}

static void on_linger_limit(void *arg)
{
    struct supervisor *s = arg;

    s->shutdown.limit = NULL;
    log_warning("hooks or alerts have not ended within %d s, reeve ends without them", LINGER_LIMIT / 1000);
    end(s);
}

static void finish(void *arg)
{
    struct supervisor *s = arg;
    const struct supervisor_upward *up = &s->upward;

    timer_stop(&s->shutdown.limit);
    children_kill_orphans(s->children, ORPHANS_LIMIT);
    s->shutdown.lingers = up->linger != NULL && !s->shutdown.hurried && up->linger(up->arg, end, s);
    if (s->shutdown.lingers)
        s->shutdown.limit = timer_start(s->loop, LINGER_LIMIT, on_linger_limit, s);
    else
        loop_end(s->loop);
}

/* Detached ones live on, but not those that are being stopped already. */
static bool is_left(const struct process *p)
{
    return !process_is_settled(p) && !process_outlives_us(p);
}

/* The class that goes next: the highest priority that has somebody left. False: nobody is left. */
static bool next_class(const struct supervisor *s, int *out)
{
    bool found = false;

    for (size_t i = 0; i < s->all.count; i++) {
        const struct process *p = s->all.process[i];

        if (is_left(p) && (!found || priority(p) > *out)) {
            *out = priority(p);
            found = true;
        }
    }
    return found;
}

static void stop_class(void *arg)
{
    struct supervisor *s = arg;
    struct shutdown *d = &s->shutdown;

    if (!next_class(s, &d->priority)) {
        loop_later(s->loop, finish, s);
        return;
    }
    d->waiting = 0;
    for (size_t i = 0; i < s->all.count; i++) {
        struct process *p = s->all.process[i];

        if (is_left(p) && priority(p) == d->priority)
            d->waiting++;
    }
    /* Backwards: the last one that was started is the first one to go. */
    for (size_t i = s->all.count; i-- > 0;) {
        struct process *p = s->all.process[i];

        if (is_left(p) && priority(p) == d->priority)
            process_stop(p);
    }
}

void shutdown_settled(struct supervisor *s, const struct process *p)
{
    struct shutdown *d = &s->shutdown;

    if (d->waiting > 0 && priority(p) == d->priority && --d->waiting == 0)
        loop_later(s->loop, stop_class, s);
}

static void on_organ_done(void *arg)
{
    struct supervisor *s = arg;

    if (--s->shutdown.organs == 0)
        loop_later(s->loop, stop_class, s);
}

/* They have half of the time, so that programs have the other half. */
static void stop_organs(void *arg)
{
    struct supervisor *s = arg;
    const struct organ *o;

    s->shutdown.organs = 1;
    for (size_t i = 0; (o = organ_at(i)) != NULL; i++)
        if (o->stop(s->plan->settings.stop_timeout / 2, on_organ_done, s))
            s->shutdown.organs++;
    on_organ_done(s);
}

static void kill_organs(void)
{
    const struct organ *o;

    for (size_t i = 0; (o = organ_at(i)) != NULL; i++)
        o->kill();
}

static void kill_all(struct supervisor *s)
{
    s->shutdown.killed = true;
    kill_organs();
    for (size_t i = 0; i < s->all.count; i++) {
        struct process *p = s->all.process[i];

        if (!is_left(p))
            continue;
        process_stop(p);
        process_kill(p);
    }
}

static void on_limit(void *arg)
{
    struct supervisor *s = arg;

    s->shutdown.limit = NULL;
    log_warning("not everything has stopped within stop_timeout, killing the rest");
    kill_all(s);
}

void supervisor_shutdown(struct supervisor *s, int exit_code, bool graceful, const char *why)
{
    struct shutdown *d = &s->shutdown;

    if (d->lingers) {
        log_warning("%s again: ending at once", why);
        end(s);
        return;
    }
    if (d->begun) {
        if (!d->killed)
            log_warning("%s again: killing everything", why);
        d->hurried = true;
        kill_all(s);
        return;
    }
    if (!s->visits)
        log_notice("%s: stopping everything", why);
    supervisor_keep_wishes(s);
    d->begun = true;
    d->exit_code = exit_code;
    supervisor_touch_self(s);
    d->graceful = graceful;
    bus_publish(s->bus, &(struct event){ .kind = EVENT_SHUTDOWN, .text = why });
    d->limit = timer_start(s->loop, s->plan->settings.stop_timeout, on_limit, s);
    loop_later(s->loop, stop_organs, s);
}

/* Those that are stopping already do so still. */
void shutdown_resume(struct supervisor *s, msec limit)
{
    s->shutdown.limit = timer_start(s->loop, clock_left(limit), on_limit, s);
    loop_later(s->loop, stop_class, s);
}

bool supervisor_is_ending(const struct supervisor *s)
{
    return s->shutdown.begun;
}

bool supervisor_is_hasty(const struct supervisor *s)
{
    return s->shutdown.begun && !s->shutdown.graceful;
}

int supervisor_exit_code(const struct supervisor *s)
{
    return s->shutdown.exit_code;
}
