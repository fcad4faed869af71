/* command: every verb a user can say, in one table. The socket, Lua and signals all speak it. */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "base/words.h"
#include "core/reply.h"

#include <stdbool.h>
#include <stddef.h>

struct supervisor;

struct flag {
    const char *name;  /* "-f" */
    const char *value; /* of "-n 5"; NULL: it has none */
};

/* What was asked. */
struct request {
    struct supervisor *supervisor;
    const char *caller; /* "uid 0 pid 812", for the log */
    const char *verb;
    const char *const *args; /* targets and the like; without the flags */
    size_t arg_count;
    const struct flag *flags;
    size_t flag_count;
    const char *resumed; /* how the former life ended that began it; NULL: it begins now */
    const char *work;    /* what its reply packed there; NULL: nothing */
    size_t work_length;
};

struct command {
    const char *verb;
    const char *arguments; /* "TARGET… [--no-wait]" */
    const char *help;      /* a line; then, after a newline, more for `help VERB` */
    const char *flags;     /* those it knows: "-f -n= --rolling?": '=' takes a value, '?' a number if one follows */
    int least, most;       /* arguments; -1: any number */
    bool changes;          /* something: logged as notice, with who asked; the others as debug */

    /* Ends the reply at once, or later. NULL: the connection itself answers (`quit`). */
    void (*run)(const struct request *q, struct reply *r);
};

/* How to go on with a command that a former life began. Only for verbs that can be gone on with. */
struct resumption {
    const char *verb;
    void (*resume)(const struct request *q, struct reply *r);
};

/* Check the words against the verb's row and run it. Ends the reply at once, or later. `words` are verb, arguments and
 * flags as typed; they may go when this returns. */
void command_run(struct supervisor *s, const char *caller, const struct words *words, struct reply *r);

/* Go on with a command of a former life: `work` is what its reply packed (NULL: nothing), `why` how that life ended. */
void command_resume(struct supervisor *s, const char *caller, const struct words *words, const char *work,
                    size_t length, const char *why, struct reply *r);

/* Only the check, without a supervisor: for a client that wants to know before it asks. */
bool command_check(const struct words *words, struct error *e);

/* The row of a verb, or NULL; its number in the table, for lists (NULL: past the end). */
const struct command *command_find(const char *verb);
const struct command *command_at(size_t i);

/* Rooms above add verbs of their own at start-up. */
void command_register(const struct command *c);
void command_register_resumption(const struct resumption *r);

/* What `help` and `help VERB` say. */
void command_list(struct buffer *out);
void command_help(const struct command *c, struct buffer *out);

bool request_has_flag(const struct request *q, const char *flag);

#endif
