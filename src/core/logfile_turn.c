#include "logfile_private.h"

#include "base/log.h"
#include "core/line_cutter.h"
#include "core/rotation.h"
#include "os/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* `path` is the file itself, not a link to it. */
static bool move_and_open(struct logfile *f, const char *path, struct error *e)
{
    int moved;

    if (!rotation_turn(path, f->backups, &moved, e))
        return false;
    compressor_shifted(&f->compressor, moved);
    if (!logfile_open_again(f, e)) {
        rotation_undo(path);
        return false;
    }
    if (f->compress)
        compressor_start(&f->compressor, path, f->backups);
    return true;
}

static bool rotate(struct logfile *f, struct error *e)
{
    char *path = realpath(f->path, NULL);
    struct stat st;
    bool done;

    if (path == NULL && errno != ENOENT)
        return failure_errno(e, "cannot look at '%s'", f->path);
    if (path != NULL && lstat(path, &st) == 0 && logfile_is_at(f, &st))
        done = move_and_open(f, path, e);
    else
        done = logfile_open_again(f, e); /* Somebody moved it before us. */
    free(path);
    return done;
}

/* What was asked for, or what the size demands. When it fails the old file goes on growing: better that than a loss. */
void logfile_turn(struct logfile *f)
{
    bool reopen = f->due == TURN_REOPEN;
    struct error e;

    f->due = TURN_NONE;
    if (reopen ? logfile_open_again(f, &e) : rotate(f, &e))
        return;
    log_error("%s: '%s' is not %s", e.text, f->path, reopen ? "reopened" : "rotated");
    f->no_turn_before = clock_now() + LOGFILE_RETRY;
}

/* How many bytes may still go into this file. */
static size_t room(const struct logfile *f, size_t length)
{
    if (f->due != TURN_NONE)
        return 0;
    if (!f->rotates || f->max_size == 0 || f->size + (int64_t)length <= f->max_size)
        return length;
    if (f->no_turn_before != 0 && clock_now() < f->no_turn_before)
        return length;
    return f->size < f->max_size ? (size_t)(f->max_size - f->size) : 0;
}

/* How many of these bytes go into this file, for it to end behind a newline; 0: it is time for a new one. */
size_t logfile_share(const struct logfile *f, const char *data, size_t length)
{
    size_t fits = room(f, length);
    const char *newline;
    size_t rest;

    if (fits == length)
        return length;
    if ((newline = memrchr(data, '\n', fits)) != NULL)
        return (size_t)(newline + 1 - data);
    if (f->unfinished == 0 && (f->size > 0 || f->due != TURN_NONE))
        return 0;
    rest = f->unfinished < LINE_MOST ? LINE_MOST - f->unfinished : 0;
    rest = rest > fits ? rest : fits;
    rest = rest < length ? rest : length;
    newline = memchr(data, '\n', rest);
    return newline != NULL ? (size_t)(newline + 1 - data) : rest;
}

bool logfile_rotate(struct logfile *f, struct error *e)
{
    struct stat st;

    if (!f->rotates)
        return failure(e, "'%s' is not rotated: it is no regular file of its own", f->name);
    if (f->unfinished > 0) {
        f->due = TURN_ROTATE;
        return true;
    }
    if (fstat(f->out.fd, &st) == 0 && st.st_size == 0 && st.st_nlink > 0)
        return true;
    return rotate(f, e);
}

void logfile_reopen(struct logfile *f)
{
    if (f->path == NULL)
        return;
    f->due = TURN_REOPEN;
    if (f->unfinished == 0)
        logfile_turn(f);
}
