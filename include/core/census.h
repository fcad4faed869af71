/* census: what the next life of reeve must know of this one if it ends without a word: that it was, and whom it has
 * started. A file in state_dir, which a good end removes. */
#ifndef CORE_CENSUS_H
#define CORE_CENSUS_H

#include "base/error.h"
#include "os/procfs.h"

struct census;

/* Begin one in `folder`, which exists. `token` is what its processes have in REEVE_ID. NULL: another reeve that lives
 * keeps its state there (the error says which), or nothing can be written. */
struct census *census_begin(const char *folder, const char *token, struct error *e);

/* A good end: the next one need not look for anybody, unless of those before this one. NULL is welcome. */
void census_end(struct census *c);

/* `process` ("web:2") runs with this pid. NULL is welcome, and notes nothing. */
void census_note(struct census *c, pid_t pid, const char *process);

/* Call `fn` for each process of an earlier life that lives still: for those that it has noted, and for those that have
 * its token. `noted`: it was one's main process. */
typedef void census_left_fn(const struct process_mark *who, const char *process, bool noted, void *arg);
void census_each_left(const struct census *c, census_left_fn *fn, void *arg);

/* The earlier ones may be forgotten. */
void census_forget_left(struct census *c);

/* Whether a reeve that lives keeps its state in `folder`; its pid, or 0. */
pid_t census_holder(const char *folder);

#endif
