/* gearman: a worker that does Gearman jobs: one executable for each function, one process for each job. */
#ifndef MODULES_GEARMAN_H
#define MODULES_GEARMAN_H

struct supervisor;

/* `require "reeve.gearman"` can be read from now on, also where a file is only checked. More often than once does no
 * harm. */
void gearman_register(void);

/* Follow the plans of this supervisor, whose first one is in force already, until gearman_close. */
void gearman_open(struct supervisor *s);
void gearman_close(void);

#endif
