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
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CONNECT_LIMIT = 10 * 1000,
    WINDOW_MOST = 64,
    OUT_MOST = 1024 * 1024, /* unsent; beyond that executors wait */
    LASTING = 10 * 1000,
    IDLE = 30 /* seconds, after which the kernel looks whether the other side is still there */
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

static void leave_if_idle(struct jobserver *s)
{
    if (!s->leaving || s->freed || s->job_count > 0 || s->grabs > 0)
        return;
    if (s->state == JOBSERVER_OPEN)
        say_goodbye(s);
    jobserver_drop(s);
}

void jobserver_leave(struct jobserver *s)
{
    s->leaving = true;
    leave_if_idle(s);
}

/* Of attempts in a row that fail, the first is told. A connection that did not last was one of them. */
static void fall(struct jobserver *s, const char *why)
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

static void sleep_now(struct jobserver *s)
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
    leave_if_idle(s);
}

/* ---- what we hear ------------------------------------------------------------------------------ */

static void grab_answered(struct jobserver *s)
{
    if (s->grabs == 0)
        return; /* of a server that gives what nobody asked for */
    s->grabs--;
    s->ability->grabs--;
}

static void hear_no_job(struct jobserver *s)
{
    grab_answered(s);
    s->awake = false;
    s->window = 1;
    if (s->grabs == 0 && !s->leaving)
        sleep_now(s);
}

static char *text_of(const struct packet *p, int i)
{
    return xstrndup(p->argument[i], p->length[i]);
}

/* What we took on is another connection's: the job server is mistaken, or malicious. */
static bool is_ours(const struct jobserver *s, const struct packet *p)
{
    return p->length[1] == strlen(function_of(s)) && memcmp(p->argument[1], function_of(s), p->length[1]) == 0;
}

static void hear_job(struct jobserver *s, const struct packet *p)
{
    int last = p->count - 1;
    char *handle = text_of(p, 0), *unique = p->count == 4 ? text_of(p, 2) : xstrdup("");

    grab_answered(s);
    s->awake = true;
    s->window = s->window < WINDOW_MOST ? 2 * s->window : WINDOW_MOST;
    if (is_ours(s, p))
        job_begin(s, handle, unique, p->argument[last], p->length[last]);
    else
        job_refuse(s, handle, "this worker was asked for another function");
    free(handle);
    free(unique);
}

/* It may be wrong about a job that the server has given up, and never is our end. */
static void hear_error(const struct jobserver *s, const struct packet *p)
{
    log_info("gearman:%s: %s says: %.*s %.*s", function_of(s), s->address, (int)p->length[0], p->argument[0],
             (int)p->length[1], p->argument[1]);
}

static void hear(struct jobserver *s, const struct packet *p)
{
    switch (p->type) {
    case PACKET_NOOP:
        s->awake = true;
        break;
    case PACKET_NO_JOB:
        hear_no_job(s);
        break;
    case PACKET_JOB_ASSIGN:
    case PACKET_JOB_ASSIGN_UNIQ:
        hear_job(s, p);
        break;
    case PACKET_ERROR:
        hear_error(s, p);
        break;
    case PACKET_OPTION_RES:
        s->takes_exceptions = true;
        break;
    default:
        log_info("gearman:%s: %s sent %s, which nobody waits for", function_of(s), s->address, packet_name(p->type));
    }
}

/* Its head is read, the rest runs by. */
static size_t refuse_huge(struct jobserver *s, const struct packet *p, size_t length)
{
    size_t used = length < p->size ? length : p->size;
    char *handle = text_of(p, 0), why[128];

    s->waste = p->size - used;
    snprintf(why, sizeof why, "the workload is too large: at most %d bytes are taken", PACKET_JOB_MOST);
    grab_answered(s);
    job_refuse(s, handle, why);
    free(handle);
    return used;
}

static void after_packet(struct ability *a, struct jobserver *s)
{
    leave_if_idle(s);
    ability_feed(a);
}

static size_t on_bytes(struct connection *c, const char *data, size_t length, void *arg)
{
    struct jobserver *s = arg;
    struct ability *a = s->ability;
    struct packet p;
    struct error e;

    (void)c;
    if (s->waste > 0) {
        size_t used = s->waste < length ? s->waste : length;

        s->waste -= used;
        return used;
    }
    switch (packet_read(data, length, &p, &e)) {
    case PACKET_PARTIAL:
        return 0;
    case PACKET_WHOLE:
        hear(s, &p);
        after_packet(a, s);
        return p.size;
    case PACKET_HUGE:
        length = refuse_huge(s, &p, length);
        after_packet(a, s);
        return length;
    case PACKET_BAD:
        break;
    }
    fall(s, e.text);
    return 0;
}

static void on_lost(struct connection *c, bool broken, void *arg)
{
    (void)c;
    fall(arg, broken ? "the connection broke" : "the server has closed it");
}

/* ---- connecting -------------------------------------------------------------------------------- */

static void on_late(void *arg)
{
    struct jobserver *s = arg;

    s->timer = NULL;
    fall(s, "it does not answer");
}

static void on_dialed(int fd, const char *why, void *arg)
{
    struct jobserver *s = arg;

    s->dial = NULL;
    timer_stop(&s->timer);
    if (fd < 0) {
        fall(s, why);
        return;
    }
    log_at(s->attempts > 0 ? LOG_NOTICE : LOG_INFO, "gearman:%s: connected to %s", function_of(s), s->address);
    s->state = JOBSERVER_OPEN;
    s->since = clock_now();
    s->window = 1;
    s->why.text[0] = '\0';
    s->connection = connection_open(loop_of(s), fd, on_bytes, on_lost, s);
    connection_keep_alive(s->connection, IDLE);
    packet_write_text(&s->out, PACKET_OPTION_REQ, "exceptions");
    jobserver_introduce(s);
    sleep_now(s);
}

static void dial(void *arg)
{
    struct jobserver *s = arg;
    struct endpoint to;
    struct error e;

    s->timer = NULL;
    s->state = JOBSERVER_DIALING;
    if (!crew_endpoint(s->address, &to, &e)) {
        fall(s, e.text);
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
