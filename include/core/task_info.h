/* task_info: what a hook or task that runs shows of itself. The room above knows them, and tells. */
#ifndef CORE_TASK_INFO_H
#define CORE_TASK_INFO_H

#include "base/duration.h"

#include <stdbool.h>

struct task_info {
    const char *name; /* "hook on_exit of web" */
    unsigned process; /* the id of whom it is about; 0: nobody */
    bool runs;        /* it does not wait, or not any more */
    msec since;       /* clock_now of its begin */
    const char *file;
    int line; /* where it is; 0: it has not begun */
};
typedef void task_info_fn(const struct task_info *info, void *arg);

#endif
