/* What the child writes is kept in the ring, told to listeners and given to the sink: as it comes where that is good
 * enough, as whole lines where lines are dressed, counted or mixed with those of others. */
#include "output_private.h"

#include "base/log.h"
#include "base/syslogger.h"
#include "base/xalloc.h"
#include "core/logfile.h"
#include "os/clock.h"
#include "os/file.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    RING_SIZE = 16 << 10,
    TAIL_MOST = 1 << 20, /* of a plain file */
};

static enum output_sink sink_of(const struct output_settings *s)
{
    if (s->kind != OUTPUT_CAPTURED || (s->capture->to == SINK_FILE && s->capture->path == NULL))
        return SINK_NONE;
    return (enum output_sink)s->capture->to;
}

static const char *path_of(const struct output_settings *s)
{
    return sink_of(s) == SINK_FILE ? s->capture->path : NULL;
}

/* ---- on the way ---------------------------------------------------------------------------- */

static void on_full(bool full, void *arg)
{
    struct output *o = arg;

    if (o->stream == NULL || o->cutting)
        return;
    if (full && !o->drop)
        stream_pause(o->stream);
    else
        stream_resume(o->stream);
}

static bool send_message(struct output *o, const char *line, size_t length)
{
    struct buffer message = { 0 };
    bool sent;

    buffer_addf(&message, "%s: ", o->process);
    buffer_add(&message, line, length);
    sent = syslogger_send(o->is_stderr ? LOG_WARNING : LOG_INFO, message.data, message.length);
    buffer_free(&message);
    return sent;
}

/* A daemon that is stuck, or not there, must not hold reeve: its lines are lost, counted, and told. */
static void send_to_syslog(struct output *o, const char *line, size_t length)
{
    if (!send_message(o, line, length)) {
        if (o->lost++ == 0)
            log_warning("%s: syslog takes no lines: %m; they are lost until it does", o->process);
        return;
    }
    if (o->lost > 0)
        log_warning("%s: syslog takes lines again, %lu %s lost", o->process, o->lost, o->lost == 1 ? "was" : "were");
    o->lost = 0;
}

/* The lines that one read brought, dressed. */
struct batch {
    struct output *output;
    struct stamp stamp;
    struct buffer lines;
};

static void add_line(const char *line, size_t length, void *arg)
{
    struct batch *b = arg;
    struct output *o = b->output;

    if (o->to == SINK_SYSLOG)
        send_to_syslog(o, line, length);
    else
        line_format_add(&o->format, &b->stamp, o->process, o->is_stderr ? "stderr" : "stdout", line, length, &b->lines);
}

static void send_batch(struct output *o, const struct batch *b)
{
    if (b->lines.length == 0)
        return;
    if (o->drop && logfile_is_full(o->file))
        logfile_drop(o->file, b->lines.data, b->lines.length);
    else
        logfile_write(o->file, b->lines.data, b->lines.length);
}

static void send_lines(struct output *o, const char *data, size_t length, bool last)
{
    struct batch b = { .output = o };

    if (o->format.timestamp || o->format.json)
        stamp_set(&b.stamp, clock_wall());
    line_cutter_feed(&o->cutter, data, length, add_line, &b);
    if (last)
        line_cutter_end(&o->cutter, add_line, &b);
    send_batch(o, &b);
    buffer_free(&b.lines);
}

/* What was kept of a line while lines were wanted goes first. */
static void send_bytes(struct output *o, const char *data, size_t length)
{
    const struct buffer *unfinished = &o->cutter.unfinished;

    if (unfinished->length > 0) {
        logfile_write(o->file, unfinished->data, unfinished->length);
        line_cutter_free(&o->cutter);
    }
    logfile_write(o->file, data, length);
}

static bool wants_lines(const struct output *o)
{
    const struct line_format *f = &o->format;

    return o->to == SINK_SYSLOG || f->timestamp || f->prefix || f->json || logfile_wants_lines(o->file);
}

static void send_on(struct output *o, const char *data, size_t length)
{
    if (o->to == SINK_NONE)
        return;
    if (wants_lines(o))
        send_lines(o, data, length, false);
    else
        send_bytes(o, data, length);
    output_keep_line(o);
}

/* Nobody writes any more. */
static void finish(struct output *o)
{
    loop_fn *on_end = o->on_end;

    if (o->cutter.unfinished.length > 0)
        send_lines(o, "", 0, true);
    output_keep_line(o);
    ring_end_line(&o->ring);
    stream_close(o->stream);
    o->stream = NULL;
    o->on_end = NULL;
    if (on_end != NULL)
        on_end(o->on_end_arg);
}

static void on_read(const char *data, size_t length, void *arg)
{
    struct output *o = arg;

    if (data == NULL) {
        finish(o);
        return;
    }
    ring_add(&o->ring, data, length);
    output_tell(o, data, length);
    send_on(o, data, length);
}

/* ---- life ---------------------------------------------------------------------------------- */

/* What may change while the child writes. */
static void settle(struct output *o, const struct output_settings *s)
{
    const struct capture_settings *c = s->capture;

    if (c != NULL) {
        o->format = (struct line_format){ .timestamp = c->timestamp, .prefix = c->prefix, .json = c->json };
        o->drop = c->on_full == ON_FULL_DROP;
    }
    ring_resize(&o->ring, c != NULL ? (size_t)c->ring : RING_SIZE);
}

struct output *output_new(struct loop *loop, const struct output_settings *s, const char *process_name,
                          const char *stream)
{
    struct output *o;

    if (!output_is_read(s))
        return NULL;
    o = xcalloc(1, sizeof *o);
    o->loop = loop;
    o->process = xstrdup(process_name);
    o->is_stderr = strcmp(stream, "stderr") == 0;
    o->to = sink_of(s);
    o->path = xstrdup(path_of(s));
    o->user = (struct logfile_user){ .on_full = on_full, .arg = o };
    LIST_INIT(&o->listeners);
    settle(o, s);
    return o;
}

void output_free(struct output *o)
{
    if (o == NULL)
        return;
    output_cut(o);
    output_forget_listeners(o);
    if (o->file != NULL)
        logfile_close(o->file, &o->user);
    line_cutter_free(&o->cutter);
    output_keep_line(o);
    ring_free(&o->ring);
    free(o->path);
    free(o->process);
    free(o);
}

void output_rename(struct output *o, const char *process_name)
{
    if (o == NULL)
        return;
    free(o->process);
    o->process = xstrdup(process_name);
}

bool output_open_sink(struct output *o, const struct output_settings *s, struct error *e)
{
    if (o->file != NULL || o->to == SINK_NONE || o->to == SINK_SYSLOG)
        return true;
    if (o->to == SINK_INHERIT)
        o->file = logfile_inherit(o->loop, o->is_stderr ? STDERR_FILENO : STDOUT_FILENO, &o->user, e);
    else
        o->file = logfile_open(o->loop, s->capture, &o->user, e);
    return o->file != NULL;
}

void output_read(struct output *o, int fd)
{
    o->stream = stream_open(o->loop, fd, on_read, o);
    if (o->file != NULL && logfile_is_full(o->file))
        on_full(true, o);
}

static int open_pipe(struct output *o, struct error *e)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0) {
        failure_errno(e, "cannot make a pipe");
        return -1;
    }
    output_cut(o);
    output_read(o, ends[0]);
    return ends[1];
}

/* A FIFO or a terminal is opened so that reeve never waits; the child may. */
static int open_for_child(const char *path, int mode, struct error *e)
{
    int fd = file_open_append(path, mode, e);
    int flags = fd >= 0 ? fcntl(fd, F_GETFL) : 0;

    if (flags > 0 && (flags & O_NONBLOCK) != 0)
        fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
    return fd;
}

int output_open(struct output *o, const struct output_settings *s, int stream, int mode, bool *close_it,
                struct error *e)
{
    *close_it = s->kind != OUTPUT_INHERIT && s->kind != OUTPUT_DISCARD;
    switch (s->kind) {
    case OUTPUT_INHERIT:
        return stream;
    case OUTPUT_DISCARD:
        return file_null(e);
    case OUTPUT_FILE:
        return open_for_child(s->path, mode, e);
    case OUTPUT_RING:
    case OUTPUT_CAPTURED:
        return output_open_sink(o, s, e) ? open_pipe(o, e) : -1;
    case OUTPUT_STDOUT:
        break;
    }
    assert(false); /* It is the same descriptor as stdout's: the caller's business. */
    return -1;
}

void output_cancel(struct output *o)
{
    if (o == NULL)
        return;
    stream_close(o->stream);
    o->stream = NULL;
}

bool output_drain(struct output *o, loop_fn *on_end, void *arg)
{
    if (o == NULL || o->stream == NULL || stream_drain(o->stream))
        return true;
    o->on_end = on_end;
    o->on_end_arg = arg;
    return false;
}

/* What is in the pipe by now belongs to the dead, however slow the sink is. */
void output_cut(struct output *o)
{
    if (o == NULL || o->stream == NULL)
        return;
    o->on_end = NULL;
    o->cutting = true;
    stream_resume(o->stream);
    if (!stream_drain(o->stream))
        finish(o);
    o->cutting = false;
}

/* ---- questions and wishes ------------------------------------------------------------------ */

bool output_serves(const struct output *o, const struct output_settings *s)
{
    const char *path = path_of(s);

    if (!output_is_read(s) || o == NULL)
        return !output_is_read(s) && o == NULL;
    if (o->to != sink_of(s))
        return false;
    return path == NULL || strcmp(path, o->path) == 0;
}

void output_adopt(struct output *o, const struct output_settings *s)
{
    if (o == NULL)
        return;
    settle(o, s);
    if (o->file == NULL)
        return;
    if (o->to == SINK_FILE)
        logfile_adopt(o->file, s->capture);
    on_full(logfile_is_full(o->file), o);
}

static bool tail_ring(const struct output *o, size_t lines, struct buffer *out)
{
    if (o != NULL)
        ring_tail(&o->ring, lines, out);
    return true;
}

void output_begun(const struct output *o, struct buffer *out)
{
    ring_tail(&o->ring, 1, out);
    if (out->length > 0 && out->data[out->length - 1] == '\n')
        buffer_clear(out);
}

bool output_tail(const struct output *o, const struct output_settings *s, size_t lines, struct buffer *out,
                 struct error *e)
{
    const char *path = s->kind == OUTPUT_FILE ? s->path : path_of(s);

    switch (s->kind) {
    case OUTPUT_DISCARD:
        return failure(e, "the output is discarded: give the stream a path or a ring");
    case OUTPUT_INHERIT:
        return failure(e, "the output goes to reeve's own and is not kept: { to = \"inherit\" } keeps the last of it");
    case OUTPUT_STDOUT:
        return failure(e, "stderr goes to stdout: ask for that");
    case OUTPUT_FILE:
        return file_tail(path, lines, TAIL_MOST, out, e);
    case OUTPUT_RING:
        return tail_ring(o, lines, out);
    case OUTPUT_CAPTURED:
        break;
    }
    if (s->capture->ring > 0)
        return tail_ring(o, lines, out);
    if (path == NULL)
        return failure(e, "nothing of the output is kept: its ring is 0");
    return file_tail(path, lines, TAIL_MOST, out, e);
}

bool output_rotate(struct output *o, struct error *e)
{
    if (o == NULL || o->to != SINK_FILE)
        return failure(e, "the output is not captured to a file: there is nothing to rotate");
    return o->file == NULL || logfile_rotate(o->file, e);
}

void output_reopen(struct output *o)
{
    if (o != NULL && o->file != NULL)
        logfile_reopen(o->file);
}

long output_dropped(const struct output *o)
{
    return o != NULL && o->file != NULL ? (long)logfile_dropped(o->file) : -1;
}
