/* steps: what a new child does between its birth and its exec. It may share our memory while we
 * stand still, and other threads may hold any lock: nothing here allocates, prints or looks up. */
#ifndef OS_STEPS_H
#define OS_STEPS_H

#include "base/error.h"
#include "os/child.h"

#include <stdbool.h>
#include <sys/types.h>

/* All that can fail, by its name. */
enum step {
    STEP_NONE,
    STEP_UNSHARE,
    STEP_DESCRIPTORS,
    STEP_SESSION,
    STEP_SIGNALS,
    STEP_NICE,
    STEP_OOM_SCORE,
    STEP_LIMIT,
    STEP_GROUPS,
    STEP_GID,
    STEP_UID,
    STEP_DIRECTORY,
    STEP_NO_NEW_PRIVS,
    STEP_DEATHSIG,
    STEP_EXEC,
    STEP_INTERPRETER, /* the program is there, what it asks to be run by is not */
};

/* Of a step that failed. */
struct step_report {
    enum step step; /* STEP_NONE: none did */
    int error;
    int which; /* of several: the limit */
};

/* Prepared by the parent. */
struct steps {
    const struct child_request *request;
    const int *source;       /* for 0, 1, 2, and then the passed ones; each above all of these numbers */
    int source_count;        /* so many, and the number that the pipe gets */
    int pipe;                /* kept open until the exec, and above all of these numbers, too; -1: none */
    int unshare_from;        /* descriptors from here on are not copied into the child; -1 after a plain fork */
    pid_t parent;            /* us */
    bool changes_identity;   /* false: we are that user already */
    char oom_score_adj[16];  /* as text */
    char *const *candidates; /* paths to try, one after the other */
    char *const *envp;
    char *listen_pid;          /* room for the child's pid within `envp`, or NULL */
    struct step_report report; /* written by the child */
};

enum { LISTEN_PID_ROOM = 12 };

/* In the child. Returns when a step failed, which the report then tells, or when the body may begin. The argument is a
 * struct steps. */
int steps_run(void *steps);

/* In the parent: the report in words. False. */
bool steps_failure(const struct steps *s, struct error *e);

#endif
