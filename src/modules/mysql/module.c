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

#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

struct query {
    TAILQ_ENTRY(query) link;
    struct database *database;
    struct loop *loop;
    struct job *job;     /* the chore's, once there is one */
    struct chore *chore; /* while it runs */
    struct timer *deadline;
    struct error error; /* of one that could not begin */
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

static void leave_turn(struct query *q)
{
    struct database *d = q->database;

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
    if (q->chore != NULL)
        wire_interrupt(q->job->wire);
    else if (q->job != NULL)
        job_free(q->job);
    chore_stop(&q->chore);
    if (d->wire == NULL && d->running == NULL)
        d->wire = wire_new();
}

static void begin_next(struct database *d);

static void on_done(void *job, void *arg)
{
    struct query *q = arg;
    struct database *d = q->database;
    struct job *j = job;
    query_done_fn *fn = q->fn;
    void *fn_arg = q->arg;

    leave_turn(q);
    free(q);
    d->wire = j->wire;
    j->wire = NULL;
    begin_next(d);
    /* The last word: whoever is told may close the database. */
    fn(&j->result, fn_arg);
}

static void on_not_begun(void *arg);

static void begin_next(struct database *d)
{
    struct query *q = TAILQ_FIRST(&d->queries);

    if (q == NULL || d->running != NULL)
        return;
    d->running = q;
    q->job->wire = d->wire;
    d->wire = NULL;
    q->chore = chore_start(q->loop, &job_kind, q->job, on_done, q, &q->error);
    if (q->chore != NULL)
        return;
    failure_in(&q->error, "%s", d->account->place);
    q->job = NULL;
    timer_stop(&q->deadline);
    q->deadline = timer_start(q->loop, 0, on_not_begun, q);
}

/* ---- other ends -------------------------------------------------------------------------------- */

static void tell_failure(struct query *q, const char *why)
{
    struct database_result r = { .error = why };

    q->fn(&r, q->arg);
    free(q);
}

static void end(struct query *q, const char *why)
{
    struct database *d = q->database;

    abandon(q);
    begin_next(d);
    tell_failure(q, why);
}

static void on_not_begun(void *arg)
{
    struct query *q = arg;

    q->deadline = NULL;
    end(q, q->error.text);
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
    end(q, e.text);
}

static void cancel(struct query *q)
{
    struct database *d = q->database;

    abandon(q);
    begin_next(d);
    free(q);
}

/* ---- databases --------------------------------------------------------------------------------- */

/* What a parent began it goes on with: threads and the connection, whose descriptors a child has closed. */
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

    if (d->pid != getpid())
        begin_anew(d);
    if (d->count >= DATABASE_WAITING) {
        failure(e, "%s: %d queries wait for this connection already", d->account->place, DATABASE_WAITING);
        return NULL;
    }
    q = xcalloc(1, sizeof *q);
    *q = (struct query){ .database = d, .loop = loop, .fn = fn, .arg = arg };
    q->job = job_new(d->account, sql, length, values);
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
