/* desired: what users want otherwise than the file says: who is stopped, who is started, how many there are. Kept in
 * state_dir, so that it holds after reeve's end too. A wish is dropped when the file says the same, or another count.
 */
#ifndef CORE_DESIRED_H
#define CORE_DESIRED_H

#include "core/pool.h"

#include <stdbool.h>

struct desired;

/* What was kept in `folder`, which exists. What cannot be read is logged, and forgotten at the next change. */
struct desired *desired_open(struct loop *loop, const char *folder);

/* Waits until all is on the disk. NULL is welcome. */
void desired_close(struct desired *d);

/* How many processes of a program users want; the file's number if they have not said; `*scaled`: they have. */
int desired_count(const struct desired *d, const struct program *program, bool *scaled);

/* Whether a process with this index is to be up at the start. */
bool desired_up(const struct desired *d, const struct program *program, int index);

/* The start is over: what was kept has been asked for. */
void desired_forget(struct desired *d);

/* Write down what is wanted of these pools now, if that is news: on the disk when it returns, or, where that is
 * busy, soon. What cannot be written is logged. */
void desired_save(struct desired *d, const struct pool *pools, size_t count);

#endif
