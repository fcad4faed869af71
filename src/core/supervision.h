/* What a process tells its supervisor, and asks of it: between those who make up the one and the other. */
#ifndef CORE_SUPERVISION_H
#define CORE_SUPERVISION_H

#include "core/supervisor.h"

/* It runs with this pid: the next life may have to know. */
void supervisor_note_child(struct supervisor *s, const struct process *p, pid_t pid);

/* Its state has changed; `settled`: it was not settled before, and is now. */
void supervisor_process_changed(struct supervisor *s, struct process *p, bool settled);

/* Whether others come before its start (it is STARTING) or its stop (STOPPING); if so process_proceed is called when
 * they are through. `by_user`: a user wants the start, and so whatever it requires, FATAL ones too. */
bool supervisor_holds(struct supervisor *s, struct process *p, bool by_user);

/* The same for one of a former life, which is held until its turn comes. */
void supervisor_hold_again(struct supervisor *s, struct process *p);

/* Start it soon: in the order in which they were asked for, a few at each turn of the loop. */
void supervisor_start_soon(struct supervisor *s, struct process *p);

/* It was wished down, or goes down to start again: who requires its program goes with it. */
void supervisor_falls(struct supervisor *s, struct process *p);

/* It is EXITED or FATAL: an essential one, or one whose end is everybody's, takes all the others with it. */
void supervisor_process_ended(struct supervisor *s, struct process *p);

/* Hold a restart against all respawn limits; one too many turns the verdict into VERDICT_GIVE_UP. */
void supervisor_may_restart(struct supervisor *s, struct process *p, struct verdict *verdict);

/* A user starts a FATAL one: its program's past restarts are forgotten. */
void supervisor_forgive(struct supervisor *s, struct process *p);

/* Whether all others of its program that are wanted, and were not given up, are RUNNING. */
bool supervisor_siblings_run(struct supervisor *s, struct process *p);

/* Numbers for a new process, and a new start. */
unsigned supervisor_next_id(struct supervisor *s);
unsigned supervisor_next_run(struct supervisor *s);

/* Whether it ends so that workers are not asked but told: by TERM. */
bool supervisor_is_hasty(const struct supervisor *s);

/* Somebody wishes other processes up or down than before, or another number of them: it is kept soon. */
void supervisor_wishes_changed(struct supervisor *s);

#endif
