/* max_age: a process that runs for longer is restarted, but only while all its siblings run that
 * were not given up. */
#include "base/log.h"
#include "core/detached.h"
#include "os/clock.h"
#include "process_private.h"

enum { POSTPONED = 1000 };

static void on_age(void *arg)
{
    struct process *p = arg;

    p->age = NULL;
    if (p->state != PROCESS_RUNNING || supervisor_is_ending(p->supervisor))
        return; /* at the end of reeve nobody would start a detached one again */
    if (!supervisor_siblings_run(p->supervisor, p)) {
        p->age = timer_start(supervisor_loop(p->supervisor), POSTPONED, on_age, p);
        return;
    }
    log_notice("%s has reached its max_age, restarting it", process_name(p));
    process_restart(p);
}

/* Since when it counts: one that was found again was up before us. */
static msec beginning(const struct process *p)
{
    return detached_is_noted(p->program) ? p->started : p->since;
}

/* Give or take 10 %, so that processes that were started together do not end together. */
void process_begin_aging(struct process *p)
{
    double share = 0.9 + 0.2 * clock_random();

    timer_stop(&p->age);
    if (p->program->common->max_age > 0)
        process_age_at(p, beginning(p) + (msec)((double)p->program->common->max_age * share));
}

void process_age_at(struct process *p, msec due)
{
    timer_stop(&p->age);
    p->age = timer_start(supervisor_loop(p->supervisor), clock_left(due), on_age, p);
}
