/* limits: the kernel's resource limits by the names of `limits = { nofile = … }`. */
#ifndef OS_LIMITS_H
#define OS_LIMITS_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

enum { LIMIT_UNLIMITED = -1, LIMITS_MOST = 16 };

struct limit {
    int resource;       /* RLIMIT_NOFILE … */
    int64_t soft, hard; /* LIMIT_UNLIMITED or a number */
};

/* "nofile" as RLIMIT_NOFILE; fails with the nearest name. */
bool limit_parse(const char *name, int *resource, struct error *e);
const char *limit_name(int resource);

/* All names, a NULL at the end. */
const char *const *limit_names(void);

/* Let ourselves open as many files as the hard limit allows: a supervisor of thousands needs them. */
void limits_raise_files(void);

/* What the limit of open files was before: children shall not inherit ours, since old programs loop over all that they
 * could have open. False: it was not raised. */
bool limits_files_before(struct limit *out);

/* A former life has raised it. */
void limits_set_files_before(int64_t soft, int64_t hard);

#endif
