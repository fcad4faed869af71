/* reply: the answer to one command, being made: lines for people or data for programs.
 *
 * A command fills it and ends it, at once or later. Whoever asked (a connection, Lua) gives the two callbacks, and
 * cancels what it no longer wants. */
#ifndef CORE_REPLY_H
#define CORE_REPLY_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum reply_code {
    REPLY_OK,
    REPLY_USAGE,
    REPLY_FAILED,
    REPLY_NO_SUCH_TARGET,
    REPLY_NOT_RUNNING, /* of status: not all are RUNNING */
    REPLY_AUTH,
    REPLY_NOT_ALLOWED,
    REPLY_TOO_LONG,
    REPLY_CODES
};

struct reply;

/* A piece of a stream (tail -f), as soon as it is there: whole lines, or a JSON value each if the reply is data. The
 * asker who reads too slowly is cut off by whoever serves him: later, never from in here. */
typedef void reply_piece_fn(struct reply *r, const char *data, size_t length, void *arg);

/* The reply has ended: code, message and content are final; it is freed when this returns. */
typedef void reply_end_fn(struct reply *r, void *arg);

struct reply {
    bool wants_data; /* fill `data` (JSON), else `text` */
    bool streaming;  /* it goes on until it is cancelled; its content comes in pieces */
    bool told;       /* the lines say what failed: the message adds nothing */
    bool listed;     /* `results` is only for a failure */
    enum reply_code code;
    char message[512];     /* of a failure */
    struct buffer text;    /* whole lines */
    struct buffer data;    /* one JSON value, or empty: null */
    struct buffer results; /* a JSON list with an entry for each target; empty: there were none */
    reply_piece_fn *on_piece;
    reply_end_fn *on_end;
    void *arg;                                          /* of the two above */
    void (*on_cancel)(struct reply *r, void *work);     /* set by a command that answers later: free `work` */
    void *work;                                         /* its state */
    void (*pack)(const void *work, struct buffer *out); /* set by one that a next life can go on with */
    void (*on_progress)(struct reply *r, void *arg);    /* what `pack` says has changed; NULL: nobody asks */
};

/* It is freed by reply_end or reply_cancel. `on_piece` gets what is sent before the end. */
struct reply *reply_new(bool wants_data, reply_piece_fn *on_piece, reply_end_fn *on_end, void *arg);

/* A line for people; nothing when data is wanted. */
void reply_line(struct reply *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What became of one target: "web:1: started" or "web:1: ERROR (…)", and its entry in `results`. A code other than
 * REPLY_OK fails the reply. */
void reply_result(struct reply *r, const char *target, enum reply_code code, const char *message);

/* The same of a target whose answer is in the lines or in `data`: its entry alone, told only if the reply fails. */
void reply_listed(struct reply *r, const char *target, enum reply_code code, const char *message);

/* Remember a failure; the first that applies of not-allowed, usage, no-such-target, failed, not-running wins. */
void reply_fail(struct reply *r, enum reply_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* It cannot be answered now: `on_cancel` frees `work` if the asker goes first. */
void reply_later(struct reply *r, void (*on_cancel)(struct reply *r, void *work), void *work);

/* The work may be gone on with in a next life of reeve, from what `pack` writes; it has changed since. */
void reply_outlives(struct reply *r, void (*pack)(const void *work, struct buffer *out));
void reply_progressed(struct reply *r);

/* Hand over a piece of a stream. */
void reply_send(struct reply *r, const char *data, size_t length);

/* Done: tells the asker and frees the reply. */
void reply_end(struct reply *r);

/* The asker has gone: the command forgets it (through on_cancel), and it is freed without a word. */
void reply_cancel(struct reply *r);

const char *reply_code_name(enum reply_code code); /* "no-such-target" */
bool reply_code_parse(const char *name, enum reply_code *out);
int reply_exit_status(enum reply_code code); /* the client's: 0 2 1 4 3 6 6 1 */

#endif
