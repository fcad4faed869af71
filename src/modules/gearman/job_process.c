/* A job's process: EXECUTOR FUNCTION UNIQUE BYTES, in a work directory of its own, with the payload on its stdin. It
 * need not read it: a pipe that nobody reads any more is no failure. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/limits.h"
#include "os/pipes.h"
#include "os/scratch.h"
#include "os/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LABEL_MOST = 64 };

/* ---- the work directory ------------------------------------------------------------------------ */

static const char *folders_of(const struct crew *c)
{
    const char *said = c->settings.workdir != NULL ? c->settings.workdir : getenv("TMPDIR");

    return said != NULL && *said == '/' ? said : "/tmp";
}

/* Of the function's name only what may stand in a path; nothing of the unique id, which the client has chosen. */
static void make_label(const char *function, char label[LABEL_MOST + 16])
{
    size_t length = 0;

    for (const char *p = function; *p != '\0' && length < LABEL_MOST; p++)
        if ((*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_')
            label[length++] = *p;
    snprintf(label + length, 16, "-");
}

static bool make_folder(struct job *j, const struct identity *identity, struct error *e)
{
    char label[LABEL_MOST + 16];

    make_label(j->ability->definition.name, label);
    j->folder = scratch_make(folders_of(j->ability->crew), label, identity, e);
    return j->folder != NULL;
}

/* One that takes longer. */
struct removal {
    LIST_ENTRY(removal) link;
    struct loop *loop;
    struct timer *timer;
    char *path; /* owned */
};

static LIST_HEAD(, removal) removals = LIST_HEAD_INITIALIZER(removals);

/* False: there is more to do. */
static bool remove_some(struct removal *r)
{
    struct error e;

    if (!scratch_remove(r->path, &e))
        return false;
    if (e.text[0] != '\0')
        log_warning("gearman: %s", e.text);
    timer_stop(&r->timer);
    LIST_REMOVE(r, link);
    free(r->path);
    free(r);
    return true;
}

static void remove_more(void *arg)
{
    struct removal *r = arg;

    r->timer = NULL;
    if (!remove_some(r))
        r->timer = timer_start(r->loop, 0, remove_more, r);
}

void job_remove_folder(struct loop *loop, char *path)
{
    struct removal *r;

    if (rmdir(path) == 0) {
        free(path);
        return;
    }
    r = xcalloc(1, sizeof *r);
    r->loop = loop;
    r->path = path;
    LIST_INSERT_HEAD(&removals, r, link);
    remove_more(r);
}

void job_finish_removals(msec limit)
{
    msec end = clock_now() + limit;
    struct removal *r;

    while ((r = LIST_FIRST(&removals)) != NULL && clock_now() < end)
        remove_some(r);
    LIST_FOREACH(r, &removals, link)
    {
        log_warning("gearman: there was no time to remove '%s'", r->path);
        timer_stop(&r->timer);
    }
}

/* ---- stdin ------------------------------------------------------------------------------------- */

void job_close_input(struct job *j)
{
    watch_stop(&j->writable);
    if (j->input >= 0)
        close(j->input);
    j->input = -1;
    buffer_free(&j->payload);
}

/* How many bytes it took; everything if it reads no more. */
static size_t feed(int fd, const char *data, size_t length)
{
    ssize_t n;

    do
        n = write(fd, data, length);
    while (n < 0 && errno == EINTR);
    if (n >= 0)
        return (size_t)n;
    return errno == EAGAIN ? 0 : length;
}

static void on_writable(int fd, int what, void *arg)
{
    struct job *j = arg;

    (void)what;
    j->payload_sent += feed(fd, j->payload.data + j->payload_sent, j->payload.length - j->payload_sent);
    if (j->payload_sent == j->payload.length)
        job_close_input(j);
}

/* Most payloads fit into the pipe; an empty one has none. */
static void begin_input(struct job *j, int fd, const char *payload, size_t length)
{
    size_t n = length > 0 ? feed(fd, payload, length) : 0;

    j->input = fd;
    if (n == length) {
        job_close_input(j);
        return;
    }
    buffer_add(&j->payload, payload + n, length - n);
    j->writable = watch_start(crew_loop(j->ability->crew), fd, WATCH_WRITE, on_writable, j);
}

/* ---- the process ------------------------------------------------------------------------------- */

static bool spawn(struct job *j, const struct pipes *p, const struct identity *identity, child_exit_fn *on_exit,
                  struct error *e)
{
    static char *nothing[] = { NULL };
    const struct ability *a = j->ability;
    struct crew *c = a->crew;
    char bytes[24];
    char *argv[] = { a->definition.executor, a->definition.name, j->unique, bytes, NULL };
    struct limit files;
    struct child_request request = { .argv = argv,
                                     .envp = c->settings.env.count > 0 ? c->settings.env.word : nothing,
                                     .directory = j->folder,
                                     .umask = -1,
                                     .stdio = { p->theirs[0], p->theirs[1], p->theirs[2] },
                                     .identity = identity,
                                     .deathsig = SIGTERM,
                                     .in_our_session = true };
    const struct companion_note note = { .out = -1, .err = -1 };

    snprintf(bytes, sizeof bytes, "%zu", j->payload_length);
    if (limits_files_before(&files)) {
        request.limits = &files;
        request.limit_count = 1;
    }
    j->child = companion_start(&j->companion, &note, supervisor_children(c->supervisor), &request, on_exit, j, e);
    return j->child != NULL;
}

bool job_spawn(struct job *j, const char *payload, size_t length, child_exit_fn *on_exit, struct error *e)
{
    struct loop *loop = crew_loop(j->ability->crew);
    const struct identity *identity;
    struct pipes p;
    bool good;

    if (!crew_identity(j->ability->crew, &identity, e) || !make_folder(j, identity, e) ||
        !pipes_open(&p, length > 0, e))
        return false;
    good = spawn(j, &p, identity, on_exit, e);
    pipes_close_theirs(&p);
    if (!good) {
        pipes_close_ours(&p);
        return false;
    }
    begin_input(j, p.ours[0], payload, length);
    j->out.stream = stream_open(loop, p.ours[1], job_on_stdout, &j->out);
    j->err.stream = stream_open(loop, p.ours[2], job_on_stderr, &j->err);
    return true;
}
