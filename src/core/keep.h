/* keep: how the parts of the supervisor and of a process come into the snapshot (keep.c, process_keep.c), and a process
 * back from there (process_resume.c). What others may do with all of it at once is in core/handover.h. */
#ifndef CORE_KEEP_H
#define CORE_KEEP_H

#include "base/pack.h"
#include "core/handover.h"
#include "core/process.h"

/* Something of it has changed: it is written when the callback that runs has returned. */
void process_touch(struct process *p);
void supervisor_touch_self(struct supervisor *s);

/* By a process: it has been touched; it is about to go and need not be written. */
void supervisor_touch(struct supervisor *s, struct process *p);
void supervisor_untouch(struct supervisor *s, const struct process *p);

/* By the supervisor, which lists whom to write. False: it is listed already. Then, if nobody has written it since. */
bool process_list_for_writing(struct process *p);
void process_write_listed(struct process *p);

/* Write it now; with `whole` also what changes too often to be written each time. */
void process_write(struct process *p, bool whole);

/* A start: take the memory that this needs before there is a child; then write the child, and what else is new later. */
void process_make_room(const struct process *p);
void process_write_child(struct process *p);

/* What it writes is kept from now on, or once more. */
void process_keep_output(struct process *p);

/* It is about to be freed: nothing of it stays in the snapshot. */
void process_unwrite(struct process *p);

/* Of the entry of a process: its id, and the number of the plan that it followed. */
unsigned process_packed_id(struct unpack *u);
unsigned process_packed_plan(struct unpack *u);

/* From such an entry: a process that waits for nothing yet; then its ends, from their own entry; then, when all
 * processes are there, what it was waiting for. */
struct process *process_resume(struct supervisor *s, struct program *program, struct unpack *u);
void process_resume_ends(struct process *p, const char *data, size_t length);
void process_take_up(struct process *p, const struct former *former, struct unpack *u);

#endif
