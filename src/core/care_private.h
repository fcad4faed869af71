/* The inside of a process's care: care.c, care_hear.c (what it says of itself), care_keep.c (from life to life). */
#ifndef CORE_CARE_PRIVATE_H
#define CORE_CARE_PRIVATE_H

#include "core/forking.h"
#include "core/health.h"
#include "core/notices.h"
#include "core/readiness.h"
#include "core/watchdog.h"
#include "process_private.h"

/* What a former life knew, until this one has taken it up. */
struct legacy {
    msec ready_by, beat_limit, beat;
    int failures;
    bool is_forking, is_ready, is_bad;
};

struct care {
    struct speaker speaker; /* pid 0: it is not heard */
    struct forking *forking;
    struct readiness *readiness;
    struct watchdog *watchdog;
    struct board_line *line; /* of a worker; NULL: it is none */
    struct health *health;
    struct blame *blame; /* owned; NULL: none */
    char *status;        /* owned; NULL: it has said nothing */
    msec beat_told;      /* the time of the watchdog by the present start; 0: it knows of none, or is a worker */
    msec beat_said;      /* its own WATCHDOG_USEC, which holds to its end; 0: it has said none */
    int ready_fd;        /* our end of the pipe of { fd = }, until readiness has it; -1: none */
    struct legacy legacy;
};

/* Made when it is needed first. */
struct care *care_of(struct process *p);

/* From now on it is heard; its heartbeat is waited for, if it has one. */
void care_begin_hearing(struct process *p);
void care_watch_heartbeat(struct process *p);

#endif
