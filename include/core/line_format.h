/* line_format: what stands around a line in a log file.
 *
 *     2024-05-01T12:00:00.123Z web:1 | the line
 *     {"time":"2024-05-01T12:00:00.123Z","process":"web:1","stream":"stdout","line":"the line"}
 */
#ifndef CORE_LINE_FORMAT_H
#define CORE_LINE_FORMAT_H

#include "base/buffer.h"
#include "base/stamp.h"

#include <stdbool.h>
#include <stddef.h>

/* JSON says everything by itself: the other two change nothing then. */
struct line_format {
    bool timestamp, prefix, json;
};

/* Add the line, dressed, and its \n. What is not valid UTF-8 becomes U+FFFD in JSON and stays as it is elsewhere. */
void line_format_add(const struct line_format *f, const struct stamp *stamp, const char *process,
                     const char *stream, const char *line, size_t length, struct buffer *out);

#endif
