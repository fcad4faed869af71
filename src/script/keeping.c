#include "script/keeping.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/scribe.h"
#include "script/task.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct file {
    SLIST_ENTRY(file) link;
    char *path;
    struct scribe *scribe;
    char *told; /* why it could not be written; NULL: it could */
};

/* One or two. */
static SLIST_HEAD(, file) files = SLIST_HEAD_INITIALIZER(files);

static void on_written(const struct error *e, void *arg)
{
    struct file *f = arg;

    if (e != NULL && (f->told == NULL || strcmp(f->told, e->text) != 0))
        log_warning("%s: what it keeps is forgotten at the end", e->text);
    free(f->told);
    f->told = e != NULL ? xstrdup(e->text) : NULL;
}

static struct file *find(const char *path)
{
    struct file *f;

    SLIST_FOREACH(f, &files, link)
    {
        if (strcmp(f->path, path) == 0)
            return f;
    }
    return NULL;
}

static struct file *add(const char *path)
{
    struct file *f = xcalloc(1, sizeof *f);

    f->path = xstrdup(path);
    f->scribe = scribe_open(tasks_loop(), path, on_written, f);
    SLIST_INSERT_HEAD(&files, f, link);
    return f;
}

void keeping_write(const char *path, const char *text, size_t length)
{
    struct file *f = find(path);

    scribe_tell((f != NULL ? f : add(path))->scribe, text, length, 0);
}

void keeping_finish(void)
{
    struct file *f;

    while ((f = SLIST_FIRST(&files)) != NULL) {
        SLIST_REMOVE_HEAD(&files, link);
        scribe_close(f->scribe);
        free(f->path);
        free(f->told);
        free(f);
    }
}
