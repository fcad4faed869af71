#include "core/survivors.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/supervisor.h"
#include "os/child.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum {
    STOPTIME = 10000, /* of those whose program is gone */
    AFTER_KILL = 5000 /* whoever lives then belongs to another user, or hangs in the kernel */
};

struct survivor {
    LIST_ENTRY(survivor) link;
    struct survivors *all;
    struct child *child;
    struct timer *limit;
};

struct survivors {
    LIST_HEAD(, survivor) list;
    struct supervisor *supervisor;
    struct timer *soon;
    loop_fn *on_end;
    void *arg;
};

static void on_soon(void *arg)
{
    struct survivors *v = arg;
    loop_fn *on_end = v->on_end;
    void *end_arg = v->arg;

    v->soon = NULL;
    survivors_free(v);
    on_end(end_arg);
}

static void forget(struct survivor *s)
{
    LIST_REMOVE(s, link);
    timer_stop(&s->limit);
    child_free(s->child);
    free(s);
}

static void one_less(struct survivor *s)
{
    struct survivors *v = s->all;

    forget(s);
    if (LIST_EMPTY(&v->list) && v->soon == NULL)
        v->soon = timer_start(supervisor_loop(v->supervisor), 0, on_soon, v);
}

/* What is left of its group is not waited for: KILL is quick. */
static void on_exit_of(struct child *c, const struct child_exit *exit, void *arg)
{
    (void)exit;
    child_signal_group(c, SIGKILL, NULL);
    one_less(arg);
}

static void on_given_up(void *arg)
{
    struct survivor *s = arg;

    s->limit = NULL;
    log_error("process %d of an earlier life of reeve cannot be ended; it is not waited for any longer",
              (int)child_pid(s->child));
    one_less(s);
}

static void on_limit(void *arg)
{
    struct survivor *s = arg;

    log_warning("process %d of an earlier life of reeve did not stop, killing it", (int)child_pid(s->child));
    child_signal_group(s->child, SIGKILL, NULL);
    s->limit = timer_start(supervisor_loop(s->all->supervisor), AFTER_KILL, on_given_up, s);
}

/* "web" of "web:2"; NULL: not in the plan any more. */
static const struct program *program_of(const struct supervisor *s, const char *process)
{
    char *name = xstrndup(process, strcspn(process, ":"));
    const struct program *program = plan_find(supervisor_plan(s), name);

    free(name);
    return program;
}

/* One that was noted, and is detached, would have been found again, if anybody could. */
static void end_one(const struct process_mark *who, const char *process, bool noted, void *arg)
{
    struct survivors *v = arg;
    const struct program *program = program_of(v->supervisor, process);
    struct survivor *s;
    struct child *child;
    struct error e;

    if (!noted && program != NULL && program->common->detached)
        return;
    s = xcalloc(1, sizeof *s);
    child = child_adopt(supervisor_children(v->supervisor), who, on_exit_of, s, NULL);
    if (child == NULL) {
        free(s);
        return;
    }
    log_warning("process %d of %s is left from an earlier life of reeve, ending it", (int)who->pid, process);
    s->all = v;
    s->child = child;
    s->limit = timer_start(supervisor_loop(v->supervisor), program != NULL ? program->common->stoptime : STOPTIME,
                           on_limit, s);
    LIST_INSERT_HEAD(&v->list, s, link);
    if (!child_signal_group(child, SIGTERM, &e))
        log_warning("%s: %s", process, e.text);
    child_signal_group(child, SIGCONT, NULL);
}

struct survivors *survivors_end(struct supervisor *s, const struct census *c, loop_fn *on_end, void *arg)
{
    struct survivors *v = xcalloc(1, sizeof *v);

    LIST_INIT(&v->list);
    v->supervisor = s;
    v->on_end = on_end;
    v->arg = arg;
    census_each_left(c, end_one, v);
    if (!LIST_EMPTY(&v->list))
        return v;
    free(v);
    return NULL;
}

void survivors_free(struct survivors *v)
{
    if (v == NULL)
        return;
    while (!LIST_EMPTY(&v->list)) {
        child_signal_group(LIST_FIRST(&v->list)->child, SIGKILL, NULL);
        forget(LIST_FIRST(&v->list));
    }
    timer_stop(&v->soon);
    free(v);
}
