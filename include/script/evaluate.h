/* evaluate: reads files and runs them. */
#ifndef SCRIPT_EVALUATE_H
#define SCRIPT_EVALUATE_H

#include "base/buffer.h"
#include "base/error.h"
#include "script/loading.h"

#include <stdbool.h>

/* Read a file, and convert it if it is foreign. NULL on failure: with the reason in `e`, or an empty text there if
 * problems say it already. */
struct source *evaluate_read(struct loading *l, const char *path, struct error *e);

/* The text of a file of Lua; false with the reason, which does not name the file. */
bool evaluate_read_text(const char *path, struct buffer *text, struct error *e);

/* What Lua must not see: a byte order mark, and a first line that begins with `#`. Lines keep their numbers. */
const char *evaluate_skip_start(const char *text, size_t *length);

/* Run it. What goes wrong becomes a problem. */
bool evaluate(struct script *s, struct source *source);

#endif
