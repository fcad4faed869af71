/* program: what the user declared. A plain record; nothing in it changes while its plan lives. */
#ifndef CORE_PROGRAM_H
#define CORE_PROGRAM_H

#include "base/duration.h"
#include "base/words.h"
#include "core/settings.h"
#include "os/limits.h"

#include <stdbool.h>
#include <stdint.h>

/* So many processes of one program are surely a slip of the finger. */
enum { PROCESSES_MOST = 100000 };

enum autorestart { AUTORESTART_UNEXPECTED, AUTORESTART_ALWAYS, AUTORESTART_NEVER };
enum on_giveup { GIVEUP_FATAL, GIVEUP_SHUTDOWN };
extern const char *const on_giveup_choices[]; /* their words; a NULL ends them */
enum stop_to { STOP_TO_GROUP, STOP_TO_PROCESS };

/* Delay before restart n: first * factor^(n-1), at most max, give or take the jitter's share. */
struct backoff {
    msec first, max; /* both 0: no delays at all */
    double factor, jitter;
};

/* Send `signal`, wait `wait`, go on; KILL comes after the last. */
struct stop_step {
    int signal;
    msec wait; /* -1: the program's stoptime */
};

struct stop_steps {
    struct stop_step *step; /* owned; never empty */
    size_t count;
};

/* So many workers are kept idle; both 0: nobody looks. */
struct spares {
    int min, max;
};

struct limits {
    struct limit *limit; /* owned */
    size_t count;
};

/* Where a stream goes. */
enum output_kind {
    OUTPUT_RING, /* nothing was said: the last bytes are kept in memory */
    OUTPUT_DISCARD,
    OUTPUT_FILE,    /* the child has the file itself */
    OUTPUT_INHERIT, /* reeve's own stream */
    OUTPUT_STDOUT,  /* stderr only: merged into stdout */
    OUTPUT_CAPTURED /* read by reeve, line by line, to a sink */
};

enum output_sink { SINK_FILE, SINK_INHERIT, SINK_SYSLOG, SINK_NONE };
enum on_full { ON_FULL_WAIT, ON_FULL_DROP };

/* The table form `{ path=, max_size=, … }`, and "syslog". */
struct capture_settings {
    struct record record;
    char *path;
    int to;           /* enum output_sink: "file" (the default with a path), "inherit", "syslog", "none" */
    int64_t max_size; /* 0: never rotated */
    int backups;
    int mode;    /* of the file; -1: 0644 less the umask */
    char *owner; /* "USER" or "USER:GROUP" */
    bool compress, timestamp, prefix, json;
    int64_t ring;
    int on_full; /* enum on_full */
};
extern const struct record_type capture_record;

struct output_settings {
    enum output_kind kind;
    union {
        char *path;                       /* of OUTPUT_FILE */
        struct capture_settings *capture; /* of OUTPUT_CAPTURED */
    };
};

/* Names of other programs, or of sockets: `requires`, `after`, `sockets`. */
struct name_list {
    struct words words;
    int line; /* where they were said; 0: nobody knows */
};

/* What `ready` says besides "starttime", and a function. */
enum ready_kind { READY_NOTIFY, READY_FD, READY_TCP, READY_UNIX, READY_HTTP, READY_FILE, READY_LINE, READY_EXEC };

struct ready_settings {
    struct record record;
    enum ready_kind kind; /* the one of these that was said */
    int fd;
    int status; /* of http; INT_MIN: any 2xx */
    char *tcp, *unix_path, *http, *file, *line;
    struct words exec;
};
extern const struct record_type ready_record;

enum health_action { HEALTH_RESTART, HEALTH_STOP, HEALTH_NONE };

struct health_settings {
    struct record record;
    char *http, *tcp, *unix_path; /* one of these, or exec, or the function `check`, or none of them */
    struct words exec;
    int status;
    int failures, action /* an enum above, or a function */;
    msec every, timeout, start_delay;
    int64_t max_memory; /* 0: no limit */
};
extern const struct record_type health_record;

enum scope { SCOPE_MACHINE, SCOPE_CLUSTER };
enum on_dependency { ON_DEPENDENCY_RESTART, ON_DEPENDENCY_IGNORE };

/* What many programs say alike, or do not say at all. */
struct program_common {
    struct common_part part;
    struct words stop_cmd, reload_cmd;
    struct words groups;
    struct numbers exitcodes;
    struct stop_steps stopsignal;
    struct limits limits;
    struct spares spare_procs;
    struct backoff backoff;
    char *user, *group;
    msec ready_timeout, watchdog /* 0: off */;
    msec starttime, stable, stoptime, respawn_interval, max_age;
    int numprocs, first_index, startretries, respawn_limit /* -1: none */, priority;
    int min_procs, max_procs /* 0: no bound */;
    int reload_signal, deathsig;                               /* 0: none */
    int umask;                                                 /* -1: reeve's */
    int nice, oom_score_adj;                                   /* INT_MIN: as they are */
    int autorestart, on_giveup, stop_to, on_dependency, scope; /* enums above */
    bool shell, autostart, oneshot, essential, clear_env, no_new_privs, kill_group;
    bool detached, forks;
};

struct program {
    struct record record;
    const struct program_common *common;
    char *name;
    const char *file; /* where it was declared; interned */
    int line;
    unsigned position; /* in its plan */
    struct plan *plan; /* NULL: it is in none yet */

    struct words cmd; /* what to exec */
    struct words env; /* "KEY=value" */
    struct output_settings out, err;
    char *workingdir, *env_file, *input, *pidfile;
    struct name_list *requires, *after; /* NULL: nobody */
    struct name_list *sockets;          /* NULL: none */
    struct ready_settings *ready;       /* NULL: "starttime" */
    struct health_settings *health;     /* NULL: not asked */
};
extern const struct record_type program_record;

/* Whether any of its settings is a function: else no hook need be looked for. */
bool program_has_functions(const struct program *p);

/* The function that the program gave for a setting ("on_exit", "autorestart", "cmd" …), or NULL. */
const struct function *program_function(const struct program *p, const char *setting);

/* Whether its processes are workers: forked copies of us that run the function `run`. */
bool program_is_worker(const struct program *p);

/* A program of all defaults, as `supervisor { defaults = … }` may have changed them (`defaults` NULL: reeve's own). */
struct program *program_new(const char *name, const char *file, int line, const struct program *defaults);

/* What it has in common with others, to be written to: its own from now on. */
struct program_common *program_own(struct program *p);

/* Free it and its name. NULL is welcome. */
void program_free(struct program *p);

/* Fill in what follows from other settings (the stop signal of workers). Then checks that need more than one setting:
 * cmd is there, bounds fit … */
void program_check(struct program *p, const struct record_source *from);

/* Whether the system knows its users and groups: when the file is read. A next life goes on with those who were known
 * then; one who is gone is a failed start. */
void program_check_people(const struct program *p, const struct record_source *from);

/* Whether reeve reads this stream; whether it can go on without reeve. */
bool output_is_read(const struct output_settings *o);
bool output_outlives_us(const struct output_settings *o);

/* Whether reeve reads at least one of its streams, so that hooks can hear its lines. */
bool program_is_heard(const struct program *p);

/* "web" or "web:2", as the user knows a process of it; `alone`: it is the only one. */
void program_process_name(const struct program *p, int index, bool alone, struct buffer *out);

#endif
