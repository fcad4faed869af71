/* Live output: of processes, of reeve's own log, of the bus. Whoever reads too slowly is cut off by the server; the
 * process never waits for him. */
#include "command_stream.h"

#include "base/json.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "core/feed.h"
#include "core/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ENTRIES = 20 };

/* ---- in a next life ---------------------------------------------------------------------------- */

/* What was there before was told. */
static void follow_again(const struct request *q, size_t recent, struct reply *r)
{
    char number[24];
    const struct flag flags[] = { { "-f", NULL }, { "-n", number } };
    struct request again = *q;

    snprintf(number, sizeof number, "%zu", recent);
    if (!r->streaming) {
        reply_fail(r, REPLY_FAILED, "reeve began anew while it did this, after %s", q->resumed);
        reply_end(r);
        return;
    }
    r->streaming = false;
    again.flags = flags;
    again.flag_count = 2;
    command_find(q->verb)->run(&again, r);
}

/* This life has an entry or two already: how the former one ended. */
void command_log_resume(const struct request *q, struct reply *r)
{
    follow_again(q, journal_count_new(JOURNAL_LOG), r);
}

void command_events_resume(const struct request *q, struct reply *r)
{
    follow_again(q, journal_count_new(JOURNAL_EVENTS), r);
}

/* ---- processes --------------------------------------------------------------------------------- */

struct live;

struct source {
    struct live *live;
    unsigned id; /* of the process */
    int stream;
    char *name; /* to begin its lines with; NULL: there is only one */
    struct feed *feed;
};

struct live {
    struct reply *reply;
    size_t count, open;
    struct source source[];
};

static void live_free(struct live *l)
{
    for (size_t i = 0; i < l->count; i++) {
        feed_close(&l->source[i].feed);
        free(l->source[i].name);
    }
    free(l);
}

static void on_live_cancel(struct reply *r, void *work)
{
    (void)r;
    live_free(work);
}

/* For the next life: who is followed, and how far files are read. */
static void live_pack(const void *work, struct buffer *out)
{
    const struct live *l = work;
    struct buffer one = { 0 };

    for (const struct source *source = l->source; source < l->source + l->count; source++) {
        if (source->feed == NULL)
            continue;
        pack_number(&one, "id", source->id);
        pack_number(&one, "stream", source->stream);
        pack_number(&one, "named", source->name != NULL);
        feed_pack(source->feed, &one);
        pack_inner(out, "source", &one);
    }
    buffer_free(&one);
}

static struct live *live_new(struct reply *r, size_t sources)
{
    struct live *l = xcalloc(1, sizeof *l + sources * sizeof l->source[0]);

    l->reply = r;
    r->streaming = true;
    reply_later(r, on_live_cancel, l);
    reply_outlives(r, live_pack);
    return l;
}

static void send_text(struct reply *r, const char *text, size_t length)
{
    struct buffer json = { 0 };

    if (!r->wants_data) {
        reply_send(r, text, length);
        return;
    }
    json_bytes(&json, text, length);
    reply_send(r, json.data, json.length);
    buffer_free(&json);
}

void stream_add_prefixed(const char *name, const char *data, size_t length, struct buffer *out)
{
    const char *end = data + length;

    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        const char *line_end = newline != NULL ? newline : end;

        buffer_addf(out, "%s | ", name);
        buffer_add(out, data, (size_t)(line_end - data));
        buffer_add_char(out, '\n');
        data = line_end + 1;
    }
}

static void on_lines(const char *data, size_t length, void *arg)
{
    struct source *source = arg;
    struct buffer out = { 0 };

    if (feed_is_of_path(source->feed))
        reply_progressed(source->live->reply);
    if (source->name == NULL) {
        send_text(source->live->reply, data, length);
        return;
    }
    stream_add_prefixed(source->name, data, length, &out);
    send_text(source->live->reply, out.data, out.length);
    buffer_free(&out);
}

static void on_source_end(void *arg)
{
    struct source *source = arg;
    struct live *l = source->live;
    struct reply *r = l->reply;

    feed_close(&source->feed);
    if (--l->open > 0)
        return;
    live_free(l);
    reply_end(r);
}

static struct source *add_source(struct live *l, struct process *p, int stream, bool name)
{
    struct source *source = &l->source[l->count++];

    source->live = l;
    source->id = process_id(p);
    source->stream = stream;
    source->name = name ? xstrdup(process_name(p)) : NULL;
    source->feed = feed_open(p, stream, on_lines, on_source_end, source);
    l->open++;
    return source;
}

static void live_begin(struct live *l)
{
    struct reply *r = l->reply;

    if (l->open > 0)
        return;
    live_free(l);
    reply_end(r);
}

/* Both streams of a process that merges them are one. */
static bool is_merged(const struct process *p)
{
    return feed_settings(p, 1) == feed_settings(p, 2);
}

void stream_processes(struct reply *r, const struct targets *t, int streams, const struct buffer *recent)
{
    struct live *l = live_new(r, 2 * t->count);

    if (recent->length > 0)
        send_text(r, recent->data, recent->length);
    for (size_t i = 0; i < t->count; i++) {
        if (streams & STREAM_STDOUT)
            add_source(l, t->process[i], 1, t->count > 1);
        if (streams == STREAM_STDERR || (streams == STREAM_BOTH && !is_merged(t->process[i])))
            add_source(l, t->process[i], 2, t->count > 1);
    }
    live_begin(l);
}

static void add_former(struct live *l, struct supervisor *s, struct unpack *u)
{
    struct process *p = supervisor_process(s, (unsigned)unpack_number(u, "id"));
    struct source *source;

    if (p == NULL)
        return;
    source = add_source(l, p, unpack_number(u, "stream") == 2 ? 2 : 1, unpack_number(u, "named") != 0);
    feed_unpack(source->feed, u);
}

/* Those who were followed, whoever the words would mean by now. */
void command_follow_resume(const struct request *q, struct reply *r)
{
    struct unpack u, source;
    size_t count = 0;
    struct live *l;

    if (q->work == NULL || !unpack_begin(&u, q->work, q->work_length)) {
        follow_again(q, 0, r);
        return;
    }
    while (unpack_inner(&u, "source", &source))
        count++;
    l = live_new(r, count);
    unpack_rewind(&u);
    while (unpack_inner(&u, "source", &source))
        add_former(l, q->supervisor, &source);
    live_begin(l);
}

/* ---- log, events ------------------------------------------------------------------------------- */

static void on_entry(const char *entry, size_t length, void *arg)
{
    reply_send(arg, entry, length);
}

static void on_journal_cancel(struct reply *r, void *work)
{
    struct journal_listener *l = work;

    (void)r;
    journal_unlisten(&l);
}

/* As data every entry is a piece of its own. */
static void send_recent(enum journal_kind kind, size_t count, struct reply *r)
{
    struct buffer entries = { 0 };

    journal_tail(kind, count, true, "\n", &entries);
    for (const char *p = entries.data, *end; p != NULL && *p != '\0'; p = end + 1) {
        end = strchr(p, '\n');
        reply_send(r, p, (size_t)(end - p));
    }
    buffer_free(&entries);
}

static void say_recent(enum journal_kind kind, size_t count, struct reply *r)
{
    struct buffer lines = { 0 };

    journal_tail(kind, count, false, "", &lines);
    if (r->streaming)
        reply_send(r, lines.data, lines.length);
    else
        buffer_add(&r->text, lines.data, lines.length);
    buffer_free(&lines);
}

static void run(const struct request *q, struct reply *r, enum journal_kind kind)
{
    bool goes_on = request_has_flag(q, "-f");
    size_t count;

    r->streaming = goes_on || r->wants_data;
    if (!request_number(q, "-n", ENTRIES, &count, r)) {
        r->streaming = false;
        reply_end(r);
        return;
    }
    if (r->wants_data)
        send_recent(kind, count, r);
    else
        say_recent(kind, count, r);
    if (goes_on)
        reply_later(r, on_journal_cancel, journal_listen(kind, r->wants_data, on_entry, r));
    else
        reply_end(r);
}

void command_log(const struct request *q, struct reply *r)
{
    run(q, r, JOURNAL_LOG);
}

void command_events(const struct request *q, struct reply *r)
{
    run(q, r, JOURNAL_EVENTS);
}
