#include "core/line_cutter.h"

#include <string.h>

/* What the unfinished line of a quiet process may cost. */
enum { WORTH_KEEPING = 1024 };

static void forget(struct line_cutter *c)
{
    if (c->unfinished.capacity > WORTH_KEEPING)
        buffer_free(&c->unfinished);
    else
        buffer_clear(&c->unfinished);
}

/* How much of `length` too many bytes make a line: at most three less than LINE_MOST, for a whole character. */
static size_t split_at(const char *data)
{
    size_t at = LINE_MOST;

    while (at > LINE_MOST - 4 && ((unsigned char)data[at] & 0xc0) == 0x80)
        at--;
    return at > LINE_MOST - 4 ? at : LINE_MOST;
}

/* Pass on what is too long for one line, and return how much that was. */
static size_t split(const char *data, size_t length, line_fn *fn, void *arg)
{
    size_t done = 0;

    while (length - done > LINE_MOST) {
        size_t piece = split_at(data + done);

        fn(data + done, piece, arg);
        done += piece;
    }
    return done;
}

static void pass_line(const char *line, size_t length, line_fn *fn, void *arg)
{
    size_t done = split(line, length, fn, arg);

    fn(line + done, length - done, arg);
}

static void finish(struct line_cutter *c, const char *rest, size_t length, line_fn *fn, void *arg)
{
    if (c->unfinished.length == 0) {
        pass_line(rest, length, fn, arg);
        return;
    }
    buffer_add(&c->unfinished, rest, length);
    pass_line(c->unfinished.data, c->unfinished.length, fn, arg);
    forget(c);
}

static void keep(struct line_cutter *c, const char *data, size_t length, line_fn *fn, void *arg)
{
    size_t done = c->unfinished.length == 0 ? split(data, length, fn, arg) : 0;

    if (length == 0)
        return;
    buffer_add(&c->unfinished, data + done, length - done);
    buffer_drop(&c->unfinished, split(c->unfinished.data, c->unfinished.length, fn, arg));
}

void line_cutter_feed(struct line_cutter *c, const char *data, size_t length, line_fn *fn, void *arg)
{
    const char *end = data + length;
    const char *newline;

    while (data < end && (newline = memchr(data, '\n', (size_t)(end - data))) != NULL) {
        finish(c, data, (size_t)(newline - data), fn, arg);
        data = newline + 1;
    }
    keep(c, data, (size_t)(end - data), fn, arg);
}

void line_cutter_end(struct line_cutter *c, line_fn *fn, void *arg)
{
    if (c->unfinished.length > 0)
        finish(c, NULL, 0, fn, arg);
}

void line_cutter_free(struct line_cutter *c)
{
    buffer_free(&c->unfinished);
}
