#include "core/companion.h"

#include "base/log.h"
#include "base/pack.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/resume.h"
#include "os/stream.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

struct companion {
    LIST_ENTRY(companion) link;
    struct companion_note note; /* owns `what` */
    unsigned entry;
};

/* One of a former life, for which nobody waits but us. */
struct ward {
    LIST_ENTRY(ward) link;
    struct companion *self;
    struct child *child;
    struct timer *limit;
    struct stream *out, *err; /* NULL: it has ended */
    bool was_late;
};

static LIST_HEAD(, companion) companions = LIST_HEAD_INITIALIZER(companions);
static LIST_HEAD(, ward) wards = LIST_HEAD_INITIALIZER(wards);
static struct snapshot *snapshot;

/* ---- in the snapshot --------------------------------------------------------------------------- */

static void write_it(struct companion *c)
{
    const struct companion_note *note = &c->note;
    struct buffer out = { 0 };

    if (snapshot == NULL)
        return;
    pack_text(&out, "what", note->what);
    pack_number(&out, "pid", note->pid);
    pack_number(&out, "due", note->due);
    pack_number(&out, "out", note->out);
    pack_number(&out, "err", note->err);
    pack_number(&out, "unfed", note->unfed);
    snapshot_put(snapshot, &c->entry, "companion", &out);
    buffer_free(&out);
}

struct companion *companion_new(const struct companion_note *note)
{
    struct companion *c = xcalloc(1, sizeof *c);

    c->note = *note;
    c->note.what = note->what != NULL ? xstrdup(note->what) : NULL;
    LIST_INSERT_HEAD(&companions, c, link);
    write_it(c);
    return c;
}

struct child *companion_start(struct companion **c, const struct companion_note *note, struct children *all,
                              const struct child_request *request, child_exit_fn *on_exit, void *arg, struct error *e)
{
    struct companion_note noted = *note;
    struct child *child;

    resume_hold();
    child = child_start(all, request, on_exit, arg, e);
    if (child != NULL) {
        noted.pid = child_pid(child);
        *c = companion_new(&noted);
    }
    resume_release();
    return child;
}

void companion_pipes(struct companion *c, int out, int err, bool unfed)
{
    c->note.out = out;
    c->note.err = err;
    c->note.unfed = unfed;
    write_it(c);
}

void companion_free(struct companion *c)
{
    if (c == NULL)
        return;
    snapshot_drop(snapshot, &c->entry);
    LIST_REMOVE(c, link);
    free((char *)c->note.what);
    free(c);
}

void companions_keep(struct snapshot *s)
{
    struct companion *c;

    snapshot = s;
    LIST_FOREACH(c, &companions, link)
    write_it(c);
}

/* ---- of a former life -------------------------------------------------------------------------- */

static void ward_free(struct ward *w)
{
    LIST_REMOVE(w, link);
    timer_stop(&w->limit);
    stream_close(w->out);
    stream_close(w->err);
    child_free(w->child);
    companion_free(w->self);
    free(w);
}

/* Nobody wants it any more, but without a reader it could not go on writing. */
static void on_words(struct ward *w, struct stream **s, const char *data)
{
    if (data != NULL)
        return;
    stream_close(*s);
    *s = NULL;
    companion_pipes(w->self, w->out != NULL ? w->self->note.out : -1, w->err != NULL ? w->self->note.err : -1, false);
}

static void on_out(const char *data, size_t length, void *arg)
{
    struct ward *w = arg;

    (void)length;
    on_words(w, &w->out, data);
}

static void on_err(const char *data, size_t length, void *arg)
{
    struct ward *w = arg;

    (void)length;
    on_words(w, &w->err, data);
}

static void tell_end(const struct ward *w, const struct child_exit *exit)
{
    const char *what = w->self->note.what;

    if (w->was_late)
        log_warning("%s, begun by a former life of reeve, took too long and was killed", what);
    else if (exit->unknown)
        log_warning("%s, begun by a former life of reeve, has ended, nobody knows how", what);
    else if (exit->signal != 0)
        log_warning("%s, begun by a former life of reeve, was killed by SIG%s", what, signal_name(exit->signal));
    else
        log_at(exit->code == 0 ? LOG_NOTICE : LOG_WARNING, "%s, begun by a former life of reeve, exited with status %d",
               what, exit->code);
}

static void on_exit_of(struct child *child, const struct child_exit *exit, void *arg)
{
    struct ward *w = arg;

    child_signal_group(child, SIGKILL, NULL);
    tell_end(w, exit);
    ward_free(w);
}

static void on_limit(void *arg)
{
    struct ward *w = arg;

    w->limit = NULL;
    w->was_late = true;
    child_signal_group(w->child, SIGKILL, NULL);
}

/* -1: there is none. */
static struct stream *read_on(struct loop *loop, int *fd, stream_fn *fn, struct ward *w)
{
    *fd = *fd >= 0 ? resume_claim(*fd) : -1;
    return *fd >= 0 ? stream_open(loop, *fd, fn, w) : NULL;
}

static void look_after(struct companion_note *note, struct children *all, struct loop *loop)
{
    struct ward *w = xcalloc(1, sizeof *w);

    LIST_INSERT_HEAD(&wards, w, link);
    w->out = read_on(loop, &note->out, on_out, w);
    w->err = read_on(loop, &note->err, on_err, w);
    w->child = child_resume(all, note->pid, 0, note->pid, on_exit_of, w);
    w->self = companion_new(note);
    if (note->due > 0)
        w->limit = timer_start(loop, clock_left(note->due), on_limit, w);
}

static void end_it(const struct companion_note *note, struct children *all)
{
    struct child *child = child_resume(all, note->pid, 0, note->pid, NULL, NULL);

    child_signal_group(child, SIGKILL, NULL);
    child_free(child);
    if (note->what != NULL)
        log_warning("%s was killed: it had not read all of its input, and who wrote that is gone", note->what);
}

struct passage {
    struct children *all;
    struct loop *loop;
};

static void resume(const char *data, size_t length, void *arg)
{
    const struct passage *passage = arg;
    struct companion_note note;
    struct unpack u;
    char *what;

    if (!unpack_begin(&u, data, length))
        return;
    what = unpack_text(&u, "what");
    note = (struct companion_note){ .what = what,
                                    .pid = (pid_t)unpack_number(&u, "pid"),
                                    .due = unpack_number(&u, "due"),
                                    .out = (int)unpack_number(&u, "out"),
                                    .err = (int)unpack_number(&u, "err"),
                                    .unfed = unpack_number(&u, "unfed") != 0 };
    if (note.pid <= 1)
        ; /* it is broken */
    else if (what == NULL || note.unfed)
        end_it(&note, passage->all);
    else
        look_after(&note, passage->all, passage->loop);
    free(what);
}

void companions_resume(const struct former *former, struct children *all, struct loop *loop)
{
    struct passage passage = { all, loop };

    former_each(former, "companion", resume, &passage);
}

void companions_forget(void)
{
    while (!LIST_EMPTY(&wards))
        ward_free(LIST_FIRST(&wards));
}
