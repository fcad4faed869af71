/* lease: how long programs whose scope is the cluster may run here. Somebody asks the cluster, and says for how much
 * longer (script/lib/cluster.c); without his word none of them is started. In time before the end of its lease a
 * program is stopped, and killed when a second is left: then another box may start it.
 *
 *              give            too little time is left         a second is left
 *   (none) ---------> HELD ------------------------> ENDING ------------------> killed, (none)
 *                     give: anew                      give: HELD again
 */
#ifndef CORE_LEASE_H
#define CORE_LEASE_H

#include "base/duration.h"
#include "base/pack.h"

#include <stdbool.h>

struct program;
struct supervisor;

enum { LEASE_MARGIN = 1000 };

struct leases;

struct leases *leases_new(struct supervisor *s);
void leases_free(struct leases *l);

/* It may run for that long, from now on. */
void lease_give(struct leases *l, const struct program *program, msec time);

/* It may not any more: it is stopped, or killed `at_once`. */
void lease_end(struct leases *l, const struct program *program, bool at_once);

/* For the next life, and from there: a lease ends when it would have ended. */
void leases_pack(const struct leases *l, struct buffer *out);
void leases_unpack(struct leases *l, struct unpack *u);

/* Whether it may be started. Every program may whose scope is not the cluster. */
bool lease_allows(const struct leases *l, const struct program *program);

/* What its stop may take, and the margin: a lease has to be longer. */
msec lease_least(const struct program *program);

#endif
