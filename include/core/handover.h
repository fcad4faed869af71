/* handover: the whole state of a supervisor, to and from the next life of reeve.
 *
 * Whatever changes is written into the snapshot when the callback that changed it has returned; a child that was
 * started is written down before anybody else's turn, and so is an end before the child is reaped. So a life that
 * ends in the middle of a callback is followed by one that stands before that callback, with the children that it
 * started. */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "base/error.h"
#include "core/plan.h"
#include "core/supervisor.h"
#include "os/former.h"
#include "os/snapshot.h"

#include <stdbool.h>

/* From now on what happens is written into the snapshot, which must outlive the supervisor. Before the first plan. */
void supervisor_keep(struct supervisor *s, struct snapshot *snapshot);

/* The same for one that has run without, or with one that had no room for all: all is written (again). */
void supervisor_keep_again(struct supervisor *s, struct snapshot *snapshot);

/* NULL: nothing is kept. */
struct snapshot *supervisor_snapshot(const struct supervisor *s);

/* Write what has changed, behind each callback; with `whole` also what changes too often to be written each time:
 * before an upgrade. */
void supervisor_write(struct supervisor *s, bool whole);

/* What a former life has left behind, on its way into this one. */
struct handover;

/* Read `former`, which it owns, and evaluate the plans in it by the loader of `upward`. NULL with the reason. */
struct handover *handover_open(struct former *former, const struct supervisor_upward *upward, struct error *e);

/* Count one life more that ended by a signal or a hang. */
void handover_count_crash(struct handover *h);
bool handover_is_hopeless(const struct handover *h); /* too many within the minute */

/* The plan in force; borrowed. */
struct plan *handover_plan(const struct handover *h);

/* The entries of others: "port" … */
const struct former *handover_former(const struct handover *h);

/* Sockets and log files, before the first log file is opened: whoever wants one finds it open. */
void handover_claim(const struct handover *h, struct supervisor *s);

/* Go on where the former life was, instead of supervisor_start. */
void handover_resume(struct handover *h, struct supervisor *s);
void handover_close(struct handover *h); /* NULL is welcome */

#endif
