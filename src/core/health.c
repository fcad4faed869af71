#include "core/health.h"

#include "base/log.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "core/probe.h"
#include "core/process.h"
#include "core/supervisor.h"
#include "keep.h"
#include "os/clock.h"
#include "os/procfs.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 100, STEP_MOST = 100 };

struct health {
    struct process *process;
    struct timer *timer;
    struct probe *probe;
    void *question;         /* to `check` */
    struct timer *patience; /* with the function */
    msec asked;             /* when the last check began */
    int failures;           /* in a row */
    bool bad;
    bool unasked; /* the last check could not be made, and that was told */
};

static const struct health_settings *settings_of(const struct health *h)
{
    return process_program(h->process)->health;
}

static struct supervisor *supervisor_of(const struct health *h)
{
    return process_supervisor(h->process);
}

static const struct function *function_of(const struct health *h, const char *name)
{
    return setting_function(settings_of(h), setting_find(&health_record, name));
}

static void on_turn(void *arg);

/* In small steps of the clock that all share: of two thousand checks, those of one step cost one wake-up. */
static void next_after(struct health *h, msec delay)
{
    msec step = settings_of(h)->every / STEPS + 1, due = clock_now() + delay;

    if (step > STEP_MOST)
        step = STEP_MOST;
    due = (due + step - 1) / step * step;
    h->timer = timer_start(supervisor_loop(supervisor_of(h)), due - clock_now(), on_turn, h);
}

/* -- what is done about it -------------------------------------------------------------------------------------- */

/* An action function is told, and nobody waits for its answer. */
static void on_told(bool ok, const char *why, void *arg)
{
    (void)ok;
    (void)why;
    (void)arg;
}

static bool tell_function(struct health *h, const char *why)
{
    const struct supervisor_upward *up = supervisor_upward(supervisor_of(h));
    const struct function *f = function_of(h, "action");

    if (f == NULL)
        return false;
    if (up->request != NULL)
        up->request(up->arg, h->process, f, why, on_told, NULL);
    return true;
}

/* `h` may be gone afterwards. */
static void act(struct health *h, const char *why)
{
    struct process *p = h->process;
    enum health_action action = (enum health_action)settings_of(h)->action;
    char reason[160];

    h->failures = 0;
    h->bad = true;
    snprintf(reason, sizeof reason, "unhealthy: %s", why);
    log_error("%s is %s%s", process_name(p), reason,
              function_of(h, "action") != NULL ? ", calling its function"
              : action == HEALTH_RESTART       ? ", stopping it"
              : action == HEALTH_STOP          ? ", stopping it for good"
                                               : "");
    if (tell_function(h, why) || action == HEALTH_NONE)
        return;
    if (action == HEALTH_STOP)
        process_stop(p);
    else
        process_condemn(p, reason, false);
}

/* -- one check -------------------------------------------------------------------------------------------------- */

static void publish(const struct health *h, const char *why)
{
    bus_publish(supervisor_bus(supervisor_of(h)),
                &(struct event){ .kind = EVENT_HEALTH, .process = h->process, .ok = why == NULL, .text = why });
}

static void note_good(struct health *h)
{
    if (h->bad)
        log_notice("%s is well again", process_name(h->process));
    if (h->failures > 0)
        process_touch(h->process);
    h->failures = 0;
    h->bad = false;
}

/* The next check is set first: what follows may be the end of this. */
static void judge(struct health *h, const char *why)
{
    const struct health_settings *s = settings_of(h);
    msec passed = clock_now() - h->asked;

    next_after(h, s->every > passed ? s->every - passed : 0);
    if (h->unasked)
        log_notice("%s: its check is made again", process_name(h->process));
    h->unasked = false;
    publish(h, why);
    if (why == NULL) {
        note_good(h);
        return;
    }
    h->failures++;
    process_touch(h->process);
    log_info("%s: failed check %d of %d: %s", process_name(h->process), h->failures, s->failures, why);
    if (h->failures >= s->failures)
        act(h, why);
}

/* It may be well or not: nobody knows. */
static void pass_over(struct health *h, const char *why)
{
    if (!h->unasked)
        log_error("%s: its check cannot be made, and will be tried again: %s", process_name(h->process), why);
    h->unasked = true;
    next_after(h, settings_of(h)->every);
}

static void on_probed(enum probe_result result, const char *why, void *arg)
{
    struct health *h = arg;

    h->probe = NULL;
    if (result == PROBE_UNASKED)
        pass_over(h, why);
    else
        judge(h, why);
}

static void on_answer(bool ok, const char *why, void *arg)
{
    struct health *h = arg;

    h->question = NULL;
    timer_stop(&h->patience);
    judge(h, ok ? NULL : why != NULL ? why : "the check says no");
}

static void withdraw(struct health *h)
{
    const struct supervisor_upward *up = supervisor_upward(supervisor_of(h));

    timer_stop(&h->patience);
    if (h->question != NULL)
        up->withdraw(up->arg, h->question);
    h->question = NULL;
}

static void on_impatient(void *arg)
{
    struct health *h = arg;
    struct buffer why = { 0 };

    h->patience = NULL;
    withdraw(h);
    buffer_add_text(&why, "the check has not answered within ");
    duration_format(&why, settings_of(h)->timeout);
    judge(h, why.data);
    buffer_free(&why);
}

static void ask_function(struct health *h, const struct function *f)
{
    const struct supervisor_upward *up = supervisor_upward(supervisor_of(h));

    if (up->request == NULL) {
        judge(h, "there is nobody to call the function");
        return;
    }
    h->patience = timer_start(supervisor_loop(supervisor_of(h)), settings_of(h)->timeout, on_impatient, h);
    h->question = up->request(up->arg, h->process, f, NULL, on_answer, h);
}

/* Whether it uses more than it may. */
static bool is_greedy(const struct health *h)
{
    int64_t most = settings_of(h)->max_memory;
    int64_t used = most > 0 ? procfs_memory(process_pid(h->process)) : -1;

    return used > most;
}

static void judge_greedy(struct health *h)
{
    char why[96];

    snprintf(why, sizeof why, "it uses %lld MB of memory, more than max_memory",
             (long long)(procfs_memory(process_pid(h->process)) >> 20));
    judge(h, why);
}

static bool has_probe(const struct health_settings *s)
{
    return s->tcp != NULL || s->unix_path != NULL || s->http != NULL || s->exec.count > 0;
}

static void on_turn(void *arg)
{
    struct health *h = arg;
    const struct health_settings *s = settings_of(h);
    const struct function *check = function_of(h, "check");
    const struct probe_target target = {
        .tcp = s->tcp, .unix_path = s->unix_path, .http = s->http, .status = s->status, .exec = &s->exec
    };

    h->timer = NULL;
    h->asked = clock_now();
    if (is_greedy(h))
        judge_greedy(h);
    else if (check != NULL)
        ask_function(h, check);
    else if (has_probe(s))
        h->probe = probe_start(h->process, &target, s->timeout, on_probed, h);
    else
        judge(h, NULL);
}

/* The first check comes at random within the interval: those who were started together are not asked together. */
struct health *health_start(struct process *p)
{
    struct health *h = xcalloc(1, sizeof *h);
    const struct health_settings *s = process_program(p)->health;

    h->process = p;
    next_after(h, s->start_delay + (msec)((double)s->every * clock_random()));
    return h;
}

void health_pack(const struct health *h, struct buffer *out)
{
    if (h == NULL)
        return;
    pack_number(out, "failures", h->failures);
    pack_number(out, "bad", h->bad);
}

void health_resume(struct health *h, int failures, bool bad)
{
    h->failures = failures;
    h->bad = bad;
}

bool health_is_good(const struct health *h)
{
    return !h->bad;
}

void health_stop(struct health **health)
{
    struct health *h = *health;

    if (h == NULL)
        return;
    withdraw(h);
    timer_stop(&h->timer);
    probe_stop(&h->probe);
    free(h);
    *health = NULL;
}
