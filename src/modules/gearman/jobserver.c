/* One connection to one job server, for one function.
 *
 *               due             connected
 *   WAITING ----------> DIALING ----------> OPEN
 *      ^                   |  refused         | lost, or it does not speak the protocol
 *      +-------------------+------------------+
 *
 * When it is OPEN and asleep, the server says NOOP when there is a job. Then we grab, more at once the more there are,
 * until it says NO_JOB, and sleep again. What is written within one turn of the loop goes out in one piece.
 *
 * The limit of time is ours alone and not told by CAN_DO_TIMEOUT: gearmand 1.1.20 then gives each job to somebody else
 * after one second, whatever the number.
 *
 * Whoever takes his ability back while a job runs loses the job: the server gives it to somebody else at once. So one
 * that leaves only grabs nothing more, and takes it back when the last job has reported. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/policy.h"
#include "core/program.h"
#include "os/clock.h"
#include "os/connection.h"
#include "os/dial.h"
#include "version.h"

#include <assert.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_LIMIT = 10 * 1000,
    OUT_MOST = 1024 * 1024, /* unsent; beyond that executors wait */
    LASTING = 10 * 1000,
    GRAB_PATIENCE = 1000, /* of one that leaves */
    IDLE = 30             /* seconds, after which the kernel looks whether the other side is still there */
};

static const struct backoff pace = { .first = 50, .max = 10 * 1000, .factor = 2, .jitter = 0.15 };

static void dial(void *arg);

static struct loop *loop_of(const struct jobserver *s)
{
    return crew_loop(s->ability->crew);
}

static const char *function_of(const struct jobserver *s)
{
    return s->ability->definition.name;
}

/* ---- sending ----------------------------------------------------------------------------------- */

static void destroy(struct jobserver *s)
{
    assert(s->connection == NULL && s->dial == NULL && s->timer == NULL);
    buffer_free(&s->out);
    free(s->address);
    free(s);
}

static void set_clogged(struct jobserver *s, bool clogged)
{
    struct job *j;

    if (s->clogged == clogged)
        return;
    s->clogged = clogged;
    s->unheard = 0;
    LIST_FOREACH(j, &s->jobs, of_server)
    {
        if (clogged)
            job_pause(j);
        else
            job_resume(j);
    }
}

static void on_drained(void *arg)
{
    struct jobserver *s = arg;

    connection_on_drained(s->connection, NULL);
    set_clogged(s, false);
}

static void flush(void *arg)
{
    struct jobserver *s = arg;

    s->flushing = false;
    if (s->freed) {
        destroy(s);
        return;
    }
    if (s->connection != NULL && connection_write(s->connection, s->out.data, s->out.length) > OUT_MOST) {
        connection_on_drained(s->connection, on_drained);
        set_clogged(s, true);
    }
    if (s->out.capacity > OUT_MOST)
        buffer_free(&s->out);
    else
        buffer_clear(&s->out);
}

void jobserver_flush_soon(struct jobserver *s)
{
    if (s->flushing || s->out.length == 0)
        return;
    s->flushing = true;
    loop_later(loop_of(s), flush, s);
}

/* ---- ends -------------------------------------------------------------------------------------- */

/* Nothing of the old connection holds any more. */
static void forget_connection(struct jobserver *s)
{
    struct job *j;

    timer_stop(&s->timer);
    dial_stop(&s->dial);
    connection_close(s->connection);
    s->connection = NULL;
    buffer_clear(&s->out);
    s->awake = s->takes_exceptions = false;
    s->waste = 0;
    set_clogged(s, false);
    s->ability->grabs -= (int)s->grabs;
    s->grabs = 0;
    while ((j = LIST_FIRST(&s->jobs)) != NULL) {
        LIST_REMOVE(j, of_server);
        s->job_count--;
        job_orphaned(j);
    }
}

void jobserver_drop(struct jobserver *s)
{
    struct ability *a = s->ability;

    forget_connection(s);
    TAILQ_REMOVE(&a->servers, s, link);
    s->state = JOBSERVER_WAITING;
    s->freed = true;
    if (!s->flushing)
        loop_later(loop_of(s), flush, s);
    s->flushing = true;
    ability_check_over(a);
}

static void say_goodbye(struct jobserver *s)
{
    packet_write_text(&s->out, PACKET_CANT_DO, function_of(s));
    connection_write(s->connection, s->out.data, s->out.length);
    connection_finish(s->connection);
    s->connection = NULL;
}

static void go(struct jobserver *s)
{
    if (s->state == JOBSERVER_OPEN)
        say_goodbye(s);
    jobserver_drop(s);
}

/* A job that is on its way all the same goes back when we close. */
static void on_unanswered(void *arg)
{
    struct jobserver *s = arg;

    s->timer = NULL;
    if (s->job_count == 0)
        go(s);
}

void jobserver_leave_if_idle(struct jobserver *s)
{
    if (!s->leaving || s->freed || s->job_count > 0)
        return;
    if (s->grabs == 0)
        go(s);
    else if (s->timer == NULL)
        s->timer = timer_start(loop_of(s), GRAB_PATIENCE, on_unanswered, s);
}

void jobserver_leave(struct jobserver *s)
{
    s->leaving = true;
    jobserver_leave_if_idle(s);
}

/* Of attempts in a row that fail, the first is told. A connection that did not last was one of them. */
void jobserver_fall(struct jobserver *s, const char *why)
{
    bool was_open = s->state == JOBSERVER_OPEN;
    struct buffer wait = { 0 };
    msec delay;

    forget_connection(s);
    if (was_open && clock_now() - s->since >= LASTING)
        s->attempts = 0;
    delay = backoff_delay(&pace, ++s->attempts, clock_random());
    failure(&s->why, "%s", why);
    duration_format(&wait, delay);
    if (s->attempts == 1 || was_open)
        log_warning("gearman:%s: %s %s: %s, next attempt in %s", function_of(s),
                    was_open ? "lost the connection to" : "cannot connect to", s->address, why, wait.data);
    buffer_free(&wait);
    s->state = JOBSERVER_WAITING;
    if (s->leaving) {
        jobserver_drop(s);
        return;
    }
    s->next = clock_now() + delay;
    s->timer = timer_start(loop_of(s), delay, dial, s);
}

/* ---- what we say ------------------------------------------------------------------------------- */

/* Blanks would break the list of workers that gearmand prints. */
static void add_client_id(struct jobserver *s)
{
    const struct ability *a = s->ability;
    char host[HOST_NAME_MAX + 1] = "", *id;

    gethostname(host, sizeof host - 1);
    id = xasprintf("reeve::v%s::%s::%s=%d", REEVE_VERSION, host, a->definition.name, a->definition.concurrency);
    for (char *p = id; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ')
            *p = '_';
    packet_write_text(&s->out, PACKET_SET_CLIENT_ID, id);
    free(id);
}

void jobserver_introduce(struct jobserver *s)
{
    if (s->state != JOBSERVER_OPEN)
        return;
    add_client_id(s);
    packet_write_text(&s->out, PACKET_CAN_DO, function_of(s));
    jobserver_flush_soon(s);
}

void jobserver_sleep(struct jobserver *s)
{
    packet_write(&s->out, PACKET_PRE_SLEEP);
    jobserver_flush_soon(s);
}

bool jobserver_is_hungry(const struct jobserver *s)
{
    int most = s->ability->crew->settings.jobs_per_connection;

    return s->state == JOBSERVER_OPEN && s->awake && !s->leaving && s->grabs < s->window &&
           (most == 0 || s->job_count + s->grabs < (unsigned)most);
}

void jobserver_grab(struct jobserver *s)
{
    packet_write(&s->out, PACKET_GRAB_JOB_UNIQ);
    s->grabs++;
    s->ability->grabs++;
    jobserver_flush_soon(s);
}

void jobserver_job_settled(struct jobserver *s, struct job *j)
{
    LIST_REMOVE(j, of_server);
    s->job_count--;
    j->server = NULL;
    jobserver_flush_soon(s);
    jobserver_leave_if_idle(s);
}

/* ---- connecting -------------------------------------------------------------------------------- */

static void on_lost(struct connection *c, bool broken, void *arg)
{
    (void)c;
    jobserver_fall(arg, broken ? "the connection broke" : "the server has closed it");
}

static void on_late(void *arg)
{
    struct jobserver *s = arg;

    s->timer = NULL;
    jobserver_fall(s, "it does not answer");
}

static void on_dialed(int fd, const char *why, void *arg)
{
    struct jobserver *s = arg;

    s->dial = NULL;
    timer_stop(&s->timer);
    if (fd < 0) {
        jobserver_fall(s, why);
        return;
    }
    log_at(s->attempts > 0 ? LOG_NOTICE : LOG_INFO, "gearman:%s: connected to %s", function_of(s), s->address);
    s->state = JOBSERVER_OPEN;
    s->since = clock_now();
    s->window = 1;
    s->why.text[0] = '\0';
    s->connection = connection_open(loop_of(s), fd, jobserver_hear, on_lost, s);
    connection_keep_alive(s->connection, IDLE);
    packet_write_text(&s->out, PACKET_OPTION_REQ, "exceptions");
    jobserver_introduce(s);
    jobserver_sleep(s);
}

static void dial(void *arg)
{
    struct jobserver *s = arg;
    struct endpoint to;
    struct error e;

    s->timer = NULL;
    s->state = JOBSERVER_DIALING;
    if (!crew_endpoint(s->address, &to, &e)) {
        jobserver_fall(s, e.text);
        return;
    }
    s->dial = dial_endpoint(loop_of(s), &to, on_dialed, s);
    s->timer = timer_start(loop_of(s), CONNECT_LIMIT, on_late, s);
}

struct jobserver *jobserver_new(struct ability *a, const char *address)
{
    struct jobserver *s = xcalloc(1, sizeof *s);

    s->ability = a;
    s->address = xstrdup(address);
    LIST_INIT(&s->jobs);
    TAILQ_INSERT_TAIL(&a->servers, s, link);
    s->state = JOBSERVER_WAITING;
    s->timer = timer_start(loop_of(s), 0, dial, s);
    return s;
}
