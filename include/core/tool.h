/* tool: runs a command to its end, feeds it, and keeps what it says. */
#ifndef CORE_TOOL_H
#define CORE_TOOL_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/words.h"
#include "os/child.h"

#include <stdbool.h>
#include <stddef.h>

struct tool;

/* All of it is borrowed for the call. */
struct tool_request {
    const struct words *cmd;
    const char *what;                /* as a companion's note has it; NULL: it is only asked something */
    const struct words *env;         /* beside reeve's own environment */
    bool clear_env;                  /* it is all there is */
    const char *workingdir;          /* NULL: reeve's */
    const char *user;                /* NULL: who reeve is */
    const struct identity *identity; /* the same, looked up already */
    const char *input;               /* for its stdin; NULL: /dev/null */
    size_t input_length;
    msec timeout;      /* then KILL; -1: none */
    size_t max_output; /* of each stream; more is a failure */
};

struct tool_result {
    const char *error; /* NULL: it ended by itself */
    int code, signal;  /* -1: by a signal; 0: by none */
    struct buffer *out, *err;
};

/* It has ended, and is spent: the owner forgets it. The result is lent for the call. */
typedef void tool_fn(const struct tool_result *result, void *arg);

/* NULL, with the reason, if it cannot be started. The callback never comes from within. */
struct tool *tool_start(struct children *children, struct loop *loop, const struct tool_request *request, tool_fn *fn,
                        void *arg, struct error *e);

/* KILL it and its group, and forget it. NULL is welcome. */
void tool_cancel(struct tool *t);

#endif
