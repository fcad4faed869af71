#include "core/supervisor.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/companion.h"
#include "core/logfile.h"
#include "core/notices.h"
#include "keep.h"
#include "os/board.h"
#include "os/clock.h"
#include "supervisor_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct supervisor *supervisor_new(struct loop *loop, const struct supervisor_upward *upward)
{
    struct supervisor *s = xcalloc(1, sizeof *s);

    s->loop = loop;
    if (upward != NULL)
        s->upward = *upward;
    s->bus = bus_new(loop);
    s->children = children_new(loop);
    s->notices = notices_new(loop);
    s->sockets = sockets_new();
    s->board = board_new(loop, spares_on_bell, s);
    s->leases = leases_new(s);
    logfile_use_children(s->children);
    s->started = clock_now();
    snprintf(s->token, sizeof s->token, "%d.%lld", (int)getpid(), (long long)clock_wall());
    return s;
}

void supervisor_free(struct supervisor *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; s->plan != NULL && i < s->plan->program_count; i++)
        pool_free(&s->pools[i]);
    for (size_t i = 0; i < s->all.count; i++)
        process_free(s->all.process[i]);
    survivors_free(s->survivors);
    census_end(s->census);
    desired_close(s->desired);
    free(s->pools);
    free(s->all.process);
    free(s->leaving.process);
    free(s->to_start.process);
    free(s->held);
    free(s->touched.process);
    lives_free(&s->lives);
    notices_free(s->notices);
    sockets_free(s->sockets);
    board_free(s->board);
    leases_free(s->leases);
    timer_stop(&s->shutdown.limit);
    timer_stop(&s->trim);
    respawns_clear(&s->respawns);
    bus_free(s->bus);
    logfile_use_children(NULL);
    companions_forget();
    children_free(s->children);
    plan_release(s->plan);
    free(s->address);
    free(s);
}

bool supervisor_open_sockets(struct supervisor *s, const struct plan *plan, struct problems *problems)
{
    return sockets_follow(s->sockets, plan, problems);
}

struct turn {
    struct program *program;
    int priority;
};

static int by_priority(const void *a, const void *b)
{
    const struct turn *p = a, *q = b;

    if (p->priority != q->priority)
        return p->priority < q->priority ? -1 : 1;
    return p->program->position < q->program->position ? -1 : p->program->position > q->program->position;
}

void supervisor_start(struct supervisor *s, struct plan *plan)
{
    size_t count = plan->program_count;
    struct turn *turn = xcalloc(count + 1, sizeof *turn);

    assert(s->plan == NULL);
    plan_anchor(plan);
    s->plan = plan;
    supervisor_keep_plan(s, plan);
    s->pools = xcalloc(count + 1, sizeof *s->pools);
    for (size_t i = 0; i < count; i++)
        turn[i] = (struct turn){ plan->programs[i], order_priority(plan_order(plan), plan->programs[i]) };
    qsort(turn, count, sizeof *turn, by_priority);
    for (size_t i = 0; i < count; i++) {
        struct program *program = turn[i].program;
        struct pool *pool = &s->pools[program->position];

        supervisor_fill_pool(s, pool, program);
    }
    free(turn);
    spares_follow_plan(s);
    if (s->upward.applied != NULL)
        s->upward.applied(s->upward.arg, NULL, plan);
    supervisor_take_up_state(s);
    supervisor_wishes_changed(s);
}

void supervisor_visit(struct supervisor *s, struct plan *plan)
{
    s->visits = true;
    supervisor_start(s, plan);
}

const char *supervisor_forbids_start(const struct supervisor *s, const struct process *p)
{
    const struct program *program = process_program(p);

    if (s->shutdown.begun)
        return "reeve is stopping";
    if (process_is_let_go(p))
        return "it was removed or scaled away";
    if (s->visits && !program->common->detached)
        return "it is not detached: only a supervisor that stays can do that";
    return lease_allows(s->leases, program) ? NULL : "its lock in the cluster is not ours";
}

static void give_up_for(struct verdict *verdict, int limit, msec interval, const char *of)
{
    struct buffer within = { 0 };

    duration_format(&within, interval);
    verdict->kind = VERDICT_GIVE_UP;
    snprintf(verdict->text, sizeof verdict->text, "more than %d restart%s%s in %s", limit, limit == 1 ? "" : "s", of,
             within.data);
    buffer_free(&within);
}

void supervisor_may_restart(struct supervisor *s, struct process *p, struct verdict *verdict)
{
    const struct program *program = process_program(p);
    const struct supervisor_settings *all = &s->plan->settings;
    struct pool *pool = supervisor_pool_of(s, program);

    supervisor_touch_self(s);
    if (pool != NULL)
        supervisor_touch_pool(s, pool);
    if (pool != NULL && !respawns_allow(&pool->respawns, program->common->respawn_limit,
                                        program->common->respawn_interval, clock_now())) {
        give_up_for(verdict, program->common->respawn_limit, program->common->respawn_interval, "");
        return;
    }
    if (respawns_allow(&s->respawns, all->respawn_limit, all->respawn_interval, clock_now()))
        return;
    give_up_for(verdict, all->respawn_limit, all->respawn_interval, " of all programs together");
    if (all->on_giveup == GIVEUP_SHUTDOWN && !s->shutdown.begun)
        supervisor_shutdown(s, 1, false, verdict->text);
}

/* What the shell would say of it: 128 + n for a signal. */
static int exit_code_of(const struct process_exit *exit)
{
    if (exit == NULL)
        return 1;
    if (exit->signal != 0)
        return 128 + exit->signal;
    return exit->code >= 0 ? exit->code : 127;
}

void supervisor_process_ended(struct supervisor *s, struct process *p)
{
    const struct program *program = process_program(p);
    bool gave_up = process_state(p) == PROCESS_FATAL;
    char why[160];

    if (s->shutdown.begun)
        return;
    if (program->common->essential) {
        snprintf(why, sizeof why, "%s is essential and has ended", process_name(p));
        supervisor_shutdown(s, exit_code_of(process_last_exit(p)), false, why);
    } else if (gave_up && program->common->on_giveup == GIVEUP_SHUTDOWN) {
        snprintf(why, sizeof why, "%s was given up", process_name(p));
        supervisor_shutdown(s, 1, false, why);
    }
}

void supervisor_forgive(struct supervisor *s, struct process *p)
{
    struct pool *pool = supervisor_pool_of(s, process_program(p));

    if (pool == NULL)
        return;
    respawns_clear(&pool->respawns);
    supervisor_touch_pool(s, pool);
}

bool supervisor_siblings_run(struct supervisor *s, struct process *p)
{
    const struct pool *pool = supervisor_pool_of(s, process_program(p));

    return pool == NULL || pool_can_miss(pool, p);
}

void supervisor_reopen(struct supervisor *s)
{
    log_reopen();
    for (size_t i = 0; i < s->all.count; i++)
        process_reopen(s->all.process[i]);
}

void supervisor_refresh(struct supervisor *s, const char *why)
{
    bus_publish(s->bus, &(struct event){ .kind = EVENT_REFRESH, .text = why });
}

size_t supervisor_process_count(const struct supervisor *s)
{
    return s->all.count - s->leaving.count;
}

struct plan *supervisor_plan(const struct supervisor *s)
{
    return s->plan;
}

struct bus *supervisor_bus(const struct supervisor *s)
{
    return s->bus;
}

struct loop *supervisor_loop(const struct supervisor *s)
{
    return s->loop;
}

struct notices *supervisor_notices(const struct supervisor *s)
{
    return s->notices;
}

struct leases *supervisor_leases(const struct supervisor *s)
{
    return s->leases;
}

struct sockets *supervisor_sockets(const struct supervisor *s)
{
    return s->sockets;
}

struct board *supervisor_board(const struct supervisor *s)
{
    return s->board;
}

struct children *supervisor_children(const struct supervisor *s)
{
    return s->children;
}

const struct supervisor_upward *supervisor_upward(const struct supervisor *s)
{
    return &s->upward;
}

msec supervisor_started(const struct supervisor *s)
{
    return s->started;
}

const char supervisor_quiet_reason[] =
    "hooks are off, after too many crashes or hangs within a minute, until the next reload";

bool supervisor_is_quiet(const struct supervisor *s)
{
    return s->lives.quiet;
}

const char *supervisor_token(const struct supervisor *s)
{
    return s->token;
}

void supervisor_set_address(struct supervisor *s, const char *address)
{
    free(s->address);
    s->address = xstrdup(address);
}

void supervisor_ask_first(struct supervisor *s, supervisor_may_listen_fn *may_listen, void *arg)
{
    s->may_listen = may_listen;
    s->may_listen_arg = arg;
}

const char *supervisor_address(const struct supervisor *s)
{
    return s->address;
}
