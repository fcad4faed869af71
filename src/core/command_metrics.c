/* The verb `metrics`, and what the core has to tell. */
#include "base/json.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/metrics.h"
#include "core/output.h"
#include "core/tally.h"
#include "os/clock.h"
#include "os/usage.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATES = PROCESS_FATAL + 1, SLICE = 3 /* milliseconds */ };

/* What a family says of one process; nothing, if it has none. */
typedef void sample_fn(struct buffer *out, const char *name, const struct process *p);

static void add(struct buffer *out, const char *name, const struct process *p, double value)
{
    metrics_sample(out, name, value, "process", process_name(p), "program", process_program(p)->name, NULL);
}

/* ---- time -------------------------------------------------------------------------------------- */

/* A start does not move from one look to the next, though two clocks are read; it does when a clock is set. */
static double wall_of(msec at)
{
    static msec between;
    msec now = clock_wall() - clock_now();

    if (llabs(now - between) > 100)
        between = now;
    return (double)(at + between) / 1000;
}

/* ---- one process ------------------------------------------------------------------------------- */

static void add_state(struct buffer *out, const char *name, const struct process *p)
{
    for (int state = 0; state < STATES; state++)
        metrics_sample(out, name, (int)process_state(p) == state, "process", process_name(p), "program",
                       process_program(p)->name, "state", process_state_name(state), NULL);
}

static void add_up(struct buffer *out, const char *name, const struct process *p)
{
    add(out, name, p, process_pid(p) > 0);
}

static void add_ready(struct buffer *out, const char *name, const struct process *p)
{
    add(out, name, p, process_state(p) == PROCESS_RUNNING && process_is_well(p));
}

static void add_start_time(struct buffer *out, const char *name, const struct process *p)
{
    if (process_pid(p) > 0)
        add(out, name, p, wall_of(process_started(p)));
}

static void add_restarts(struct buffer *out, const char *name, const struct process *p)
{
    add(out, name, p, process_restarts(p));
}

static void add_ends(struct buffer *out, const char *name, const struct process *p)
{
    for (int end = 0; end < TALLY_ENDS; end++)
        metrics_sample(out, name, (double)tally_ends(process_id(p), end), "process", process_name(p), "program",
                       process_program(p)->name, "kind", tally_end_name(end), NULL);
}

static void add_given_up(struct buffer *out, const char *name, const struct process *p)
{
    add(out, name, p, (double)tally_given_up(process_id(p)));
}

static void add_dropped(struct buffer *out, const char *name, const struct process *p)
{
    for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) {
        long lines = output_dropped(process_output(p, stream));

        if (lines >= 0)
            metrics_sample(out, name, (double)lines, "process", process_name(p), "program", process_program(p)->name,
                           "stream", stream == STDOUT_FILENO ? "stdout" : "stderr", NULL);
    }
}

/* ---- the names of node_exporter's collector for supervisord --------------------------------------- */

static void add_theirs(struct buffer *out, const char *name, const struct process *p, double value)
{
    metrics_sample(out, name, value, "group", process_program(p)->name, "name", process_name(p), NULL);
}

static bool is_up_for_them(const struct process *p)
{
    enum process_state state = process_state(p);

    return state == PROCESS_STARTING || state == PROCESS_RUNNING || state == PROCESS_STOPPING;
}

static void add_their_up(struct buffer *out, const char *name, const struct process *p)
{
    add_theirs(out, name, p, is_up_for_them(p));
}

static void add_their_state(struct buffer *out, const char *name, const struct process *p)
{
    static const int numbers[STATES] = {
        [PROCESS_STOPPED] = 0,   [PROCESS_STARTING] = 10, [PROCESS_RUNNING] = 20, [PROCESS_BACKOFF] = 30,
        [PROCESS_STOPPING] = 40, [PROCESS_EXITED] = 100,  [PROCESS_FATAL] = 200,
    };

    add_theirs(out, name, p, numbers[process_state(p)]);
}

/* -1 for a signal, as supervisord says it. */
static void add_their_status(struct buffer *out, const char *name, const struct process *p)
{
    const struct process_exit *exit = process_last_exit(p);

    add_theirs(out, name, p, exit != NULL ? exit->code : 0);
}

static void add_their_start_time(struct buffer *out, const char *name, const struct process *p)
{
    if (is_up_for_them(p) && process_pid(p) > 0)
        add_theirs(out, name, p, wall_of(process_started(p)));
}

static const struct {
    const char *name, *type, *help;
    sample_fn *add;
} families[] = {
    { "reeve_process_state", "gauge", "1 for the state that the process is in, 0 for the others.", add_state },
    { "reeve_process_up", "gauge", "Whether it has a child.", add_up },
    { "reeve_process_ready", "gauge", "Whether it is RUNNING and no health check finds fault with it.", add_ready },
    { "reeve_process_start_time_seconds", "gauge", "When its child was started, since 1970.", add_start_time },
    { "reeve_process_restarts", "counter", "Automatic restarts since the last start by a user.", add_restarts },
    { "reeve_process_exits", "counter", "Ends, by their kind.", add_ends },
    { "reeve_process_given_up", "counter", "How often it became FATAL.", add_given_up },
    { "reeve_process_dropped_lines", "counter", "Lines of output that its file was too slow for, or did not take.",
      add_dropped },
    { "node_supervisord_up", "gauge", "Whether it is STARTING, RUNNING or STOPPING.", add_their_up },
    { "node_supervisord_state", "gauge", "Its state as supervisord's number.", add_their_state },
    { "node_supervisord_exit_status", "gauge", "The status of its last end, -1 for a signal.", add_their_status },
    { "node_supervisord_start_time_seconds", "gauge", "When its child was started, since 1970.", add_their_start_time },
};

static void add_families(const struct targets *all, struct buffer *out)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        const char *type = families[i].type;
        char name[64];

        metrics_family(out, families[i].name, type, families[i].help);
        snprintf(name, sizeof name, "%s%s", families[i].name, strcmp(type, "counter") == 0 ? "_total" : "");
        for (size_t j = 0; j < all->count; j++)
            families[i].add(out, name, all->process[j]);
    }
}

/* ---- what processes use: a look into /proc for each, which takes its time: a few at a turn -------------- */

struct look {
    struct supervisor *supervisor;
    struct reply *reply;
    struct timer *turn;
    unsigned *ids; /* of all processes, owned */
    size_t count, done;
    struct buffer text; /* all that was written before */
    struct buffer memory, cpu, threads, fds;
};

static void look_free(struct look *l)
{
    timer_stop(&l->turn);
    free(l->ids);
    buffer_free(&l->text);
    buffer_free(&l->memory);
    buffer_free(&l->cpu);
    buffer_free(&l->threads);
    buffer_free(&l->fds);
    free(l);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    look_free(work);
}

static void look_at(struct look *l, const struct process *p)
{
    struct usage u;

    if (p == NULL || process_pid(p) <= 0 || !usage_of(process_pid(p), &u))
        return;
    add(&l->memory, "reeve_process_resident_memory_bytes", p, (double)u.rss);
    add(&l->cpu, "reeve_process_cpu_seconds_total", p, u.cpu);
    add(&l->threads, "reeve_process_threads", p, u.threads);
    if (u.fds >= 0)
        add(&l->fds, "reeve_process_open_fds", p, u.fds);
}

static void finish(struct supervisor *s, struct buffer *text, struct reply *r)
{
    metrics_write(s, text);
    if (r->wants_data)
        json_bytes(&r->data, text->data, text->length);
    else
        buffer_add(&r->text, text->data, text->length);
    reply_end(r);
}

static void finish_look(struct look *l)
{
    struct reply *r = l->reply;

    buffer_add(&l->text, l->memory.data, l->memory.length);
    buffer_add(&l->text, l->cpu.data, l->cpu.length);
    buffer_add(&l->text, l->threads.data, l->threads.length);
    buffer_add(&l->text, l->fds.data, l->fds.length);
    finish(l->supervisor, &l->text, r);
    look_free(l);
}

static void on_turn(void *arg)
{
    struct look *l = arg;
    msec until = clock_now() + SLICE;

    l->turn = NULL;
    while (l->done < l->count && clock_now() <= until)
        look_at(l, supervisor_process(l->supervisor, l->ids[l->done++]));
    if (l->done < l->count)
        l->turn = timer_start(supervisor_loop(l->supervisor), 0, on_turn, l);
    else
        finish_look(l);
}

/* Takes over `text`. */
static void look_around(struct supervisor *s, const struct targets *all, struct buffer *text, struct reply *r)
{
    struct look *l = xcalloc(1, sizeof *l);

    *l = (struct look){ .supervisor = s, .reply = r, .count = all->count, .text = *text };
    l->ids = xcalloc(all->count + 1, sizeof *l->ids);
    for (size_t i = 0; i < all->count; i++)
        l->ids[i] = process_id(all->process[i]);
    metrics_family(&l->memory, "reeve_process_resident_memory_bytes", "gauge", "Memory in use.");
    metrics_family(&l->cpu, "reeve_process_cpu_seconds", "counter", "Of its own, and of children it has waited for.");
    metrics_family(&l->threads, "reeve_process_threads", "gauge", "Its threads.");
    metrics_family(&l->fds, "reeve_process_open_fds", "gauge", "Its open descriptors.");
    reply_later(r, on_cancel, l);
    on_turn(l);
}

/* ---- the supervisor -------------------------------------------------------------------------------- */

static void add_supervisor(struct supervisor *s, struct buffer *out)
{
    metrics_family(out, "reeve_build_info", "gauge", "Which reeve answers.");
    metrics_sample(out, "reeve_build_info", 1, "version", REEVE_VERSION, NULL);
    metrics_family(out, "reeve_start_time_seconds", "gauge", "When the supervisor was started, since 1970.");
    metrics_sample(out, "reeve_start_time_seconds", wall_of(supervisor_started(s)), NULL);
    metrics_family(out, "reeve_programs", "gauge", "Programs of the configuration.");
    metrics_sample(out, "reeve_programs", (double)supervisor_plan(s)->program_count, NULL);
    metrics_family(out, "reeve_reloads", "counter", "Reloads of the configuration.");
    metrics_sample(out, "reeve_reloads_total", (double)tally_reloads(true), "result", "applied", NULL);
    metrics_sample(out, "reeve_reloads_total", (double)tally_reloads(false), "result", "refused", NULL);
}

void command_metrics(const struct request *q, struct reply *r)
{
    struct buffer text = { 0 };
    struct targets all;

    targets_find(q, 0, true, r, &all);
    add_supervisor(q->supervisor, &text);
    add_families(&all, &text);
    if (request_has_flag(q, "--usage")) {
        look_around(q->supervisor, &all, &text, r);
    } else {
        finish(q->supervisor, &text, r);
        buffer_free(&text);
    }
    targets_free(&all);
}
