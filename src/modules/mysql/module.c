/* A database: its queries take turns. Each is a job; the one whose turn it is has the wire, until it is told.
 *
 *             turn              done, deadline, cancel or close
 *   WAITING --------> RUNNING ----------------------------------> (told, gone)
 *      |                                                              ^
 *      +--------------------------------------------------------------+ deadline, cancel or close
 */
#include "reeve/module.h"
#include "base/duration.h"
#include "base/xalloc.h"
#include "mysql_private.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

struct query {
    TAILQ_ENTRY(query) link;
    struct database *database;
    struct loop *loop;
    struct job *job;
    struct watch *watch; /* while it runs */
    struct timer *deadline;
    query_done_fn *fn;
    void *arg;
};

struct database {
    struct account *account;
    struct wire *wire; /* NULL: a job has it */
    TAILQ_HEAD(, query) queries;
    size_t count;
    struct query *running; /* the first one, or NULL */
    pid_t pid;             /* who opened it; a forked child begins anew */
};

/* ---- turns ------------------------------------------------------------------------------------- */

static void on_done(int fd, int what, void *arg);

static void begin_next(struct database *d)
{
    struct query *q = TAILQ_FIRST(&d->queries);

    if (q == NULL || d->running != NULL)
        return;
    d->running = q;
    q->watch = watch_start(q->loop, q->job->done, WATCH_READ, on_done, q);
    job_start(q->job, d->wire);
    d->wire = NULL;
}

static void leave_turn(struct query *q)
{
    struct database *d = q->database;

    watch_stop(&q->watch);
    timer_stop(&q->deadline);
    TAILQ_REMOVE(&d->queries, q, link);
    d->count--;
    if (d->running == q)
        d->running = NULL;
}

/* A job that runs keeps its wire, and closes it. */
static void abandon(struct query *q)
{
    struct database *d = q->database;

    leave_turn(q);
    if (d->wire == NULL && d->running == NULL)
        d->wire = wire_new();
    job_abandon(q->job);
}

/* ---- ends -------------------------------------------------------------------------------------- */

static void on_done(int fd, int what, void *arg)
{
    struct query *q = arg;
    struct database *d = q->database;
    struct job *j = q->job;
    uint64_t count;

    (void)what;
    /* What the thread wrote before it wrote this is ours from here on. */
    if (read(fd, &count, sizeof count) < 0)
        return;
    leave_turn(q);
    d->wire = j->wire;
    j->wire = NULL;
    begin_next(d);
    /* The last word: whoever is told may close the database. */
    j->result.error = j->failed ? j->error.text : NULL;
    q->fn(&j->result, q->arg);
    job_leave(j);
    free(q);
}

static void tell_failure(struct query *q, const char *why)
{
    struct database_result r = { .error = why };

    q->fn(&r, q->arg);
    free(q);
}

static void on_deadline(void *arg)
{
    struct query *q = arg;
    struct database *d = q->database;
    struct buffer time = { 0 };
    struct error e;

    q->deadline = NULL;
    duration_format(&time, d->account->options.timeout);
    failure(&e, "%s: no answer within %s", d->account->place, time.data);
    buffer_free(&time);
    abandon(q);
    begin_next(d);
    tell_failure(q, e.text);
}

static void cancel(struct query *q)
{
    struct database *d = q->database;

    abandon(q);
    begin_next(d);
    free(q);
}

/* ---- databases --------------------------------------------------------------------------------- */

/* What a parent began it goes on with: watches, threads and the connection, whose descriptors a child has closed. */
static void begin_anew(struct database *d)
{
    d->wire = wire_new();
    TAILQ_INIT(&d->queries);
    d->count = 0;
    d->running = NULL;
    d->pid = getpid();
}

static struct query *query(struct database *d, struct loop *loop, const char *sql, size_t length,
                           const struct cells *values, query_done_fn *fn, void *arg, struct error *e)
{
    struct query *q;
    struct job *j;

    if (d->pid != getpid())
        begin_anew(d);
    if (d->count >= DATABASE_WAITING) {
        failure(e, "%s: %d queries wait for this connection already", d->account->place, DATABASE_WAITING);
        return NULL;
    }
    j = job_new(d->account, sql, length, values, e);
    if (j == NULL)
        return NULL;
    q = xcalloc(1, sizeof *q);
    *q = (struct query){ .database = d, .loop = loop, .job = j, .fn = fn, .arg = arg };
    q->deadline = timer_start(loop, d->account->options.timeout, on_deadline, q);
    TAILQ_INSERT_TAIL(&d->queries, q, link);
    d->count++;
    begin_next(d);
    return q;
}

static struct database *open_database(const struct database_options *o, struct error *e)
{
    struct account *a;
    struct database *d;

    /* Before there are threads; and SIGPIPE is ignored by us as it is by the library from now on. */
    if (mysql_library_init(0, NULL, NULL) != 0) {
        failure(e, "the library of MariaDB cannot begin");
        return NULL;
    }
    a = account_new(o, e);
    if (a == NULL)
        return NULL;
    d = xcalloc(1, sizeof *d);
    d->account = a;
    begin_anew(d);
    return d;
}

static void close_database(struct database *d)
{
    struct query *q;

    if (d->pid != getpid())
        begin_anew(d);
    while ((q = TAILQ_FIRST(&d->queries)) != NULL) {
        abandon(q);
        tell_failure(q, "the connection was closed");
    }
    wire_free(d->wire);
    account_leave(d->account);
    free(d);
}

static const struct database_functions functions = { open_database, close_database, query, cancel };

const struct module reeve_module = { MODULE_ABI, "mysql", &functions };
