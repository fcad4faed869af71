/* One thread at most is writing. What is told meanwhile is due when it is done, and so is what no thread can be had
 * for, after another try. */
#include "os/scribe.h"

#include "base/xalloc.h"
#include "os/chore.h"
#include "os/file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { THREADS_MOST = 16, TRY_AGAIN = 1000, MODE = 0600 };

/* What is to be done. */
struct writing {
    char *path;
    char *text; /* NULL: the file goes */
    size_t length;
    bool good;
    struct error error;
};

struct scribe {
    struct loop *loop;
    char *path;
    scribe_done_fn *fn;
    void *arg;
    char *text; /* what it was told last */
    size_t length;
    bool due; /* nobody writes that yet */
    struct chore *chore;
    struct timer *again;
};

/* ---- the thread's ------------------------------------------------------------------------------ */

static bool remove_file(const char *path, struct error *e)
{
    return unlink(path) == 0 || errno == ENOENT || failure_errno(e, "cannot remove '%s'", path);
}

static void do_writing(void *work)
{
    struct writing *w = work;

    w->good =
        w->text != NULL ? file_replace(w->path, w->text, w->length, MODE, &w->error) : remove_file(w->path, &w->error);
}

static void free_writing(void *work)
{
    struct writing *w = work;

    free(w->path);
    free(w->text);
    free(w);
}

static struct chore_kind threads = { .run = do_writing, .free = free_writing, .most = THREADS_MOST };

/* ---- ours -------------------------------------------------------------------------------------- */

static struct writing *what_is_due(const struct scribe *s)
{
    struct writing *w = xcalloc(1, sizeof *w);

    w->path = xstrdup(s->path);
    w->text = s->text != NULL ? xstrndup(s->text, s->length) : NULL;
    w->length = s->length;
    return w;
}

static void tell(const struct scribe *s, const struct writing *w)
{
    s->fn(w->good ? NULL : &w->error, s->arg);
}

static void begin(void *arg);

static void on_done(void *work, void *arg)
{
    struct scribe *s = arg;

    s->chore = NULL;
    if (s->due)
        begin(s);
    else
        tell(s, work);
}

static void begin(void *arg)
{
    struct scribe *s = arg;
    struct error e;

    s->again = NULL;
    s->chore = chore_start(s->loop, &threads, what_is_due(s), on_done, s, &e);
    s->due = s->chore == NULL;
    if (s->due)
        s->again = timer_start(s->loop, TRY_AGAIN, begin, s);
}

struct scribe *scribe_open(struct loop *loop, const char *path, scribe_done_fn *fn, void *arg)
{
    struct scribe *s = xcalloc(1, sizeof *s);

    *s = (struct scribe){ .loop = loop, .path = xstrdup(path), .fn = fn, .arg = arg };
    return s;
}

void scribe_tell(struct scribe *s, const char *text, size_t length, int patience)
{
    free(s->text);
    s->text = text != NULL ? xstrndup(text, length) : NULL;
    s->length = length;
    s->due = true;
    if (s->chore != NULL || s->again != NULL)
        return;
    begin(s);
    if (s->chore != NULL && patience > 0)
        chore_wait(s->chore, patience);
}

/* There was no thread for it, and now there is no time to wait for one. */
static void do_it_here(struct scribe *s)
{
    struct writing *w = what_is_due(s);

    do_writing(w);
    tell(s, w);
    free_writing(w);
}

void scribe_close(struct scribe *s)
{
    if (s == NULL)
        return;
    while (s->chore != NULL)
        chore_wait(s->chore, -1);
    timer_stop(&s->again);
    if (s->due)
        do_it_here(s);
    free(s->text);
    free(s->path);
    free(s);
}
