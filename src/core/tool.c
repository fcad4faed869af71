#include "core/tool.h"

#include "base/xalloc.h"
#include "core/companion.h"
#include "core/environment.h"
#include "os/clock.h"
#include "os/pipes.h"
#include "os/stream.h"
#include "os/user_cache.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE = 1000 }; /* how long others may hold the pipes when it has ended */

struct mouth {
    struct tool *tool;
    const char *name;
    struct stream *stream; /* NULL: it has ended */
    struct buffer text;
};

struct tool {
    struct loop *loop;
    struct child *child;
    struct companion *companion; /* NULL: it has ended */
    struct mouth out, err;
    struct buffer input; /* of which the first `sent` bytes are written */
    size_t sent;
    int input_fd; /* -1: all was written */
    struct watch *writable;
    struct timer *timer; /* the time it has, then the patience with its pipes */
    size_t max_output;
    msec timeout;
    bool ended;
    struct child_exit exit;
    struct error error; /* why it was killed; "": it was not */
    tool_fn *fn;
    void *arg;
};

static void note_pipes(struct tool *t)
{
    if (t->companion != NULL)
        companion_pipes(t->companion, t->out.stream != NULL ? stream_fd(t->out.stream) : -1,
                        t->err.stream != NULL ? stream_fd(t->err.stream) : -1, t->input_fd >= 0);
}

static void close_input(struct tool *t)
{
    if (t->input_fd < 0)
        return;
    watch_stop(&t->writable);
    close(t->input_fd);
    t->input_fd = -1;
    note_pipes(t);
}

static void end_companion(struct tool *t)
{
    companion_free(t->companion);
    t->companion = NULL;
}

static void destroy(struct tool *t)
{
    end_companion(t);
    close_input(t);
    timer_stop(&t->timer);
    stream_close(t->out.stream);
    stream_close(t->err.stream);
    child_free(t->child);
    buffer_free(&t->out.text);
    buffer_free(&t->err.text);
    buffer_free(&t->input);
    free(t);
}

static void finish(struct tool *t)
{
    struct tool_result result = { .error = t->error.text[0] != '\0' ? t->error.text : NULL,
                                  .code = t->exit.signal == 0 ? t->exit.code : -1,
                                  .signal = t->exit.signal,
                                  .out = &t->out.text,
                                  .err = &t->err.text };

    t->fn(&result, t->arg);
    destroy(t);
}

static void check_over(struct tool *t)
{
    if (t->ended && t->out.stream == NULL && t->err.stream == NULL)
        finish(t);
}

static void kill_it(struct tool *t)
{
    close_input(t);
    if (!t->ended)
        child_signal_group(t->child, SIGKILL, NULL);
}

/* ---- its streams ------------------------------------------------------------------------------- */

static void on_data(const char *data, size_t length, void *arg)
{
    struct mouth *m = arg;
    struct tool *t = m->tool;

    if (data == NULL) {
        stream_close(m->stream);
        m->stream = NULL;
        note_pipes(t);
        check_over(t);
    } else if (m->text.length + length <= t->max_output) {
        buffer_add(&m->text, data, length);
    } else if (t->error.text[0] == '\0') {
        failure(&t->error, "it wrote more than %zu bytes to %s (max_output)", t->max_output, m->name);
        kill_it(t);
    }
}

static void on_writable(int fd, int what, void *arg)
{
    struct tool *t = arg;
    ssize_t n = write(fd, t->input.data + t->sent, t->input.length - t->sent);

    (void)what;
    if (n > 0)
        t->sent += (size_t)n;
    if ((n < 0 && errno != EAGAIN && errno != EINTR) || t->sent == t->input.length)
        close_input(t); /* it need not read all of it */
}

/* ---- its end ----------------------------------------------------------------------------------- */

static void on_impatient(void *arg)
{
    struct tool *t = arg;

    t->timer = NULL;
    stream_close(t->out.stream);
    stream_close(t->err.stream);
    t->out.stream = t->err.stream = NULL;
    check_over(t);
}

/* Runs when the child has been reaped, and its pipes may be read. */
static void on_exit_of(struct child *c, const struct child_exit *exit, void *arg)
{
    struct tool *t = arg;
    bool are_closed = t->out.stream == NULL && t->err.stream == NULL;

    child_signal_group(c, SIGKILL, NULL);
    end_companion(t);
    t->ended = true;
    t->exit = *exit;
    close_input(t);
    timer_stop(&t->timer);
    t->timer = timer_start(t->loop, are_closed ? 0 : PATIENCE, on_impatient, t);
}

static void on_timeout(void *arg)
{
    struct tool *t = arg;
    struct buffer time = { 0 };

    t->timer = NULL;
    duration_format(&time, t->timeout);
    if (t->error.text[0] == '\0')
        failure(&t->error, "it took longer than %s and was killed", time.data);
    buffer_free(&time);
    kill_it(t);
}

/* ---- its start --------------------------------------------------------------------------------- */

static struct child *start_child(struct tool *t, struct children *children, const struct tool_request *r,
                                 const struct pipes *p, struct error *e)
{
    static char *nothing[] = { NULL };
    struct environment env = { 0 };
    struct identity identity;
    struct child_request request = { .argv = r->cmd->word,
                                     .directory = r->workingdir,
                                     .umask = -1,
                                     .stdio = { p->theirs[0], p->theirs[1], p->theirs[2] },
                                     .deathsig = SIGTERM };
    const struct companion_note note = { .what = r->what,
                                         .due = r->timeout >= 0 ? clock_now() + r->timeout : 0,
                                         .out = p->ours[1],
                                         .err = p->ours[2],
                                         .unfed = p->ours[0] >= 0 };
    struct child *c;

    if (r->user != NULL && !user_cache_find(r->user, NULL, NULL, 0, &identity, e))
        return NULL;
    request.identity = r->user != NULL ? &identity : r->identity;
    if (!r->clear_env)
        environment_inherit(&env);
    if (r->env != NULL)
        environment_put_all(&env, r->env);
    request.envp = env.entry != NULL ? env.entry : nothing;
    c = companion_start(&t->companion, &note, children, &request, on_exit_of, t, e);
    environment_free(&env);
    if (r->user != NULL)
        identity_free(&identity);
    return c;
}

static void begin(struct tool *t, const struct tool_request *r, const struct pipes *p)
{
    t->out = (struct mouth){ .tool = t, .name = "stdout" };
    t->err = (struct mouth){ .tool = t, .name = "stderr" };
    t->out.stream = stream_open(t->loop, p->ours[1], on_data, &t->out);
    t->err.stream = stream_open(t->loop, p->ours[2], on_data, &t->err);
    t->input_fd = p->ours[0];
    if (t->input_fd >= 0) {
        buffer_add(&t->input, r->input, r->input_length);
        t->writable = watch_start(t->loop, t->input_fd, WATCH_WRITE, on_writable, t);
    }
    if (t->timeout >= 0)
        t->timer = timer_start(t->loop, t->timeout, on_timeout, t);
}

struct tool *tool_start(struct children *children, struct loop *loop, const struct tool_request *r, tool_fn *fn,
                        void *arg, struct error *e)
{
    struct tool *t;
    struct pipes p;

    if (!pipes_open(&p, r->input != NULL, e))
        return NULL;
    t = xcalloc(1, sizeof *t);
    t->loop = loop;
    t->input_fd = -1;
    t->max_output = r->max_output;
    t->timeout = r->timeout;
    t->fn = fn;
    t->arg = arg;
    t->child = start_child(t, children, r, &p, e);
    pipes_close_theirs(&p);
    if (t->child == NULL) {
        pipes_close_ours(&p);
        free(t);
        return NULL;
    }
    begin(t, r, &p);
    return t;
}

void tool_cancel(struct tool *t)
{
    if (t == NULL)
        return;
    kill_it(t);
    destroy(t);
}
