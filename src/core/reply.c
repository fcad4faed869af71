#include "core/reply.h"

#include "base/json.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* `rank`: of several failures the lowest one counts. */
static const struct {
    const char *name;
    int exit_status, rank;
} codes[REPLY_CODES] = {
    [REPLY_OK] = { "ok", 0, 9 },
    [REPLY_USAGE] = { "usage", 2, 2 },
    [REPLY_FAILED] = { "failed", 1, 4 },
    [REPLY_NO_SUCH_TARGET] = { "no-such-target", 4, 3 },
    [REPLY_NOT_RUNNING] = { "not-running", 3, 5 },
    [REPLY_AUTH] = { "auth", 6, 1 },
    [REPLY_NOT_ALLOWED] = { "not-allowed", 6, 1 },
    [REPLY_TOO_LONG] = { "too-long", 1, 4 },
};

const char *reply_code_name(enum reply_code code)
{
    assert(code < REPLY_CODES);
    return codes[code].name;
}

bool reply_code_parse(const char *name, enum reply_code *out)
{
    for (int i = 0; i < REPLY_CODES; i++)
        if (strcmp(codes[i].name, name) == 0) {
            *out = (enum reply_code)i;
            return true;
        }
    return false;
}

int reply_exit_status(enum reply_code code)
{
    assert(code < REPLY_CODES);
    return codes[code].exit_status;
}

struct reply *reply_new(bool wants_data, reply_piece_fn *on_piece, reply_end_fn *on_end, void *arg)
{
    struct reply *r = xcalloc(1, sizeof *r);

    r->wants_data = wants_data;
    r->on_piece = on_piece;
    r->on_end = on_end;
    r->arg = arg;
    return r;
}

static void destroy(struct reply *r)
{
    buffer_free(&r->text);
    buffer_free(&r->data);
    buffer_free(&r->results);
    free(r);
}

void reply_line(struct reply *r, const char *format, ...)
{
    va_list arguments;

    if (r->wants_data)
        return;
    va_start(arguments, format);
    buffer_vaddf(&r->text, format, arguments);
    va_end(arguments);
    buffer_add_char(&r->text, '\n');
}

static void add_result(struct reply *r, const char *target, enum reply_code code, const char *message)
{
    struct buffer *b = &r->results;

    if (b->length == 0)
        json_open_array(b);
    json_open_object(b);
    json_key(b, "target");
    json_text(b, target);
    json_key(b, "ok");
    json_bool(b, code == REPLY_OK);
    if (code != REPLY_OK) {
        json_key(b, "code");
        json_text(b, reply_code_name(code));
    }
    json_key(b, "message");
    json_text(b, message);
    json_close_object(b);
}

void reply_result(struct reply *r, const char *target, enum reply_code code, const char *message)
{
    add_result(r, target, code, message);
    if (code == REPLY_OK) {
        reply_line(r, "%s: %s", target, message);
        return;
    }
    reply_line(r, "%s: ERROR (%s)", target, message);
    r->told = true;
    if (code == REPLY_NO_SUCH_TARGET)
        reply_fail(r, code, "no such target: %s", target);
    else
        reply_fail(r, code, "%s: %s", target, message);
}

void reply_listed(struct reply *r, const char *target, enum reply_code code, const char *message)
{
    add_result(r, target, code, message);
    r->listed = true;
    if (code == REPLY_OK)
        return;
    r->told = true;
    reply_fail(r, code, "%s is %s", target, message);
}

void reply_fail(struct reply *r, enum reply_code code, const char *format, ...)
{
    va_list arguments;

    assert(code != REPLY_OK);
    if (codes[code].rank >= codes[r->code].rank)
        return;
    r->code = code;
    va_start(arguments, format);
    vsnprintf(r->message, sizeof r->message, format, arguments);
    va_end(arguments);
}

void reply_later(struct reply *r, void (*on_cancel)(struct reply *r, void *work), void *work)
{
    r->on_cancel = on_cancel;
    r->work = work;
}

void reply_outlives(struct reply *r, void (*pack)(const void *work, struct buffer *out))
{
    r->pack = pack;
}

void reply_progressed(struct reply *r)
{
    if (r->on_progress != NULL)
        r->on_progress(r, r->arg);
}

void reply_send(struct reply *r, const char *data, size_t length)
{
    if (length > 0 && r->on_piece != NULL)
        r->on_piece(r, data, length, r->arg);
}

void reply_end(struct reply *r)
{
    if (r->listed && r->code == REPLY_OK)
        buffer_clear(&r->results);
    if (r->results.length > 0)
        json_close_array(&r->results);
    if (r->on_end != NULL)
        r->on_end(r, r->arg);
    destroy(r);
}

void reply_cancel(struct reply *r)
{
    if (r->on_cancel != NULL)
        r->on_cancel(r, r->work);
    destroy(r);
}
