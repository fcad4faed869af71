/* One job, from its packet to its end:
 *
 *            first complete, or it ended without            ended, and its output too
 *   RUNNING -----------------------------------> SETTLED ------------------------------> gone
 *
 * A job reports once, when it becomes SETTLED; what its process does then is its own business, but for its time. It has
 * a slot until it has settled; as many processes as there are slots may linger without one, the others keep theirs
 * until they have ended. Its output is read to the end before the exit is judged. */
#include "gearman_private.h"

#include "base/json.h"
#include "base/log.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/stream.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GRACE = 5000,   /* between TERM and KILL */
    PATIENCE = 1000 /* how long others may hold the pipes when it has ended */
};

static const char *function_of(const struct job *j)
{
    return j->ability->definition.name;
}

/* ---- the report -------------------------------------------------------------------------------- */

static void give_slot_back(struct job *j)
{
    if (!j->holds_slot)
        return;
    j->holds_slot = false;
    j->ability->busy--;
}

/* Its process lives on. */
static void linger(struct job *j)
{
    struct ability *a = j->ability;

    if (j->ended || a->lingering >= a->definition.concurrency)
        return;
    give_slot_back(j);
    j->lingers = true;
    a->lingering++;
}

/* The report is in the server's buffer, if there is a server. */
static void settle(struct job *j)
{
    struct ability *a = j->ability;
    struct jobserver *s = j->server;

    j->settled = true;
    linger(j);
    if (s != NULL)
        jobserver_job_settled(s, j);
    ability_feed(a);
}

static void discard(struct job *j)
{
    j->ability->lost++;
    log_warning(
        "gearman:%s: the result of job %s is discarded: the connection was lost that it came by, and the server "
        "has given it to somebody else",
        function_of(j), j->handle);
}

void job_complete(struct job *j, const struct buffer *body)
{
    if (j->settled)
        return;
    if (j->server != NULL) {
        packet_write_data(&j->server->out, PACKET_WORK_COMPLETE, j->handle, body->data, body->length);
        j->ability->done++;
        log_info("gearman:%s: job %s is done", function_of(j), j->handle);
        library_tell("job_done", j, NULL);
    } else {
        discard(j);
    }
    settle(j);
}

static void write_failure(struct jobserver *s, const char *handle, int style, const char *text, size_t length)
{
    if (style == FAILURE_EXCEPTION && s->takes_exceptions) {
        packet_write_data(&s->out, PACKET_WORK_EXCEPTION, handle, text, length);
        return;
    }
    packet_write_data(&s->out, PACKET_WORK_WARNING, handle, text, length);
    packet_write_text(&s->out, PACKET_WORK_FAIL, handle);
}

static void tell_failure(const struct job *j, const char *text, size_t length)
{
    const char *end = memchr(text, '\n', length);
    char first[400];

    snprintf(first, sizeof first, "%.*s", end != NULL ? (int)(end - text) : (int)length, text);
    log_warning("gearman:%s: job %s failed: %s", function_of(j), j->handle, first);
    library_tell("job_failed", j, first);
}

static void fail(struct job *j, const char *text, size_t length)
{
    if (j->settled)
        return;
    if (j->server != NULL) {
        write_failure(j->server, j->handle, j->failure, text, length);
        j->ability->failed++;
        tell_failure(j, text, length);
    } else {
        discard(j);
    }
    settle(j);
}

void job_refuse(struct jobserver *s, const char *handle, const char *why)
{
    s->ability->failed++;
    log_warning("gearman:%s: job %s is refused: %s", s->ability->definition.name, handle, why);
    write_failure(s, handle, s->ability->crew->settings.failure, why, strlen(why));
    jobserver_flush_soon(s);
}

void job_orphaned(struct job *j)
{
    j->server = NULL;
}

/* ---- the end ----------------------------------------------------------------------------------- */

static void add_end(const struct job *j, struct buffer *text)
{
    if (j->why.text[0] != '\0')
        buffer_addf(text, "worker executor %s", j->why.text);
    else if (j->exit.signal != 0)
        buffer_addf(text, "worker executor was killed by SIG%s", signal_name(j->exit.signal));
    else if (j->exit.code == 0)
        buffer_add_text(text, "worker executor exited with 0 and never said complete");
    else
        buffer_addf(text, "worker executor exited with %d", j->exit.code);
}

/* Why, what it said to stderr, what it was called with. */
static void fail_for_end(struct job *j)
{
    struct buffer text = { 0 }, arguments = { 0 };
    char length[24];

    snprintf(length, sizeof length, "%zu", j->payload_length);
    json_open_array(&arguments);
    json_text(&arguments, function_of(j));
    json_text(&arguments, j->unique);
    json_text(&arguments, length);
    json_close_array(&arguments);
    buffer_add_text(&text, "Error: ");
    add_end(j, &text);
    buffer_add_char(&text, '\n');
    job_add_stderr(j, &text);
    buffer_add(&text, arguments.data, arguments.length);
    fail(j, text.data, text.length);
    buffer_free(&text);
    buffer_free(&arguments);
}

static void destroy(struct job *j)
{
    timer_stop(&j->timer);
    job_close_input(j);
    stream_close(j->out.stream);
    stream_close(j->err.stream);
    companion_free(j->companion);
    child_free(j->child);
    buffer_free(&j->line);
    buffer_free(&j->stderr_tail);
    free(j->handle);
    free(j->unique);
    if (j->folder != NULL)
        job_remove_folder(crew_loop(j->ability->crew), j->folder);
    free(j);
}

/* Nothing of it is left, so nobody is who would not have reported. */
static void finish(struct job *j)
{
    struct ability *a = j->ability;

    job_last_line(j);
    if (!j->settled)
        fail_for_end(j);
    child_signal_group(j->child, SIGKILL, NULL);
    give_slot_back(j);
    if (j->lingers)
        a->lingering--;
    TAILQ_REMOVE(&a->jobs, j, link);
    destroy(j);
    ability_feed(a);
    ability_check_over(a);
}

static void check_over(struct job *j)
{
    if (j->ended && j->out.stream == NULL && j->err.stream == NULL)
        finish(j);
}

void job_stream_ended(struct mouth *m)
{
    stream_close(m->stream);
    m->stream = NULL;
    check_over(m->job);
}

static void on_impatient(void *arg)
{
    struct job *j = arg;

    j->timer = NULL;
    stream_close(j->out.stream);
    stream_close(j->err.stream);
    j->out.stream = j->err.stream = NULL;
    check_over(j);
}

static void drain(struct mouth *m)
{
    if (m->stream == NULL)
        return;
    stream_resume(m->stream);
    stream_drain(m->stream);
}

static void on_exit_of(struct child *c, const struct child_exit *exit, void *arg)
{
    struct job *j = arg;

    (void)c;
    j->exit = *exit;
    job_close_input(j);
    timer_stop(&j->timer);
    drain(&j->out);
    drain(&j->err);
    j->ended = true;
    if (j->out.stream != NULL || j->err.stream != NULL)
        j->timer = timer_start(crew_loop(j->ability->crew), PATIENCE, on_impatient, j);
    check_over(j);
}

/* ---- an end by us ------------------------------------------------------------------------------ */

static void on_grace_over(void *arg)
{
    struct job *j = arg;

    j->timer = NULL;
    child_signal_group(j->child, SIGKILL, NULL);
}

/* The first reason is the one that is told. */
void job_end_for(struct job *j, int signal, const char *format, ...)
{
    va_list arguments;

    if (j->why.text[0] == '\0') {
        va_start(arguments, format);
        vsnprintf(j->why.text, sizeof j->why.text, format, arguments);
        va_end(arguments);
    }
    if (j->ended)
        return;
    job_close_input(j);
    child_signal_group(j->child, signal, NULL);
    if (signal == SIGKILL)
        return;
    timer_stop(&j->timer);
    j->timer = timer_start(crew_loop(j->ability->crew), GRACE, on_grace_over, j);
}

static void on_timeout(void *arg)
{
    struct job *j = arg;
    struct buffer time = { 0 };

    j->timer = NULL;
    duration_format(&time, j->timeout);
    job_end_for(j, SIGTERM, "took longer than %s", time.data);
    if (j->settled)
        log_warning("gearman:%s: the executor of job %s is done, but %s: ending it", function_of(j), j->handle,
                    j->why.text);
    buffer_free(&time);
}

void job_kill(struct job *j)
{
    job_end_for(j, SIGKILL, "was killed: reeve ends");
}

void job_pause(struct job *j)
{
    if (j->out.stream != NULL)
        stream_pause(j->out.stream);
}

void job_resume(struct job *j)
{
    if (j->out.stream != NULL)
        stream_resume(j->out.stream);
}

/* ---- the beginning ----------------------------------------------------------------------------- */

static struct job *job_new(struct jobserver *s, const char *handle, const char *unique, size_t length)
{
    struct ability *a = s->ability;
    struct job *j = xcalloc(1, sizeof *j);

    *j = (struct job){ .ability = a,
                       .server = s,
                       .handle = xstrdup(handle),
                       .unique = xstrdup(unique),
                       .out.job = j,
                       .err.job = j,
                       .input = -1,
                       .payload_length = length,
                       .max_output = a->crew->settings.max_output,
                       .failure = a->crew->settings.failure,
                       .started = clock_now(),
                       .timeout = ability_timeout(a) };
    return j;
}

void job_begin(struct jobserver *s, const char *handle, const char *unique, const char *payload, size_t length)
{
    struct ability *a = s->ability;
    struct job *j = job_new(s, handle, unique, length);
    struct error e;

    if (!job_spawn(j, payload, length, on_exit_of, &e)) {
        job_refuse(s, handle, e.text);
        destroy(j);
        return;
    }
    j->holds_slot = true;
    a->busy++;
    s->job_count++;
    LIST_INSERT_HEAD(&s->jobs, j, of_server);
    TAILQ_INSERT_TAIL(&a->jobs, j, link);
    if (s->clogged)
        job_pause(j);
    if (j->timeout > 0)
        j->timer = timer_start(crew_loop(a->crew), j->timeout, on_timeout, j);
}
