/* source: a foreign file, read whole. */
#ifndef CONVERT_SOURCE_H
#define CONVERT_SOURCE_H

#include "base/buffer.h"
#include "base/problems.h"

#include <stdbool.h>
#include <stddef.h>

/* A configuration larger than this is refused. */
enum { SOURCE_MAX = 10 * 1024 * 1024 };

struct source {
    char *path;         /* as it was given */
    struct buffer text; /* without a byte order mark; never NULL */
};

/* Read `path`. Missing, larger than SOURCE_MAX or binary: a problem, and false; free it in any case. */
bool source_read(struct source *s, const char *path, struct problems *problems);

void source_free(struct source *s);

/* The folder of the file, absolute: the caller frees it. */
char *source_folder(const struct source *s);

/* A line of text: `start` is borrowed, without its end. */
struct source_line {
    const char *start;
    size_t length;
    int number;
};

/* The next line; start with a `line` of all zero. False after the last one. */
bool source_next_line(const struct source *s, struct source_line *line);

#endif
