/* What a former life has written, on its way back: first all processes are there again, and then each takes up what it
 * was waiting for, since they may wait for one another. */
#include "core/handover.h"

#include "base/log.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "core/companion.h"
#include "core/logfile.h"
#include "core/notices.h"
#include "keep.h"
#include "os/board.h"
#include "os/clock.h"
#include "os/limits.h"
#include "os/resume.h"
#include "supervisor_private.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct handover {
    struct former *former;
    struct supervisor_upward upward;
    struct buffer self; /* of the supervisor */
    struct lives lives;
    struct plan **plans; /* held */
    size_t plan_count;
    struct plan *plan; /* in force */
    struct error *e;
};

/* ---- plans ------------------------------------------------------------------------------------- */

static void explain(const struct problems *problems, struct error *e)
{
    const struct problem *first = problems->count > 0 ? &problems->item[0] : NULL;

    if (first == NULL)
        failure(e, "the configuration that was in force cannot be evaluated");
    else
        failure(e, "the configuration that was in force: %s:%d: %s", first->file != NULL ? first->file : "-",
                first->line, first->text);
}

static void load_plan(const char *data, size_t length, void *arg)
{
    struct handover *h = arg;
    struct problems problems = { 0 };
    struct unpack u;
    struct plan *plan = NULL;

    if (unpack_begin(&u, data, length)) {
        unsigned number = (unsigned)unpack_number(&u, "number");
        const char *text = unpack_bytes(&u, "text", &length);

        plan = h->upward.load_text(h->upward.arg, text, length, &problems);
        if (plan != NULL) {
            plan->number = number;
            plan_anchor(plan);
            buffer_clear(&plan->text);
            buffer_add(&plan->text, text, length);
            h->plans = xrealloc(h->plans, (h->plan_count + 1) * sizeof(struct plan *));
            h->plans[h->plan_count++] = plan;
        } else {
            explain(&problems, h->e);
        }
    }
    problems_free(&problems);
}

static struct plan *find_plan(const struct handover *h, int64_t number)
{
    for (size_t i = 0; i < h->plan_count; i++)
        if (h->plans[i]->number == number)
            return h->plans[i];
    return NULL;
}

/* ---- opening ----------------------------------------------------------------------------------- */

static void keep_self(const char *data, size_t length, void *arg)
{
    struct handover *h = arg;

    buffer_clear(&h->self);
    buffer_add(&h->self, data, length);
}

static bool read_self(struct handover *h, struct error *e)
{
    struct unpack u;

    if (h->self.length == 0 || !unpack_begin(&u, h->self.data, h->self.length))
        return failure(e, "the state has no supervisor");
    h->plan = find_plan(h, unpack_number(&u, "plan"));
    lives_unpack(&h->lives, &u);
    if (h->plan != NULL)
        return true;
    return e->text[0] != '\0' ? false : failure(e, "the state has no configuration");
}

struct handover *handover_open(struct former *former, const struct supervisor_upward *upward, struct error *e)
{
    struct handover *h = xcalloc(1, sizeof *h);

    *h = (struct handover){ .former = former, .upward = *upward, .e = e };
    e->text[0] = '\0';
    former_each(former, "supervisor", keep_self, h);
    former_each(former, "plan", load_plan, h);
    if (read_self(h, e))
        return h;
    handover_close(h);
    return NULL;
}

void handover_close(struct handover *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->plan_count; i++)
        plan_release(h->plans[i]);
    free(h->plans);
    lives_free(&h->lives);
    buffer_free(&h->self);
    former_close(h->former);
    free(h);
}

struct plan *handover_plan(const struct handover *h)
{
    return h->plan;
}

const struct former *handover_former(const struct handover *h)
{
    return h->former;
}

void handover_count_crash(struct handover *h)
{
    lives_count(&h->lives, clock_now(), h->plan->settings.max_lives);
}

bool handover_is_hopeless(const struct handover *h)
{
    return lives_are_over(&h->lives, h->plan->settings.max_lives);
}

/* ---- the supervisor ---------------------------------------------------------------------------- */

static void claim_logfile(const char *data, size_t length, void *arg)
{
    (void)arg;
    logfile_resume(data, length);
}

void handover_claim(const struct handover *h, struct supervisor *s)
{
    struct unpack u;
    const char *sockets, *board;
    size_t length;
    int fd;

    former_each(h->former, "logfile", claim_logfile, NULL);
    unpack_begin(&u, h->self.data, h->self.length);
    sockets = unpack_bytes(&u, "sockets", &length);
    sockets_unpack(s->sockets, sockets, length);
    board = unpack_bytes(&u, "board", &length);
    board_resume(s->board, board, length);
    fd = resume_claim(unpack_number(&u, "notify"));
    if (fd >= 0)
        notices_resume(s->notices, fd);
    if (unpack_number(&u, "files") != 0)
        limits_set_files_before(unpack_number(&u, "files soft"), unpack_number(&u, "files hard"));
}

static void resume_self(struct handover *h, struct supervisor *s)
{
    struct unpack u;
    const char *token;
    size_t length;

    unpack_begin(&u, h->self.data, h->self.length);
    s->started = unpack_number(&u, "started");
    token = unpack_bytes(&u, "token", &length);
    if (token != NULL)
        snprintf(s->token, sizeof s->token, "%.*s", (int)length, token);
    s->last_id = (unsigned)unpack_number(&u, "last id");
    s->last_plan = (unsigned)unpack_number(&u, "last plan");
    leases_unpack(s->leases, &u);
    respawns_unpack(&s->respawns, &u);
    s->lives = h->lives; /* with this one */
    h->lives = (struct lives){ 0 };
    s->shutdown.begun = unpack_number(&u, "ending") != 0;
    s->shutdown.graceful = unpack_number(&u, "graceful") != 0;
    s->shutdown.exit_code = (int)unpack_number(&u, "exit code");
    if (s->shutdown.begun)
        shutdown_resume(s, unpack_number(&u, "stop limit"));
}

static void resume_pool(const char *data, size_t length, void *arg)
{
    struct supervisor *s = arg;
    struct unpack u;
    char *name;
    const struct program *program;
    struct pool *pool;

    if (!unpack_begin(&u, data, length) || (name = unpack_text(&u, "program")) == NULL)
        return;
    program = plan_find(s->plan, name);
    free(name);
    if (program == NULL)
        return;
    pool = &s->pools[program->position];
    pool->scaled = unpack_number(&u, "scaled") != 0;
    pool->kept = unpack_number(&u, "kept") != 0;
    pool->parked = unpack_number(&u, "parked") != 0;
    pool->last_index = (int)unpack_number(&u, "last index");
    pool->falls = unpack_number(&u, "falls") != 0;
    pool->back = (unsigned)unpack_number(&u, "back");
    s->moved = s->moved || pool->falls || pool->back != 0;
    respawns_unpack(&pool->respawns, &u);
    supervisor_touch_pool(s, pool);
}

/* ---- processes --------------------------------------------------------------------------------- */

struct passage {
    const struct handover *handover;
    struct supervisor *supervisor;
};

static void claim_numbers(struct supervisor *s, const struct process *p)
{
    if (process_id(p) > s->last_id)
        s->last_id = process_id(p);
    if (process_run(p) > s->last_run)
        s->last_run = process_run(p);
}

/* Nobody knows how to treat it: the text says another thing today than it said then. */
static void end_stranger(struct unpack *u, const char *program)
{
    pid_t pid = (pid_t)unpack_number(u, "pid");

    log_error("program '%s' is not in the configuration that was in force%s", program != NULL ? program : "?",
              pid > 0 ? ": its process is ended" : "");
    if (pid > 0)
        kill(-pid, SIGTERM);
}

/* What a process is of; NULL: nobody knows it. A crash may have come in the middle of a reload: who is not on the way
 * out follows the plan in force, whichever it followed. */
static struct program *find_program(const struct passage *passage, struct unpack *u, const char *name, bool *leaving)
{
    struct plan *followed = find_plan(passage->handover, process_packed_plan(u));
    struct program *program;

    if (name == NULL || followed == NULL)
        return NULL;
    program = plan_find(passage->supervisor->plan, name);
    *leaving = unpack_number(u, "leaving") != 0 || program == NULL;
    return *leaving ? plan_find(followed, name) : program;
}

static void resume_process(const char *data, size_t length, void *arg)
{
    const struct passage *passage = arg;
    struct supervisor *s = passage->supervisor;
    struct program *program;
    struct unpack u;
    struct process *p;
    unsigned last_id;
    bool leaving;
    char *name;

    if (!unpack_begin(&u, data, length))
        return;
    name = unpack_text(&u, "program");
    program = find_program(passage, &u, name, &leaving);
    if (program == NULL) {
        end_stranger(&u, name);
    } else {
        last_id = s->last_id;
        p = process_resume(s, program, &u);
        s->last_id = last_id; /* it has a number */
        claim_numbers(s, p);
        process_list_add(&s->all, p);
        if (leaving)
            supervisor_let_go_again(s, p);
        else
            pool_add(&s->pools[program->position], p);
    }
    free(name);
}

static void resume_ends(const char *data, size_t length, void *arg)
{
    struct supervisor *s = arg;
    struct unpack u;
    struct process *p;

    if (!unpack_begin(&u, data, length))
        return;
    p = supervisor_process(s, (unsigned)unpack_number(&u, "id"));
    if (p != NULL)
        process_resume_ends(p, data, length);
}

static void take_up_process(const char *data, size_t length, void *arg)
{
    const struct passage *passage = arg;
    struct unpack u;
    struct process *p;

    if (!unpack_begin(&u, data, length))
        return;
    p = supervisor_process(passage->supervisor, process_packed_id(&u));
    if (p != NULL)
        process_take_up(p, passage->handover->former, &u);
}

static int by_id(const void *a, const void *b)
{
    const struct process *const *p = a, *const *q = b;

    return process_id(*p) < process_id(*q) ? -1 : process_id(*p) > process_id(*q);
}

static void resume_processes(const struct handover *h, struct supervisor *s)
{
    struct passage passage = { h, s };

    former_each(h->former, "process", resume_process, &passage);
    if (s->all.count > 0)
        qsort(s->all.process, s->all.count, sizeof(struct process *), by_id);
    former_each(h->former, "ends", resume_ends, s);
    for (size_t i = 0; i < s->plan->program_count; i++)
        pool_name_processes(&s->pools[i]);
    former_each(h->former, "process", take_up_process, &passage);
    /* A crash may have come before it was written that they are to go. */
    for (size_t i = 0; i < s->leaving.count; i++)
        process_stop(s->leaving.process[i]);
}

/* A crash in the middle of a reload undoes it: whom it had let go already, and the plan in force still wants, comes
 * anew. Who was scaled has as many as there are. */
static void complete_pools(struct supervisor *s)
{
    for (size_t i = 0; i < s->plan->program_count && !s->shutdown.begun; i++) {
        struct pool *pool = &s->pools[i];
        const struct program_common *common = pool->program->common;

        if (!pool->scaled && pool->count < (size_t)common->numprocs)
            supervisor_resize(s, pool, (size_t)common->numprocs, common->autostart && common->scope == SCOPE_MACHINE);
    }
}

void handover_resume(struct handover *h, struct supervisor *s)
{
    assert(s->plan == NULL);
    s->plan = plan_hold(h->plan);
    s->pools = xcalloc(s->plan->program_count + 1, sizeof *s->pools);
    for (size_t i = 0; i < s->plan->program_count; i++)
        s->pools[i].program = s->plan->programs[i];
    for (size_t i = 0; i < h->plan_count; i++)
        supervisor_keep_plan(s, h->plans[i]);
    resume_self(h, s);
    former_each(h->former, "pool", resume_pool, s);
    companions_resume(h->former, s->children, s->loop);
    resume_processes(h, s);
    complete_pools(s);
    spares_follow_plan(s);
    supervisor_sweep_soon(s);
    supervisor_look_soon(s);
    if (s->upward.applied != NULL)
        s->upward.applied(s->upward.arg, NULL, s->plan);
    if (s->lives.quiet)
        bus_publish(s->bus, &(struct event){ .kind = EVENT_QUIET, .text = supervisor_quiet_reason });
    logfile_resumed();
    supervisor_write(s, true);
}
