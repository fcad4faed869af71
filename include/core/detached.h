/* detached: how a process is found again that outlives reeve, or that puts itself into the background: by a file with
 * its pid. reeve writes that of a program which it starts itself, into `pidfile` or, without one, into state_dir; a
 * program that forks writes its own, and reeve notes in state_dir whom it found there. */
#ifndef CORE_DETACHED_H
#define CORE_DETACHED_H

#include "base/error.h"
#include "os/procfs.h"

#include <stdbool.h>

struct process;
struct program;

/* The living process that is `p`, whoever started it; false, with the reason: there is none. */
bool detached_find(const struct process *p, struct process_mark *out, struct error *e);

/* Whether those of the program are noted. */
bool detached_is_noted(const struct program *program);

/* Note that `who` is `p`. Nothing is done where there is no place for it. */
bool detached_note(const struct process *p, const struct process_mark *who, struct error *e);

/* A reload may have given `p`, whose pid that is, another place than `from`, or none any more: nothing stays behind. */
void detached_move(const struct process *p, pid_t pid, const char *from);

/* The process with that pid, which was `p`, has ended. */
void detached_forget(const struct process *p, pid_t pid);

/* `p` is not coming up: KILL what its starter may have left behind, which nobody looks after. */
void detached_end_strays(struct process *p);

/* Where the mark of `p` is noted; NULL: nowhere. The caller frees it. */
char *detached_place(const struct process *p);

#endif
