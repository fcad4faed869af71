/* resume: from one life of reeve to the next: this process runs its file anew and keeps its pid, its children and its
 * descriptors. What else the next life must know is in a snapshot.
 *
 * It happens for an upgrade, when a signal such as SIGSEGV says that this life cannot go on, and when a callback does
 * not come back. */
#ifndef OS_RESUME_H
#define OS_RESUME_H

#include "base/duration.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* Why a life ended; else it is the signal that ended it. */
enum { RESUME_UPGRADE = 0, RESUME_HANG = 99 };

/* Note the words of main, the environment as it is now, and where our file is. Before either changes. */
void resume_prepare(int argc, char **argv);

/* The file that the next life runs: absolute; whatever is there by then. */
const char *resume_path(void);

/* This life resumes another one, as `word` says ("FD:WHY"): which snapshot that one left behind, and why. False: the
 * word is none of ours. The descriptors of that life are closed on the next exec, as they should be, and those that
 * nobody claims by resume_close_rest. */
bool resume_begin(const char *word, int *snapshot, int *why);

/* `fd` if it comes from the life before and nobody has claimed it; -1 otherwise. */
int resume_claim(int64_t fd);
void resume_close_rest(void);

/* This descriptor is needed in the next life, too, though it is of a kind that each life makes anew, such as an
 * eventfd. There are few of these. */
void resume_spare(int fd);

/* Run the file at resume_path with this snapshot. Does not return, unless it fails: then nothing has changed. */
bool resume_exec(int snapshot, struct error *e);

/* From now on a crash of this thread or another one resumes with that snapshot. It must be the first thread that calls,
 * with the signals blocked that the next life will block. */
void resume_arm(int snapshot);

/* The same for a life that is not yet as far as to be able to go on by itself, with the snapshot that it resumes from:
 * it is tried again some times. */
void resume_arm_early(int snapshot);

/* In a forked copy, which is no life of reeve's: its crashes are its own. */
void resume_disarm(void);

/* A callback that takes longer than that is a hang; 0: none is. */
void resume_set_limit(msec limit);
void resume_watch_begin(void); /* a callback begins */
void resume_watch_end(void);

/* The callback that runs may take so long from now on. */
void resume_watch_extend(msec limit);

/* What is between these two is not torn apart by a signal from outside: it waits. */
void resume_hold(void);
void resume_release(void);

/* End with this signal, as if nobody had caught it. */
void resume_give_up(int signal) __attribute__((noreturn));

#endif
