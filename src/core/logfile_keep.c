/* Log files from life to life: the descriptor, for the file may have another name by now, and what a slow reader has
 * not taken. */
#include "base/pack.h"
#include "base/xalloc.h"
#include "logfile_private.h"
#include "os/resume.h"
#include "os/snapshot.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of a former life, until somebody opens it. */
struct legacy {
    SLIST_ENTRY(legacy) link;
    char *path; /* NULL: reeve's own */
    int stream;
    int fd; /* -1: it is opened anew */
    size_t unfinished;
    unsigned long dropped;
    struct buffer waiting;
};

static SLIST_HEAD(, legacy) legacies = SLIST_HEAD_INITIALIZER(legacies);
static struct snapshot *snapshot;

void logfile_use_snapshot(struct snapshot *s)
{
    snapshot = s;
}

void logfile_keep(struct logfile *f, bool whole)
{
    struct buffer out = { 0 };

    if (snapshot == NULL)
        return;
    pack_text(&out, "path", f->path);
    pack_number(&out, "stream", f->stream);
    if (f->path != NULL)
        pack_number(&out, "fd", f->out.fd);
    if (whole) {
        pack_number(&out, "unfinished", (int64_t)f->unfinished);
        pack_number(&out, "dropped", (int64_t)f->dropped);
        pack_bytes(&out, "waiting", f->waiting.data, f->waiting.length);
    }
    snapshot_put(snapshot, &f->entry, "logfile", &out);
    buffer_free(&out);
}

void logfile_forget_kept(struct logfile *f)
{
    snapshot_drop(snapshot, &f->entry);
}

void logfile_resume(const char *data, size_t length)
{
    struct legacy *l;
    struct unpack u;

    if (!unpack_begin(&u, data, length))
        return;
    l = xcalloc(1, sizeof *l);
    l->path = unpack_text(&u, "path");
    l->stream = (int)unpack_number(&u, "stream");
    l->fd = resume_claim(unpack_number(&u, "fd"));
    l->unfinished = (size_t)unpack_number(&u, "unfinished");
    l->dropped = (unsigned long)unpack_number(&u, "dropped");
    data = unpack_bytes(&u, "waiting", &length);
    buffer_add(&l->waiting, data, length);
    SLIST_INSERT_HEAD(&legacies, l, link);
}

static bool is_of(const struct legacy *l, const struct logfile *f)
{
    if (f->path == NULL || l->path == NULL)
        return f->path == l->path && f->stream == l->stream;
    return strcmp(f->path, l->path) == 0;
}

static void legacy_free(struct legacy *l)
{
    SLIST_REMOVE(&legacies, l, legacy, link);
    if (l->fd >= 0)
        close(l->fd);
    buffer_free(&l->waiting);
    free(l->path);
    free(l);
}

static struct legacy *find(const struct logfile *f)
{
    struct legacy *l;

    SLIST_FOREACH(l, &legacies, link)
    if (is_of(l, f))
        break;
    return l;
}

int logfile_take_descriptor(const struct logfile *f)
{
    struct legacy *l = find(f);
    int fd = l != NULL ? l->fd : -1;

    if (l != NULL)
        l->fd = -1;
    return fd;
}

void logfile_take_rest(struct logfile *f)
{
    struct legacy *l = find(f);

    if (l == NULL)
        return;
    f->unfinished = l->unfinished;
    f->dropped = l->dropped;
    if (l->waiting.length > 0) {
        buffer_add(&f->waiting, l->waiting.data, l->waiting.length);
        logfile_flush(f);
    }
    legacy_free(l);
}

void logfile_resumed(void)
{
    while (!SLIST_EMPTY(&legacies))
        legacy_free(SLIST_FIRST(&legacies));
}
