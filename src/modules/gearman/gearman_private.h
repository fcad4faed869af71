/* The inside of the Gearman workers, for the files that make them up:
 *
 *     crew.c         the functions of one call of supervise { … }: asks for their list, and follows it
 *     provider.c     asks the user's function for that list
 *     caps.c         asks executors what they can do
 *     ability.c      one function: its slots, its jobs, its connections
 *     jobserver.c    one connection to one job server; jobserver_hear.c: what it says
 *     job.c          one job: from its packet to its end; job_process.c, job_output.c
 *     definition.c   how a function is written down; settings.c: all the rest
 *     gearman.c      all crews, and what the supervisor wants of them
 *     metrics.c      counts them
 *     library.c      require "reeve.gearman.worker" */
#ifndef MODULES_GEARMAN_PRIVATE_H
#define MODULES_GEARMAN_PRIVATE_H

#include "base/buffer.h"
#include "base/problems.h"
#include "core/companion.h"
#include "core/settings.h"
#include "core/supervisor.h"
#include "modules/gearman/packet.h"
#include "modules/gearman/settings.h"
#include "os/child.h"
#include "os/identity.h"
#include "os/loop.h"
#include "os/resolve.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

/* ---- the living ------------------------------------------------------------------------------------ */

struct crew;
struct ability;

/* ---- jobserver.c: a connection to a job server --------------------------------------------------------- */

struct job;
LIST_HEAD(job_list, job);

enum jobserver_state {
    JOBSERVER_WAITING, /* for its next attempt */
    JOBSERVER_DIALING,
    JOBSERVER_OPEN
};

struct jobserver {
    TAILQ_ENTRY(jobserver) link;
    struct ability *ability;
    char *address; /* as it was written */
    enum jobserver_state state;
    struct dial *dial;
    struct connection *connection;
    struct timer *timer; /* its next attempt, or the end of our patience with this one */
    struct buffer out;   /* packets of this turn of the loop */
    bool flushing;       /* that will be written soon */
    bool freed;          /* it goes then */
    bool awake;          /* it may have jobs for us */
    bool leaving;        /* nothing is grabbed any more; it goes when its jobs have reported */
    bool takes_exceptions;
    bool clogged;    /* it does not read: its jobs' executors wait */
    unsigned grabs;  /* that were not answered yet */
    unsigned window; /* so many grabs at once */
    size_t waste;    /* bytes of a refused job that are still to come */
    struct job_list jobs;
    unsigned job_count;
    int attempts;     /* in a row that failed */
    struct error why; /* it is not connected; "" at first */
    msec since, next; /* clock_now of the connection; of the next attempt */
};

struct jobserver *jobserver_new(struct ability *a, const char *address);

/* Grab nothing more; when its jobs have reported, close and forget it. It may be gone when this returns. */
void jobserver_leave(struct jobserver *s);

/* Close and forget it now: its jobs have nobody to report to. */
void jobserver_drop(struct jobserver *s);

/* The function is described differently now. */
void jobserver_introduce(struct jobserver *s);

/* Whether it may have a job that it could give us now. */
bool jobserver_is_hungry(const struct jobserver *s);
void jobserver_grab(struct jobserver *s);

/* What is added to `out` goes out soon. */
void jobserver_flush_soon(struct jobserver *s);

/* One of its jobs has reported. */
void jobserver_job_settled(struct jobserver *s, struct job *j);

/* The connection is over, or there was none: another attempt later. */
void jobserver_fall(struct jobserver *s, const char *why);

/* It should wake us when it has a job. */
void jobserver_sleep(struct jobserver *s);

/* If it is leaving and nothing keeps it any more, it goes: it is freed later. */
void jobserver_leave_if_idle(struct jobserver *s);

/* jobserver_hear.c: bytes came; how many of them are used up. */
struct connection;
size_t jobserver_hear(struct connection *c, const char *data, size_t length, void *arg);

/* ---- ability.c: one function ------------------------------------------------------------------------ */

struct ability {
    TAILQ_ENTRY(ability) link;
    struct crew *crew;
    struct definition definition;
    TAILQ_HEAD(, jobserver) servers;
    TAILQ_HEAD(, job) jobs; /* whose processes have not ended */
    int busy;               /* slots that jobs hold */
    int lingering;          /* processes that have completed their jobs and hold no slot */
    int grabs;              /* unanswered ones of all connections */
    bool leaving, is_over;
    bool kept; /* it is in the list that is being followed */
    unsigned long long done, failed, lost;
};

struct ability *ability_new(struct crew *c, const struct definition *d);

/* Follow another definition of the same name, or other settings of the crew. */
void ability_follow(struct ability *a, const struct definition *d);

/* Grab nothing more; it is forgotten when its jobs have ended. It may be gone when this returns. */
void ability_leave(struct ability *a);

/* At once: jobs are killed, connections closed. */
void ability_kill(struct ability *a);

/* Grab jobs as long as there are slots for them, and jobs. */
void ability_feed(struct ability *a);

/* Something of it has ended: if it was the last, and it is leaving, it goes. */
void ability_check_over(struct ability *a);

/* "RUNNING" …, and "2/4 jobs, 120 done, 1 failed". */
const char *ability_state(const struct ability *a);
void ability_describe(const struct ability *a, struct buffer *out);
msec ability_timeout(const struct ability *a);

/* ---- job.c ------------------------------------------------------------------------------------------ */

struct mouth {
    struct job *job;
    struct stream *stream; /* NULL: it has ended */
    size_t bytes;
};

struct job {
    TAILQ_ENTRY(job) link;
    LIST_ENTRY(job) of_server;
    struct ability *ability;
    struct jobserver *server; /* NULL: it has reported, or the connection is gone that it came by */
    char *handle, *unique;
    char *folder; /* its work directory */
    struct child *child;
    struct companion *companion; /* after a crash the server gives the job to another one */
    struct mouth out, err;
    struct buffer line; /* of stdout, without its end */
    struct buffer stderr_tail;
    struct buffer payload; /* what the pipe did not take at once */
    size_t payload_sent;   /* of it */
    int input;             /* -1: all was written */
    struct watch *writable;
    size_t payload_length;
    int64_t max_output;
    int failure; /* enum failure_style */
    msec started, timeout;
    struct timer *timer; /* its time, then the grace after TERM; when it has ended, the patience with its pipes */
    int logged;          /* lines of its output that went to the log */
    bool settled;
    bool holds_slot, lingers;
    bool ended;
    struct child_exit exit;
    struct error why; /* it was ended by us; "": it was not */
};

/* Take on what was assigned. It may be over when this returns. */
void job_begin(struct jobserver *s, const char *handle, const char *unique, const char *payload, size_t length);

/* Its connection is gone. */
void job_orphaned(struct job *j);

/* KILL. */
void job_kill(struct job *j);

/* Its server does not read, and does again: its executor waits meanwhile. */
void job_pause(struct job *j);
void job_resume(struct job *j);

/* The one and only report. */
void job_complete(struct job *j, const struct buffer *body);

/* Refuse a job that has not begun. */
void job_refuse(struct jobserver *s, const char *handle, const char *why);

/* job_process.c: the process, and its work directory. */
bool job_spawn(struct job *j, const char *payload, size_t length, child_exit_fn *on_exit, struct error *e);
void job_close_input(struct job *j);

/* Remove a work directory, in the background, and free its path. */
void job_remove_folder(struct loop *loop, char *path);

/* Reeve ends: what is still being removed is, now. */
void job_finish_removals(msec limit);

/* job_output.c: what the process writes. */
void job_on_stdout(const char *data, size_t length, void *arg);
void job_on_stderr(const char *data, size_t length, void *arg);

/* A last line that nobody ended. */
void job_last_line(struct job *j);

/* The end of what it wrote to stderr. */
void job_add_stderr(const struct job *j, struct buffer *out);

/* job.c: one stream has ended, or has said too much. */
void job_stream_ended(struct mouth *m);
void job_end_for(struct job *j, int signal, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* ---- caps.c ----------------------------------------------------------------------------------------- */

struct caps;

/* Ask the executors of all of them at the same time; those that cannot do single jobs are taken out of the list. The
 * handle is spent then; the callback never comes from within. */
typedef void caps_fn(struct definitions *d, void *arg);
struct caps *caps_ask(struct crew *c, const struct definitions *d, caps_fn *fn, void *arg);

/* NULL is welcome. */
void caps_cancel(struct caps *c);

/* ---- crew.c ----------------------------------------------------------------------------------------- */

enum crew_state { CREW_IDLE, CREW_LISTING, CREW_ASKING };

struct crew {
    TAILQ_ENTRY(crew) link;
    struct supervisor *supervisor;
    struct crew_settings settings; /* a copy */
    struct identity identity;
    bool has_identity; /* executors run as somebody else, who was found */
    TAILQ_HEAD(, ability) abilities;
    enum crew_state state;
    bool again;   /* asked for meanwhile */
    bool leaving; /* it is forgotten when its last function is */
    bool is_over;
    void *question; /* to the provider */
    struct caps *caps;
    struct timer *timer; /* the next refresh */
    int failures;        /* of the provider, in a row */
    struct error why;    /* the last one; "": none */
};

struct crew *crew_new(struct supervisor *s, const struct crew_settings *settings);

/* Other settings, from now on. */
void crew_follow(struct crew *c, const struct crew_settings *settings);

/* Ask for the list of functions, and their executors, again. */
void crew_refresh(struct crew *c);

/* It may be gone when these return. */
void crew_leave(struct crew *c);
void crew_kill(struct crew *c);
void crew_check_over(struct crew *c);

struct loop *crew_loop(const struct crew *c);

/* Whom executors run as; NULL: ourselves. False, with the reason: nobody was found whom they may run as. */
bool crew_identity(const struct crew *c, const struct identity **out, struct error *e);
struct ability *crew_find(const struct crew *c, const char *name);

/* ---- gearman.c ---------------------------------------------------------------------------------------- */

typedef void gearman_each_fn(const struct ability *a, void *arg);
void gearman_each(gearman_each_fn *fn, void *arg);
bool gearman_has_abilities(void);

/* It is forgotten. */
void gearman_forget(struct crew *c);

/* ---- metrics.c: from now on they are counted for the verb metrics ------------------------------------- */

void gearman_count(void);

/* ---- provider.c -------------------------------------------------------------------------------------- */

/* Call the provider of a crew: the list, until the answer returns, or NULL and why not. The handle is spent then. */
typedef void provider_fn(const struct value *list, const char *why, void *arg);
void *provider_ask(struct loop *loop, const struct function *f, msec limit, provider_fn *fn, void *arg);
void provider_cancel(void *question);

/* ---- library.c --------------------------------------------------------------------------------------- */

/* Tell the hooks of a job that has reported: "job_done", or "job_failed" and why. */
void library_tell(const char *event, const struct job *j, const char *why);
void library_register(void);

#endif
