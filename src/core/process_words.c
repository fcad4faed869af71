/* What a process says of itself: names, reasons, descriptions, the log line of an end; and the plain questions. */
#include "base/log.h"
#include "base/units.h"
#include "os/clock.h"
#include "process_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const state_names[] = {
    [PROCESS_STOPPED] = "STOPPED", [PROCESS_STARTING] = "STARTING", [PROCESS_RUNNING] = "RUNNING",
    [PROCESS_BACKOFF] = "BACKOFF", [PROCESS_STOPPING] = "STOPPING", [PROCESS_EXITED] = "EXITED",
    [PROCESS_FATAL] = "FATAL",
};

#define STATES ((int)(sizeof state_names / sizeof *state_names))

const char *process_state_name(enum process_state state)
{
    assert((int)state < STATES);
    return state_names[state];
}

bool process_state_parse(const char *name, enum process_state *out)
{
    for (int i = 0; i < STATES; i++)
        if (strcasecmp(name, state_names[i]) == 0) {
            *out = (enum process_state)i;
            return true;
        }
    return false;
}

static const char *remark(const struct process_exit *exit)
{
    if (exit->oom)
        return " (out of memory)";
    return exit->core ? " (core dumped)" : "";
}

void process_exit_reason(struct process_exit *exit)
{
    if (exit->unknown)
        snprintf(exit->reason, sizeof exit->reason, "exited with status unknown");
    else if (exit->signal != 0)
        snprintf(exit->reason, sizeof exit->reason, "killed by SIG%s%s", signal_name(exit->signal), remark(exit));
    else
        snprintf(exit->reason, sizeof exit->reason, "exited with status %d", exit->code);
}

void process_verdict_words(const struct verdict *verdict, struct buffer *out)
{
    switch (verdict->kind) {
    case VERDICT_LEAVE:
        buffer_add_text(out, "left as it is");
        break;
    case VERDICT_GIVE_UP:
        buffer_addf(out, "giving up: %s", verdict->text);
        break;
    case VERDICT_RESTART:
        buffer_add_text(out, "restarting");
        if (verdict->delay > 0) {
            buffer_add_text(out, " in ");
            duration_format(out, verdict->delay);
        }
        break;
    }
}

static void add_consequence(struct buffer *b, const struct verdict *verdict)
{
    if (verdict->kind == VERDICT_LEAVE)
        return;
    buffer_add_text(b, ", ");
    process_verdict_words(verdict, b);
}

/* `verdict` is NULL after a stop by wish. */
void process_log_end(struct process *p, const struct verdict *verdict)
{
    const struct process_exit *exit = last_exit(p);
    bool good = exit->expected && (verdict == NULL || verdict->kind != VERDICT_GIVE_UP);
    int level = good ? LOG_NOTICE : LOG_ERR;
    bool never_ran = exit->code < 0 && exit->signal == 0 && !exit->unknown;
    struct buffer b = { 0 };

    process_explain_end(p);
    if (!log_wants(level))
        return;
    if (verdict == NULL)
        buffer_addf(&b, "%s stopped: %s", process_name(p), exit->reason);
    else if (care_blame(p) != NULL)
        buffer_addf(&b, "%s failed: %s", process_name(p), exit->reason);
    else if (never_ran)
        buffer_addf(&b, "%s could not be started: %s", process_name(p), exit->reason);
    else
        buffer_addf(&b, "%s %s", process_name(p), exit->reason);
    if (!never_ran) {
        buffer_add_text(&b, " after ");
        duration_format(&b, exit->uptime);
    }
    if (verdict != NULL && exit->expected)
        buffer_add_text(&b, ", as expected");
    else if (verdict != NULL && exit->failed_start && !never_ran && care_blame(p) == NULL)
        buffer_add_text(&b, ", before it was running");
    if (verdict != NULL)
        add_consequence(&b, verdict);
    log_at(level, "%s", b.data);
    buffer_free(&b);
}

/* As supervisorctl says it: "Nov 24 09:41 AM". */
static void describe_time(const struct process *p, struct buffer *out)
{
    time_t at = (time_t)((clock_wall() - (clock_now() - p->since)) / 1000);
    struct tm local;
    char text[32];

    localtime_r(&at, &local);
    strftime(text, sizeof text, "%b %d %I:%M %p", &local);
    buffer_add_text(out, text);
}

/* Its child is dead, and it is not over yet: others hold what was its. */
static void describe_end(const struct process *p, struct buffer *out)
{
    buffer_add_text(out, process_last_exit(p)->reason);
    if (p->group_lives)
        buffer_add_text(out, ", others of its group live on");
    else if (p->out_open || p->err_open)
        buffer_add_text(out, ", its output is held open");
}

static void describe_child(const struct process *p, struct buffer *out)
{
    if (p->ended) {
        describe_end(p, out);
    } else if (p->held) {
        buffer_add_text(out, "waiting for ");
        supervisor_waits_for(p->supervisor, p, out);
    } else if (process_pid(p) != 0) {
        buffer_addf(out, "pid %d", (int)process_pid(p));
        care_describe(p, out);
    } else if (p->state == PROCESS_STARTING && p->gate == NULL) {
        buffer_add_text(out, "waiting for its pid file");
    }
    if (p->gate != NULL)
        buffer_addf(out, "%s%s runs", process_pid(p) != 0 ? ", " : "", gate_name(p->gate));
}

/* That all its starts have failed needs no words. */
static void describe_giving_up(const struct process *p, struct buffer *out)
{
    const char *why = process_given_up(p);
    bool no_retry = p->memory.failed_starts > p->program->common->startretries;

    if (p->state == PROCESS_FATAL && why != NULL && !(last_exit(p)->failed_start && no_retry))
        buffer_addf(out, " (%s)", why);
}

void process_describe(const struct process *p, struct buffer *out)
{
    switch (p->state) {
    case PROCESS_RUNNING:
        if (p->ended) {
            describe_end(p, out);
            break;
        }
        /* Not by buffer_addf, which takes longer than all the rest of a line: a status may have thousands. */
        buffer_add_text(out, "pid ");
        buffer_add_number(out, process_pid(p));
        buffer_add_text(out, ", uptime ");
        uptime_format(out, process_uptime(p));
        if (p->behind)
            buffer_add_text(out, ", with its old settings");
        care_describe(p, out);
        break;
    case PROCESS_BACKOFF:
    case PROCESS_FATAL:
        buffer_add_text(out, last_exit(p) != NULL ? last_exit(p)->reason : "unknown error");
        describe_giving_up(p, out);
        break;
    case PROCESS_STARTING:
    case PROCESS_STOPPING:
        describe_child(p, out);
        break;
    case PROCESS_STOPPED:
        if (last_exit(p) == NULL) {
            buffer_add_text(out, "Not started");
            break;
        }
        describe_time(p, out);
        break;
    case PROCESS_EXITED:
        describe_time(p, out);
        break;
    }
}

const char *process_name(const struct process *p)
{
    return p->name != NULL ? p->name : p->program->name;
}

enum process_state process_state(const struct process *p)
{
    return p->state;
}

bool process_is_alive(const struct process *p)
{
    return p->child != NULL;
}

bool process_is_behind(const struct process *p)
{
    return p->behind;
}

bool process_is_let_go(const struct process *p)
{
    return p->let_go;
}

bool process_is_settled(const struct process *p)
{
    return p->state == PROCESS_STOPPED || p->state == PROCESS_EXITED || p->state == PROCESS_FATAL;
}

bool process_is_held(const struct process *p)
{
    return p->held;
}

bool process_wanted(const struct process *p)
{
    return p->wanted;
}

bool process_wish_is_kept(const struct process *p)
{
    return p->kept;
}

bool process_outlives_us(const struct process *p)
{
    return p->program->common->detached && p->child != NULL && p->state != PROCESS_STOPPING;
}

unsigned process_id(const struct process *p)
{
    return p->id;
}

int process_index(const struct process *p)
{
    return p->index;
}

struct program *process_program(const struct process *p)
{
    return p->program;
}

struct plan *process_plan(const struct process *p)
{
    return p->program->plan;
}

struct supervisor *process_supervisor(const struct process *p)
{
    return p->supervisor;
}

pid_t process_pid(const struct process *p)
{
    return p->child != NULL && !p->ended ? child_pid(p->child) : 0;
}

msec process_started(const struct process *p)
{
    return p->started;
}

unsigned process_run(const struct process *p)
{
    return p->run;
}

msec process_uptime(const struct process *p)
{
    return p->child != NULL ? clock_now() - p->started : -1;
}

int process_restarts(const struct process *p)
{
    return p->restarts;
}

const struct process_exit *process_last_exit(const struct process *p)
{
    process_explain_end(p);
    return last_exit(p);
}

const struct process_exit *process_end(const struct process *p, size_t back)
{
    process_explain_end(p);
    return history_end(p->history, back);
}

const char *process_given_up(const struct process *p)
{
    return history_given_up(p->history);
}

const struct program *process_settings(const struct process *p)
{
    return p->resolved != NULL ? p->resolved : p->program;
}

const struct output_settings *process_output_settings(const struct process *p, int stream)
{
    return stream == 2 ? &process_settings(p)->err : &process_settings(p)->out;
}

struct output *process_output(const struct process *p, int stream)
{
    return stream == 2 ? p->err : p->out;
}
