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

/* The counters of one function. */
struct gearman_counters {
    const char *function;
    int running, limit;
    unsigned long long done, failed, lost; /* lost: their connection went before they could report */
};
typedef void gearman_counters_fn(const struct gearman_counters *c, void *arg);
void gearman_each(gearman_counters_fn *fn, void *arg);

#endif
