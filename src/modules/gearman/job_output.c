/* What an executor writes: messages to stdout, one a line, and to stderr whatever it likes. */
#include "gearman_private.h"

#include "base/log.h"
#include "modules/gearman/message.h"
#include "os/stream.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { STDERR_KEPT = 64 * 1024, SHOWN = 1000, LOGGED_MOST = 100 };

static const char *function_of(const struct job *j)
{
    return j->ability->definition.name;
}

static int shown(size_t length)
{
    return length < SHOWN ? (int)length : SHOWN;
}

/* Whether one more line of it may go to the log: a job that talks without end should not fill it. */
static bool may_log(struct job *j)
{
    if (j->logged > LOGGED_MOST)
        return false;
    if (++j->logged <= LOGGED_MOST)
        return true;
    log_warning("gearman:%s: job %s has said %d lines, no more of them are logged", function_of(j), j->handle,
                LOGGED_MOST);
    return false;
}

/* ---- messages ---------------------------------------------------------------------------------- */

/* After the report, the server would not know the job any more. */
static void send_on(struct job *j, const struct message *m)
{
    if (j->settled || j->server == NULL)
        return;
    if (m->type == MESSAGE_UPDATE)
        packet_write_data(&j->server->out, PACKET_WORK_DATA, j->handle, m->body.data, m->body.length);
    else
        packet_write_status(&j->server->out, j->handle, m->numerator, m->denominator);
    jobserver_flush_soon(j->server);
}

static void act(struct job *j, const struct message *m)
{
    switch (m->type) {
    case MESSAGE_COMPLETE:
        job_complete(j, &m->body);
        break;
    case MESSAGE_UPDATE:
    case MESSAGE_PROGRESS:
        send_on(j, m);
        break;
    case MESSAGE_PRINT:
        if (may_log(j))
            log_notice("gearman:%s: job %s: %.*s", function_of(j), j->handle, shown(m->body.length), m->body.data);
        break;
    }
}

static void hear_line(struct job *j, const char *line, size_t length)
{
    struct message m;
    struct error e;

    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (length == 0)
        return;
    if (message_read(line, length, &m, &e))
        act(j, &m);
    else if (may_log(j))
        log_warning("gearman:%s: job %s wrote a line that is no message, %s: %.*s", function_of(j), j->handle, e.text,
                    shown(length) < 200 ? shown(length) : 200, line);
    message_free(&m);
}

/* ---- lines ------------------------------------------------------------------------------------- */

static void hear_kept(struct job *j)
{
    struct buffer line = j->line;

    j->line = (struct buffer){ 0 };
    hear_line(j, line.data, line.length);
    buffer_free(&line);
}

/* Only U+000A ends a line: a text within JSON may hold others that end lines elsewhere. */
static void cut(struct job *j, const char *data, size_t length)
{
    const char *end;

    while ((end = memchr(data, '\n', length)) != NULL) {
        size_t piece = (size_t)(end - data);

        if (j->line.length > 0) {
            buffer_add(&j->line, data, piece);
            hear_kept(j);
        } else {
            hear_line(j, data, piece);
        }
        data += piece + 1;
        length -= piece + 1;
    }
    if (length > 0)
        buffer_add(&j->line, data, length);
}

void job_last_line(struct job *j)
{
    if (j->line.length > 0)
        hear_kept(j);
}

/* What it said before was heard; a line that it is cut off in is no message. */
static bool is_too_much(struct mouth *m, size_t length, const char *stream)
{
    struct job *j = m->job;
    bool was_too_much = m->bytes > (size_t)j->max_output;

    m->bytes += length;
    if (m->bytes <= (size_t)j->max_output)
        return false;
    if (was_too_much)
        return true;
    buffer_free(&j->line);
    log_warning("gearman:%s: the executor of job %s wrote more than %lld bytes to %s, killing it", function_of(j),
                j->handle, (long long)j->max_output, stream);
    job_end_for(j, SIGKILL, "wrote more than %lld bytes to %s (max_output)", (long long)j->max_output, stream);
    return true;
}

void job_on_stdout(const char *data, size_t length, void *arg)
{
    struct mouth *m = arg;

    if (data == NULL)
        job_stream_ended(m);
    else if (!is_too_much(m, length, "stdout"))
        cut(m->job, data, length);
}

/* ---- stderr ------------------------------------------------------------------------------------ */

static void keep_tail(struct buffer *tail, const char *data, size_t length)
{
    buffer_add(tail, data, length);
    if (tail->length > 2 * STDERR_KEPT)
        buffer_drop(tail, tail->length - STDERR_KEPT);
}

void job_add_stderr(const struct job *j, struct buffer *out)
{
    size_t length = j->stderr_tail.length, kept = length < STDERR_KEPT ? length : STDERR_KEPT;

    if (kept > 0)
        buffer_add(out, j->stderr_tail.data + (length - kept), kept);
}

static void log_lines(struct job *j, const char *data, size_t length)
{
    while (length > 0) {
        const char *end = memchr(data, '\n', length);
        size_t piece = end != NULL ? (size_t)(end - data) : length;

        if (piece > 0 && !may_log(j))
            return;
        if (piece > 0)
            log_info("gearman:%s: job %s: stderr: %.*s", function_of(j), j->handle, shown(piece), data);
        piece += end != NULL;
        data += piece;
        length -= piece;
    }
}

void job_on_stderr(const char *data, size_t length, void *arg)
{
    struct mouth *m = arg;

    if (data == NULL) {
        job_stream_ended(m);
    } else if (!is_too_much(m, length, "stderr")) {
        keep_tail(&m->job->stderr_tail, data, length);
        if (log_wants(LOG_INFO))
            log_lines(m->job, data, length);
    }
}
