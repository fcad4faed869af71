#include "core/feed.h"

#include "base/xalloc.h"
#include "core/line_cutter.h"
#include "core/output.h"
#include "os/follow.h"

#include <stdlib.h>
#include <string.h>

struct feed {
    struct supervisor *supervisor;
    unsigned id;
    int stream;
    feed_fn *fn;
    loop_fn *on_end;
    void *arg;
    struct listener *starts; /* heard at once: what a child writes must not come first */
    struct listener *bus;
    struct output_listener *listener;
    struct follow *follow; /* of a plain path */
    char *path;            /* of that */
    struct line_cutter cutter;
    struct buffer lines;
    struct timer *end;
    bool leaving; /* the process goes when it has stopped */
};

static int stream_of(const struct process *p, int stream)
{
    return stream == 2 && process_settings(p)->err.kind != OUTPUT_STDOUT ? 2 : 1;
}

const struct output_settings *feed_settings(const struct process *p, int stream)
{
    return process_output_settings(p, stream_of(p, stream));
}

struct output *feed_output(const struct process *p, int stream)
{
    return process_output(p, stream_of(p, stream));
}

static void add_line(const char *line, size_t length, void *arg)
{
    struct feed *f = arg;

    buffer_add(&f->lines, line, length);
    buffer_add_char(&f->lines, '\n');
}

static void pass_on(struct feed *f)
{
    if (f->lines.length == 0)
        return;
    f->fn(f->lines.data, f->lines.length, f->arg);
    buffer_clear(&f->lines);
}

static void on_data(const char *data, size_t length, void *arg)
{
    struct feed *f = arg;

    line_cutter_feed(&f->cutter, data, length, add_line, f);
    pass_on(f);
}

static void follow_path(struct feed *f, const char *path)
{
    if (f->path != NULL && path != NULL && strcmp(f->path, path) == 0)
        return;
    follow_close(&f->follow);
    free(f->path);
    f->path = xstrdup(path);
    if (path != NULL)
        f->follow = follow_open(supervisor_loop(f->supervisor), path, on_data, f);
}

/* A new run may write elsewhere than the last. */
static void attach(struct feed *f, const struct process *p)
{
    const struct output_settings *settings = feed_settings(p, f->stream);
    struct output *o = feed_output(p, f->stream);

    follow_path(f, settings->kind == OUTPUT_FILE ? settings->path : NULL);
    output_unlisten(&f->listener);
    if (o != NULL)
        f->listener = output_listen(o, on_data, f);
}

void feed_hear_begun(struct feed *f)
{
    struct buffer begun = { 0 };

    if (f->listener == NULL)
        return;
    output_begun(feed_output(supervisor_process(f->supervisor, f->id), f->stream), &begun);
    if (begun.length > 0)
        line_cutter_feed(&f->cutter, begun.data, begun.length, add_line, f);
    buffer_free(&begun);
}

bool feed_is_of_path(const struct feed *f)
{
    return f->follow != NULL;
}

/* An unfinished line is read again. */
void feed_pack(const struct feed *f, struct buffer *out)
{
    struct follow_place place;

    if (f->follow == NULL)
        return;
    follow_where(f->follow, &place);
    pack_number(out, "device", place.device);
    pack_number(out, "inode", place.inode);
    pack_number(out, "offset", place.offset - (int64_t)f->cutter.unfinished.length);
}

void feed_unpack(struct feed *f, struct unpack *u)
{
    const struct follow_place place = { unpack_number(u, "device"), unpack_number(u, "inode"),
                                        unpack_number(u, "offset") };

    if (f->follow != NULL)
        follow_go(f->follow, &place);
    else
        feed_hear_begun(f);
}

/* A last line without a newline must not run into the first one of the next run. */
void feed_finish_line(struct feed *f)
{
    line_cutter_end(&f->cutter, add_line, f);
    pass_on(f);
}

static void on_timer(void *arg)
{
    struct feed *f = arg;

    f->end = NULL;
    feed_finish_line(f);
    f->on_end(f->arg);
}

static void end_soon(struct feed *f)
{
    if (f->end == NULL)
        f->end = timer_start(supervisor_loop(f->supervisor), 0, on_timer, f);
}

static void on_start(const struct event *event, void *arg)
{
    struct feed *f = arg;

    if (event->kind != EVENT_START || process_id(event->process) != f->id)
        return;
    if (f->follow == NULL)
        feed_finish_line(f);
    attach(f, event->process);
}

static void on_event(const struct event *event, void *arg)
{
    struct feed *f = arg;

    if (event->process == NULL || process_id(event->process) != f->id)
        return;
    if (event->kind == EVENT_EXIT && f->follow == NULL)
        feed_finish_line(f);
    f->leaving = f->leaving || event->kind == EVENT_GONE;
    if (f->leaving && process_is_settled(event->process))
        end_soon(f);
}

struct feed *feed_open(struct process *p, int stream, feed_fn *fn, loop_fn *on_end, void *arg)
{
    struct feed *f = xcalloc(1, sizeof *f);

    *f = (struct feed){ .supervisor = process_supervisor(p),
                        .id = process_id(p),
                        .stream = stream,
                        .fn = fn,
                        .on_end = on_end,
                        .arg = arg };
    attach(f, p);
    f->starts = bus_listen_at_once(supervisor_bus(f->supervisor), on_start, f);
    f->bus = bus_listen(supervisor_bus(f->supervisor), on_event, f);
    return f;
}

void feed_close(struct feed **feed)
{
    struct feed *f = *feed;

    if (f == NULL)
        return;
    *feed = NULL;
    bus_unlisten(&f->starts);
    bus_unlisten(&f->bus);
    output_unlisten(&f->listener);
    follow_close(&f->follow);
    timer_stop(&f->end);
    line_cutter_free(&f->cutter);
    buffer_free(&f->lines);
    free(f->path);
    free(f);
}
