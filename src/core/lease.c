#include "core/lease.h"

#include "base/duration.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/plan.h"
#include "core/process.h"
#include "core/program.h"
#include "core/supervisor.h"
#include "keep.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

/* By name: the program may be another one after a reload. */
struct lease {
    LIST_ENTRY(lease) link;
    struct leases *leases;
    char *name;
    bool ending;
    struct timer *stop, *kill;
};

struct leases {
    struct supervisor *supervisor;
    LIST_HEAD(, lease) list;
};

struct leases *leases_new(struct supervisor *s)
{
    struct leases *l = xmalloc(sizeof *l);

    l->supervisor = s;
    LIST_INIT(&l->list);
    return l;
}

static void drop(struct lease *lease)
{
    LIST_REMOVE(lease, link);
    timer_stop(&lease->stop);
    timer_stop(&lease->kill);
    free(lease->name);
    free(lease);
}

void leases_free(struct leases *l)
{
    struct lease *lease;

    while ((lease = LIST_FIRST(&l->list)) != NULL)
        drop(lease);
    free(l);
}

static struct lease *find(const struct leases *l, const char *name)
{
    struct lease *lease;

    LIST_FOREACH(lease, &l->list, link)
    if (strcmp(lease->name, name) == 0)
        return lease;
    return NULL;
}

static struct lease *add(struct leases *l, const char *name)
{
    struct lease *lease = xcalloc(1, sizeof *lease);

    lease->leases = l;
    lease->name = xstrdup(name);
    LIST_INSERT_HEAD(&l->list, lease, link);
    return lease;
}

static bool has_stop_cmd(const struct program *program)
{
    return program->common->stop_cmd.count > 0 || program_function(program, "stop_cmd") != NULL;
}

msec lease_least(const struct program *program)
{
    msec sum = 0;

    for (size_t i = 0; i < program->common->stopsignal.count; i++) {
        msec wait = program->common->stopsignal.step[i].wait;

        sum += wait >= 0 ? wait : program->common->stoptime;
    }
    /* A stop command has stoptime; where it cannot be run, the last step takes its place. */
    if (has_stop_cmd(program) && sum < program->common->stoptime)
        sum = program->common->stoptime;
    return sum + LEASE_MARGIN;
}

/* ---- the end ----------------------------------------------------------------------------------- */

static void stop_it(struct process *p, void *arg)
{
    (void)arg;
    process_stop(p);
}

static void stop_in_time(struct process *p, void *arg)
{
    if (!process_is_settled(p))
        log_warning("%s: its lock in the cluster is not renewed, stopping it before another box may take it",
                    process_name(p));
    stop_it(p, arg);
}

static void kill_it(struct process *p, void *arg)
{
    (void)arg;
    process_stop(p);
    process_kill(p);
}

static void for_each(const struct leases *l, const char *name, target_fn *fn)
{
    const struct program *program = plan_find(supervisor_plan(l->supervisor), name);
    bool known;

    if (program != NULL && program->common->scope == SCOPE_CLUSTER) /* unless a reload has changed that */
        supervisor_each(l->supervisor, name, fn, NULL, &known);
}

static void on_stop(void *arg)
{
    struct lease *lease = arg;

    lease->stop = NULL;
    lease->ending = true;
    for_each(lease->leases, lease->name, stop_in_time);
}

static void on_kill(void *arg)
{
    struct lease *lease = arg;

    lease->kill = NULL;
    for_each(lease->leases, lease->name, kill_it);
    drop(lease);
}

/* ---- from outside ------------------------------------------------------------------------------ */

void lease_give(struct leases *l, const struct program *program, msec time)
{
    struct lease *lease = find(l, program->name);
    struct loop *loop = supervisor_loop(l->supervisor);
    msec until_stop = time - lease_least(program), until_kill = time - LEASE_MARGIN;

    if (lease == NULL)
        lease = add(l, program->name);
    timer_stop(&lease->stop);
    timer_stop(&lease->kill);
    lease->ending = false;
    lease->stop = timer_start(loop, until_stop > 0 ? until_stop : 0, on_stop, lease);
    lease->kill = timer_start(loop, until_kill > 0 ? until_kill : 0, on_kill, lease);
    supervisor_touch_self(l->supervisor);
}

void lease_end(struct leases *l, const struct program *program, bool at_once)
{
    struct lease *lease = find(l, program->name);

    if (lease != NULL && at_once) {
        drop(lease);
    } else if (lease != NULL) {
        timer_stop(&lease->stop);
        lease->ending = true;
    }
    supervisor_touch_self(l->supervisor);
    for_each(l, program->name, at_once ? kill_it : stop_it);
}

/* ---- from life to life ------------------------------------------------------------------------- */

void leases_pack(const struct leases *l, struct buffer *out)
{
    const struct lease *lease;
    struct buffer one = { 0 };

    LIST_FOREACH(lease, &l->list, link)
    {
        pack_text(&one, "name", lease->name);
        pack_number(&one, "ending", lease->ending);
        pack_number(&one, "stop", timer_due(lease->stop));
        pack_number(&one, "kill", timer_due(lease->kill));
        pack_inner(out, "lease", &one);
    }
    buffer_free(&one);
}

static struct timer *start_at(struct lease *lease, msec due, loop_fn *fn)
{
    return timer_start(supervisor_loop(lease->leases->supervisor), clock_left(due), fn, lease);
}

static void unpack_lease(struct leases *l, struct unpack *u)
{
    char *name = unpack_text(u, "name");
    msec stop = unpack_number(u, "stop"), kill = unpack_number(u, "kill");
    struct lease *lease;

    if (name != NULL && kill > 0) {
        lease = add(l, name);
        lease->ending = unpack_number(u, "ending") != 0;
        if (stop > 0)
            lease->stop = start_at(lease, stop, on_stop);
        lease->kill = start_at(lease, kill, on_kill);
    }
    free(name);
}

void leases_unpack(struct leases *l, struct unpack *u)
{
    struct unpack one;

    unpack_rewind(u);
    while (unpack_inner(u, "lease", &one))
        unpack_lease(l, &one);
}

bool lease_allows(const struct leases *l, const struct program *program)
{
    const struct lease *lease = program->common->scope == SCOPE_CLUSTER ? find(l, program->name) : NULL;

    return program->common->scope != SCOPE_CLUSTER || (lease != NULL && !lease->ending);
}
