/* Replies as bytes: in text, in JSON, and in what our own client asks for. */
#include "base/json.h"
#include "base/words.h"
#include "base/xalloc.h"
#include "server_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------------------- */

static bool looks_like_an_end(const char *line, const char *end)
{
    size_t length = (size_t)(end - line);

    return *line == '.' || (length >= 2 && memcmp(line, "OK", 2) == 0) || (length >= 3 && memcmp(line, "ERR", 3) == 0);
}

/* Lines of somebody's words or names, with a `.` before those that begin like an end of ours, or with a `.`. */
static void add_lines(const char *data, size_t length, struct buffer *out)
{
    const char *end = data + length;

    while (data < end) {
        const char *newline = memchr(data, '\n', (size_t)(end - data));
        const char *next = newline != NULL ? newline + 1 : end;

        if (looks_like_an_end(data, next))
            buffer_add_char(out, '.');
        buffer_add(out, data, (size_t)(next - data));
        data = next;
    }
}

/* The message is one line, whatever it is made of. */
static void add_message(const char *message, struct buffer *out)
{
    for (; *message != '\0'; message++)
        buffer_add_char(out, (unsigned char)*message < ' ' ? ' ' : *message);
}

static void add_text_end(const struct reply *r, struct buffer *out)
{
    if (r->code == REPLY_OK) {
        buffer_add_text(out, "OK\n");
        return;
    }
    buffer_add_text(out, "ERR ");
    add_message(r->message, out);
    buffer_add_char(out, '\n');
}

static void add_text_reply(const struct reply *r, struct buffer *out)
{
    if (r->text.length > 0)
        add_lines(r->text.data, r->text.length, out);
    add_text_end(r, out);
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void open_line(const struct answer *a, struct buffer *out)
{
    buffer_add_text(out, "{\"id\":");
    buffer_add_text(out, a->id != NULL ? a->id : "null");
}

static void close_line(struct buffer *out)
{
    buffer_add_text(out, "}\n");
}

/* Where the lines tell it all, people need no message. */
static void add_outcome(const struct answer *a, const struct reply *r, struct buffer *out)
{
    bool told = a->dialect == DIALECT_CLIENT && r->told;

    if (r->code == REPLY_OK) {
        buffer_add_text(out, ",\"ok\":true");
        return;
    }
    buffer_add_text(out, ",\"ok\":false,\"error\":{\"code\":");
    json_text(out, reply_code_name(r->code));
    json_key(out, "message");
    json_text(out, told ? "" : r->message);
    json_close_object(out);
}

static void add_length(size_t length, struct buffer *out)
{
    buffer_add_text(out, ",\"text\":");
    buffer_add_number(out, (long long)length);
}

static void add_client_reply(const struct answer *a, const struct reply *r, struct buffer *out)
{
    open_line(a, out);
    add_outcome(a, r, out);
    if (r->streaming)
        buffer_add_text(out, ",\"end\":true");
    add_length(r->text.length, out);
    close_line(out);
    if (r->text.length > 0)
        buffer_add(out, r->text.data, r->text.length);
}

static void add_json_reply(const struct answer *a, const struct reply *r, struct buffer *out)
{
    open_line(a, out);
    add_outcome(a, r, out);
    if (r->results.length > 0) {
        json_key(out, "results");
        buffer_add(out, r->results.data, r->results.length);
    }
    if (r->streaming) {
        buffer_add_text(out, ",\"end\":true");
    } else if (r->data.length > 0) {
        json_key(out, "data");
        buffer_add(out, r->data.data, r->data.length);
    } else if (r->code == REPLY_OK) {
        buffer_add_text(out, ",\"data\":null");
    }
    close_line(out);
}

/* ---- life -------------------------------------------------------------------------------------- */

static void add_reply(const struct answer *a, const struct reply *r, struct buffer *out)
{
    switch (a->dialect) {
    case DIALECT_TEXT:
        add_text_reply(r, out);
        break;
    case DIALECT_JSON:
        add_json_reply(a, r, out);
        break;
    case DIALECT_CLIENT:
        add_client_reply(a, r, out);
        break;
    }
}

static void write_reply(const struct answer *a, const struct reply *r)
{
    static struct buffer out; /* kept: most replies are small and many */

    buffer_clear(&out);
    add_reply(a, r, &out);
    session_send(a->session, out.data, out.length);
    if (out.capacity > LINE_LONGEST)
        buffer_free(&out);
}

static void on_piece(struct reply *r, const char *data, size_t length, void *arg)
{
    const struct answer *a = arg;
    struct buffer out = { 0 };

    (void)r;
    if (a->dialect == DIALECT_TEXT) {
        add_lines(data, length, &out);
    } else {
        open_line(a, &out);
        if (a->dialect == DIALECT_CLIENT) {
            add_length(length, &out);
            close_line(&out);
            buffer_add(&out, data, length);
        } else {
            json_key(&out, "data");
            buffer_add(&out, data, length);
            close_line(&out);
        }
    }
    session_send(a->session, out.data, out.length);
    buffer_free(&out);
}

static void answer_free(struct answer *a)
{
    struct session *s = a->session;

    TAILQ_REMOVE(&s->answers, a, link);
    s->answer_count--;
    if (s->holding == a)
        s->holding = NULL;
    session_touch(s);
    words_free(&a->words);
    free(a->id);
    free(a);
}

static void on_end(struct reply *r, void *arg)
{
    struct answer *a = arg;
    struct session *s = a->session;

    write_reply(a, r);
    answer_free(a);
    session_wake(s);
}

static void on_progress(struct reply *r, void *arg)
{
    const struct answer *a = arg;

    (void)r;
    session_touch(a->session);
}

struct answer *answer_new(struct session *s, enum dialect dialect, char *id)
{
    struct answer *a = xcalloc(1, sizeof *a);

    *a = (struct answer){ .session = s, .dialect = dialect, .id = id };
    a->reply = reply_new(dialect == DIALECT_JSON, on_piece, on_end, a);
    a->reply->on_progress = on_progress;
    TAILQ_INSERT_TAIL(&s->answers, a, link);
    s->answer_count++;
    return a;
}

void answer_cancel(struct answer *a)
{
    struct session *s = a->session;
    struct reply last = { .streaming = a->reply->streaming };

    if (!last.streaming) {
        last.code = REPLY_FAILED;
        strcpy(last.message, "cancelled: what was begun goes on");
    }
    write_reply(a, &last);
    reply_cancel(a->reply);
    answer_free(a);
    session_wake(s);
}

void answer_drop(struct answer *a)
{
    reply_cancel(a->reply);
    answer_free(a);
}
