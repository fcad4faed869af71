/* What follows from an end: policy.c decides, purely, the program's advisor may overrule it, and here it is told and
 * done. A stop by wish asks neither. */
#include "base/log.h"
#include "core/detached.h"
#include "core/hint.h"
#include "os/clock.h"
#include "process_private.h"

/* The last end, with what follows from it; `verdict` is NULL after a stop by wish. */
static void publish_end(struct process *p, enum event_kind kind, const struct verdict *verdict)
{
    struct buffer words = { 0 };

    if (verdict != NULL)
        process_verdict_words(verdict, &words);
    bus_publish(supervisor_bus(p->supervisor),
                &(struct event){ .kind = kind, .process = p, .exit = last_exit(p), .text = words.data });
    buffer_free(&words);
}

static void leave(struct process *p)
{
    p->wanted = false;
    supervisor_wishes_changed(p->supervisor);
    process_enter(p, PROCESS_EXITED);
    supervisor_process_ended(p->supervisor, p);
}

/* Who looks into the log for why is told there. */
static void log_hint(const struct process *p)
{
    struct buffer hint = { 0 };

    hint_write(p->program, last_exit(p), &hint);
    if (hint.length > 0)
        log_notice("%s: %s", process_name(p), hint.data);
    buffer_free(&hint);
}

static void give_up(struct process *p, const struct verdict *verdict)
{
    log_hint(p);
    history_give_up(p->history, verdict->text);
    p->ends_touched = true;
    publish_end(p, EVENT_FATAL, verdict);
    process_enter(p, PROCESS_FATAL);
    supervisor_process_ended(p->supervisor, p);
}

/* Also a start that failed at once goes through the timer: the loop must turn between two tries. */
static void back_off(struct process *p, msec delay)
{
    process_enter(p, PROCESS_BACKOFF);
    process_publish(p, EVENT_BACKOFF, last_exit(p));
    process_wait(p, delay);
}

static struct verdict judge(struct process *p, const struct run_end *end)
{
    const struct supervisor_upward *up = supervisor_upward(p->supervisor);
    const struct function *advisor = program_function(p->program, "autorestart");
    struct verdict verdict = policy_decide(p->program, &p->memory, end, clock_random());

    if (end->was_running && advisor != NULL && up->advise != NULL && !supervisor_is_quiet(p->supervisor)) {
        process_explain_end(p);
        up->advise(up->arg, p, advisor, last_exit(p), &verdict);
    }
    if (verdict.kind == VERDICT_RESTART && (supervisor_is_ending(p->supervisor) || !p->wanted))
        verdict.kind = VERDICT_LEAVE;
    if (verdict.kind == VERDICT_RESTART)
        supervisor_may_restart(p->supervisor, p, &verdict);
    return verdict;
}

/* What ends before it was running has failed, whatever its status. */
static bool is_expected(const struct process *p)
{
    const struct process_exit *exit = last_exit(p);

    if (exit->failed_start || care_blame(p) != NULL)
        return false;
    return exit->stopped || policy_expected(p->program, exit->code);
}

void process_judge(struct process *p, bool was_running)
{
    struct run_end end = { .was_running = !last_exit(p)->failed_start,
                           .code = care_blame(p) != NULL ? -1 : last_exit(p)->code,
                           .uptime = last_exit(p)->uptime };
    struct verdict verdict = judge(p, &end);
    bool at_once = verdict.kind == VERDICT_RESTART && verdict.delay == 0 && was_running;
    /* A blame is forgotten before the new start, and that may say that another one runs already. */
    bool told = !at_once || care_blame(p) != NULL || detached_is_noted(p->program);

    publish_end(p, EVENT_EXIT, &verdict);
    if (told)
        process_log_end(p, &verdict);
    care_forget(p);
    if (was_running)
        p->attempt = 0;
    switch (verdict.kind) {
    case VERDICT_LEAVE:
        leave(p);
        break;
    case VERDICT_GIVE_UP:
        give_up(p, &verdict);
        break;
    case VERDICT_RESTART:
        if (at_once)
            process_restart_by_verdict(p, told ? NULL : &verdict);
        else
            back_off(p, verdict.delay);
        break;
    }
}

/* ---- a retry, by a policy that came after the end ---------------------------------------------- */

static struct run_end end_of(const struct process *p)
{
    const struct process_exit *exit = last_exit(p);

    return (struct run_end){ .was_running = !exit->failed_start,
                             .code = exit->expected ? exit->code : -1,
                             .uptime = exit->uptime };
}

/* What an advisor has said holds. */
static bool may_review(const struct process *p)
{
    return !end_of(p).was_running || program_function(p->program, "autorestart") == NULL;
}

static struct verdict review(const struct process *p)
{
    struct run_end end = end_of(p);

    return policy_review(p->program, &p->memory, &end, clock_random());
}

/* The delay counts from the end. Whoever is not to be tried again goes through the timer too: a reload is no time for
 * an end of reeve that may follow. */
void process_judge_again(struct process *p, const struct program *before)
{
    struct buffer words = { 0 };
    struct verdict verdict;
    msec passed = clock_now() - p->since;

    if (p->state != PROCESS_BACKOFF || policy_equal(before, p->program) || !may_review(p))
        return;
    verdict = review(p);
    verdict.delay = verdict.kind == VERDICT_RESTART && verdict.delay > passed ? verdict.delay - passed : 0;
    process_verdict_words(&verdict, &words);
    log_notice("%s: its policy has changed, %s", process_name(p), words.data);
    buffer_free(&words);
    p->policy_changed = true;
    process_wait(p, verdict.delay);
}

void process_retry(struct process *p)
{
    struct verdict verdict = { .kind = VERDICT_RESTART };

    if (p->policy_changed && may_review(p))
        verdict = review(p);
    p->policy_changed = false;
    if (verdict.kind == VERDICT_LEAVE)
        leave(p);
    else if (verdict.kind == VERDICT_GIVE_UP)
        give_up(p, &verdict);
    else
        process_restart_by_verdict(p, NULL);
}

static void stopped(struct process *p)
{
    publish_end(p, EVENT_EXIT, NULL);
    process_log_end(p, NULL);
    process_publish(p, EVENT_STOP, last_exit(p));
    care_forget(p);
    process_enter(p, PROCESS_STOPPED);
    if (p->wanted)
        process_start_anew(p, false);
}

/* The life of a oneshot is short by nature, and may end before it was RUNNING; what never ran, or was ended for not
 * getting ready, has failed to start. */
static bool has_run(const struct process *p)
{
    const struct process_exit *exit = last_exit(p);

    return p->program->common->oneshot && care_blame(p) == NULL && (exit->code >= 0 || exit->signal != 0);
}

void process_over(struct process *p)
{
    const struct blame *blame = care_blame(p);
    bool was_running = p->state == PROCESS_RUNNING || (p->state == PROCESS_STOPPING && !last_exit(p)->failed_start);

    if (has_run(p))
        last_exit(p)->failed_start = false;
    last_exit(p)->expected = is_expected(p);
    p->ends_touched = true;
    if (p->state == PROCESS_STOPPING && blame == NULL)
        stopped(p);
    else
        process_judge(p, was_running);
}
