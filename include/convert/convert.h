/* convert: the one door from foreign configurations to the text of a supervisor.lua. */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include "base/buffer.h"
#include "base/problems.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

struct convert_options {
    const char *format;    /* "taskmaster" "supervisord" "procfile" "magistrate"; NULL: told by name and content */
    const char *formation; /* of a Procfile: "web=2,worker=5", and `all` for the others; NULL: one of each */
};

/* Where a line of the Lua text comes from. */
struct origin {
    size_t file; /* index into `files` */
    int line;    /* 0: it has no line there */
};

/* All zero is empty. */
struct converted {
    struct buffer lua;
    struct words files; /* the files that were read, the converted one first */
    struct origin *origin;
    size_t lines, capacity;
};

/* Convert the file at `path`; `options` may be NULL. When it is refused, false, and `problems` says everything that is
 * wrong with it. What has no counterpart in reeve is a comment in the text. Free `out` in any case. */
bool convert_file(const char *path, const struct convert_options *options, struct converted *out,
                  struct problems *problems);

/* The place in the foreign file that line `lua_line` of the text was made from: for messages about a configuration
 * that was converted on the fly. False, with the first file and line 0, where there is none. */
bool converted_origin(const struct converted *c, int lua_line, const char **file, int *line);

void converted_free(struct converted *c);

/* Whether a configuration of this name has to be converted: .yaml .yml .ini .conf, Procfile; or refused: .toml. */
bool convert_is_foreign(const char *path);

/* The names of the formats: a list, ended by a NULL, and in words. */
#define CONVERT_FORMATS "taskmaster, supervisord, procfile or magistrate"
extern const char *const convert_formats[];

#endif
