/* line_cutter: lines out of bytes that come in pieces. Keeps an unfinished line, and nothing else. */
#ifndef CORE_LINE_CUTTER_H
#define CORE_LINE_CUTTER_H

#include "base/buffer.h"

#include <stddef.h>

/* A longer line is split here, not inside of a UTF-8 character. */
enum { LINE_MOST = 64 << 10 };

/* All zero is at the beginning of a line. */
struct line_cutter {
    struct buffer unfinished;
};

/* A line without its \n. */
typedef void line_fn(const char *line, size_t length, void *arg);

/* Call `fn` for each line that these bytes finish. */
void line_cutter_feed(struct line_cutter *c, const char *data, size_t length, line_fn *fn, void *arg);

/* There is no more: an unfinished line is one too. */
void line_cutter_end(struct line_cutter *c, line_fn *fn, void *arg);

void line_cutter_free(struct line_cutter *c);

#endif
