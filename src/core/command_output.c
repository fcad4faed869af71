/* Verbs about what processes write: tail, attach, rotate, reopen. Live output is in command_stream.c. */
#include "base/json.h"
#include "command_private.h"
#include "command_stream.h"
#include "core/feed.h"
#include "core/output.h"

#include <stdio.h>
#include <string.h>

enum { TAIL_LINES = 10 };

/* ---- tail, attach ------------------------------------------------------------------------------ */

static bool add_tail(const struct process *p, int stream, size_t count, bool prefix, struct buffer *out,
                     struct error *e)
{
    struct buffer lines = { 0 };
    bool good = output_tail(feed_output(p, stream), feed_settings(p, stream), count, &lines, e);

    if (lines.length > 0 && lines.data[lines.length - 1] != '\n')
        buffer_add_char(&lines, '\n');
    if (prefix)
        stream_add_prefixed(process_name(p), lines.data, lines.length, out);
    else
        buffer_add(out, lines.data, lines.length);
    buffer_free(&lines);
    return good;
}

/* The last argument of tail may name the stream; a program of that name can still be meant when it stands alone. */
static int stream_argument(struct request *q)
{
    const char *last = q->args[q->arg_count - 1];

    if (q->arg_count < 2 || (strcmp(last, "stdout") != 0 && strcmp(last, "stderr") != 0))
        return 1;
    q->arg_count--;
    return strcmp(last, "stderr") == 0 ? 2 : 1;
}

static void say_tails(const struct targets *t, int stream, size_t count, struct reply *r, struct buffer *out)
{
    struct error e;

    for (size_t i = 0; i < t->count; i++)
        if (!add_tail(t->process[i], stream, count, t->count > 1, out, &e))
            reply_result(r, process_name(t->process[i]), REPLY_FAILED, e.text);
}

static void finish_tail(struct reply *r, struct buffer *out)
{
    if (r->wants_data)
        json_bytes(&r->data, out->data, out->length);
    else
        buffer_add(&r->text, out->data, out->length);
    reply_end(r);
}

void command_tail(const struct request *q, struct reply *r)
{
    struct request rest = *q;
    int stream = stream_argument(&rest);
    struct buffer out = { 0 };
    struct targets t;
    size_t count;

    if (!request_number(q, "-n", TAIL_LINES, &count, r)) {
        reply_end(r);
        return;
    }
    targets_find(&rest, 0, false, r, &t);
    say_tails(&t, stream, count, r, &out);
    if (!request_has_flag(q, "-f") || r->code != REPLY_OK)
        finish_tail(r, &out);
    else
        stream_processes(r, &t, stream == 1 ? STREAM_STDOUT : STREAM_STDERR, &out);
    targets_free(&t);
    buffer_free(&out);
}

void command_attach(const struct request *q, struct reply *r)
{
    struct process *p = targets_one(q, r);
    struct targets one = { .process = &p, .count = 1 };
    struct buffer out = { 0 };
    struct error e;
    bool heard;

    if (p == NULL) {
        reply_end(r);
        return;
    }
    heard = add_tail(p, 1, TAIL_LINES, false, &out, &e);
    if (process_settings(p)->err.kind != OUTPUT_STDOUT)
        heard = add_tail(p, 2, TAIL_LINES, false, &out, NULL) || heard;
    if (!heard)
        reply_fail(r, REPLY_FAILED, "%s: %s", process_name(p), e.text);
    if (r->code != REPLY_OK)
        finish_tail(r, &out);
    else
        stream_processes(r, &one, STREAM_BOTH, &out);
    buffer_free(&out);
}

/* ---- rotate, reopen ---------------------------------------------------------------------------- */

static bool is_to_file(const struct process *p, int stream)
{
    const struct output_settings *s = feed_settings(p, stream);

    return s->kind == OUTPUT_CAPTURED && s->capture->to == SINK_FILE && s->capture->path != NULL &&
           process_output(p, stream) != NULL;
}

static void rotate(struct process *p, bool asked, struct reply *r)
{
    struct error e;
    int rotated = 0;

    for (int stream = 1; stream <= 2; stream++) {
        if (!is_to_file(p, stream))
            continue;
        rotated++;
        if (!output_rotate(process_output(p, stream), &e)) {
            reply_result(r, process_name(p), REPLY_FAILED, e.text);
            return;
        }
    }
    if (rotated > 0)
        reply_result(r, process_name(p), REPLY_OK, "rotated");
    else if (asked)
        reply_result(r, process_name(p), REPLY_FAILED,
                     "there is no file that reeve writes: a plain path is the program's own, { path = … } is reeve's");
}

void command_rotate(const struct request *q, struct reply *r)
{
    struct targets t;

    targets_find(q, 0, true, r, &t);
    for (size_t i = 0; i < t.count; i++)
        rotate(t.process[i], q->arg_count > 0, r);
    targets_free(&t);
    reply_end(r);
}

static void name_plain_path(const struct process *p, int stream, struct reply *r)
{
    const struct output_settings *s = process_output_settings(p, stream);

    if (s->kind == OUTPUT_FILE)
        reply_line(r, "%s: '%s' is the program's own: it follows at its next start", process_name(p), s->path);
}

void command_reopen(const struct request *q, struct reply *r)
{
    struct targets t;

    targets_find(q, 0, true, r, &t);
    supervisor_reopen(q->supervisor);
    for (size_t i = 0; i < t.count; i++) {
        name_plain_path(t.process[i], 1, r);
        name_plain_path(t.process[i], 2, r);
    }
    targets_free(&t);
    reply_end(r);
}
