#include "core/readiness.h"

#include "base/xalloc.h"
#include "core/line_cutter.h"
#include "core/output.h"
#include "core/probe.h"
#include "core/process.h"
#include "core/supervisor.h"
#include "keep.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AGAIN = 100, PROBE_LIMIT = 3000 };

/* One stream of the process, heard line by line. */
struct ear {
    struct readiness *readiness;
    struct output_listener *listener;
    struct line_cutter cutter;
};

struct readiness {
    struct process *process;
    struct ready_settings *settings; /* a copy; NULL: a function is asked */
    readiness_fn *on_end;
    struct timer *limit;
    msec deadline;
    struct probe *probe; /* one of these two, of what is probed */
    struct timer *again;
    struct error last;   /* what the last probe found wrong */
    struct watch *watch; /* of `fd` */
    int fd;
    struct ear ears[2];
    void *question; /* to the function */
    struct timer *soon;
    struct error error;
};

static struct loop *loop_of(const struct readiness *r)
{
    return supervisor_loop(process_supervisor(r->process));
}

static void end(struct readiness *r, const char *why)
{
    struct process *p = r->process;
    readiness_fn *on_end = r->on_end;
    struct error reason = { "" };

    if (why != NULL)
        failure(&reason, "%s", why);
    readiness_stop(&r);
    on_end(p, why != NULL ? reason.text : NULL);
}

static void on_soon(void *arg)
{
    struct readiness *r = arg;

    r->soon = NULL;
    end(r, r->error.text[0] != '\0' ? r->error.text : NULL);
}

static void end_soon(struct readiness *r)
{
    if (r->soon == NULL)
        r->soon = timer_start(loop_of(r), 0, on_soon, r);
    process_touch(r->process);
}

/* -- time ------------------------------------------------------------------------------------------------------- */

static void on_limit(void *arg)
{
    struct readiness *r = arg;
    struct buffer why = { 0 };

    r->limit = NULL;
    buffer_add_text(&why, "not ready within ");
    duration_format_seconds(&why, r->deadline - process_started(r->process));
    if (r->last.text[0] != '\0')
        buffer_addf(&why, ": %s", r->last.text);
    end(r, why.data);
    buffer_free(&why);
}

const char *readiness_lack(const struct readiness *r)
{
    if (r->last.text[0] != '\0')
        return r->last.text;
    if (r->settings == NULL)
        return "the answer of the function";
    switch (r->settings->kind) {
    case READY_NOTIFY:
        return "READY=1 by sd_notify(3)";
    case READY_FD:
        return "the newline";
    case READY_LINE:
        return "the line of output";
    default:
        return "the first answer";
    }
}

static void set_deadline(struct readiness *r, msec deadline)
{
    timer_stop(&r->limit);
    r->deadline = deadline;
    r->limit = timer_start(loop_of(r), clock_left(deadline), on_limit, r);
}

void readiness_extend(struct readiness *r, msec time)
{
    if (clock_now() + time <= r->deadline)
        return;
    set_deadline(r, clock_now() + time);
    process_touch(r->process);
}

/* -- probes ----------------------------------------------------------------------------------------------------- */

static void on_again(void *arg);

static void on_probed(enum probe_result result, const char *why, void *arg)
{
    struct readiness *r = arg;

    r->probe = NULL;
    if (result == PROBE_GOOD) {
        end(r, NULL);
        return;
    }
    failure(&r->last, "%s", why);
    r->again = timer_start(loop_of(r), AGAIN, on_again, r);
}

/* Only a command may need all the time there is. */
static void look(struct readiness *r)
{
    const struct ready_settings *s = r->settings;
    const struct probe_target target = { .tcp = s->tcp,
                                         .unix_path = s->unix_path,
                                         .http = s->http,
                                         .status = s->status,
                                         .file = s->file,
                                         .exec = &s->exec };
    msec left = r->deadline - clock_now();

    r->probe = probe_start(r->process, &target, s->kind == READY_EXEC && left > PROBE_LIMIT ? left : PROBE_LIMIT,
                           on_probed, r);
}

static void on_again(void *arg)
{
    struct readiness *r = arg;

    r->again = NULL;
    look(r);
}

/* -- a newline -------------------------------------------------------------------------------------------------- */

/* Whoever closes it without a newline will not be ready any more; but that is for ready_timeout to say, or, more often,
 * for the exit that comes with it. */
static void on_fd(int fd, int what, void *arg)
{
    struct readiness *r = arg;
    char data[256];
    ssize_t n = read(fd, data, sizeof data);

    (void)what;
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0 && memchr(data, '\n', (size_t)n) != NULL)
        end(r, NULL);
    else if (n <= 0)
        watch_stop(&r->watch);
}

/* -- a line of output ------------------------------------------------------------------------------------------- */

static void on_line(const char *line, size_t length, void *arg)
{
    struct ear *ear = arg;
    struct readiness *r = ear->readiness;
    const struct supervisor_upward *up = supervisor_upward(process_supervisor(r->process));

    if (r->soon == NULL && up->match != NULL && up->match(up->arg, r->settings->line, line, length))
        end_soon(r);
}

static void on_output(const char *data, size_t length, void *arg)
{
    struct ear *ear = arg;

    line_cutter_feed(&ear->cutter, data, length, on_line, ear);
}

static void listen_to(struct readiness *r, int stream)
{
    struct output *o = process_output(r->process, stream);
    struct ear *ear = &r->ears[stream - 1];

    ear->readiness = r;
    if (o != NULL)
        ear->listener = output_listen(o, on_output, ear);
}

static void stop_listening(struct ear *ear)
{
    output_unlisten(&ear->listener);
    line_cutter_free(&ear->cutter);
}

/* -- begin and end ---------------------------------------------------------------------------------------------- */

static void on_answer(bool ok, const char *why, void *arg)
{
    struct readiness *r = arg;

    r->question = NULL;
    if (!ok)
        failure(&r->error, "not ready: %s", why != NULL ? why : "the function says no");
    end_soon(r);
}

static void ask(struct readiness *r, const struct function *f)
{
    const struct supervisor_upward *up = supervisor_upward(process_supervisor(r->process));

    if (up->request != NULL)
        r->question = up->request(up->arg, r->process, f, NULL, on_answer, r);
    else
        on_answer(false, "there is nobody to call the function", r);
}

static void begin(struct readiness *r)
{
    switch (r->settings->kind) {
    case READY_NOTIFY:
        break;
    case READY_FD:
        if (r->fd >= 0)
            r->watch = watch_start(loop_of(r), r->fd, WATCH_READ, on_fd, r);
        break;
    case READY_LINE:
        listen_to(r, 1);
        listen_to(r, 2);
        break;
    default:
        look(r);
    }
}

struct readiness *readiness_start(struct process *p, int fd, readiness_fn *on_end)
{
    const struct program *program = process_program(p);
    const struct function *f = program_function(program, "ready");
    struct readiness *r = xcalloc(1, sizeof *r);

    r->process = p;
    r->fd = fd;
    r->on_end = on_end;
    set_deadline(r, process_started(p) + program->common->ready_timeout);
    if (f != NULL) {
        ask(r, f);
    } else {
        r->settings = xmalloc(sizeof *r->settings);
        record_copy(r->settings, program->ready);
        begin(r);
    }
    return r;
}

void readiness_told(struct readiness *r)
{
    if (r->settings != NULL && r->settings->kind == READY_NOTIFY)
        end_soon(r);
}

int readiness_fd(const struct readiness *r)
{
    return r->fd;
}

msec readiness_deadline(const struct readiness *r)
{
    return r != NULL ? r->deadline : 0;
}

bool readiness_is_over(const struct readiness *r)
{
    return r != NULL && r->soon != NULL && r->error.text[0] == '\0';
}

void readiness_resume(struct readiness *r, msec deadline, bool over)
{
    if (deadline > 0)
        set_deadline(r, deadline);
    if (over)
        end_soon(r);
}

static void withdraw(struct readiness *r)
{
    const struct supervisor_upward *up = supervisor_upward(process_supervisor(r->process));

    if (r->question != NULL)
        up->withdraw(up->arg, r->question);
    r->question = NULL;
}

void readiness_stop(struct readiness **readiness)
{
    struct readiness *r = *readiness;

    if (r == NULL)
        return;
    withdraw(r);
    timer_stop(&r->limit);
    timer_stop(&r->again);
    timer_stop(&r->soon);
    probe_stop(&r->probe);
    watch_stop(&r->watch);
    stop_listening(&r->ears[0]);
    stop_listening(&r->ears[1]);
    if (r->fd >= 0)
        close(r->fd);
    if (r->settings != NULL)
        record_clear(r->settings);
    free(r->settings);
    free(r);
    *readiness = NULL;
}
