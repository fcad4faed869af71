#include "logfile_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/file.h"
#include "os/user_cache.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

/* A slow sink that is closed is given so many times so many milliseconds for what waits. */
enum { LAST_WORDS = 10, LAST_WAIT = 10 };

static LIST_HEAD(, logfile) logfiles = LIST_HEAD_INITIALIZER(logfiles);

void logfile_use_children(struct children *children)
{
    compressor_use(children);
}

bool logfile_is_at(const struct logfile *f, const struct stat *st)
{
    return f->device == st->st_dev && f->inode == st->st_ino;
}

/* reeve's own log, or the terminal's `> file`, must not move away under whoever else writes there. */
static bool is_own_stream(const struct stat *st)
{
    struct stat own;

    for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++)
        if (fstat(fd, &own) == 0 && own.st_dev == st->st_dev && own.st_ino == st->st_ino)
            return true;
    return false;
}

static bool give_rights(const struct logfile *f, int fd, struct error *e)
{
    if (f->mode >= 0 && fchmod(fd, (mode_t)f->mode) < 0)
        return failure_errno(e, "cannot set the mode of '%s'", f->path);
    if ((f->uid != (uid_t)-1 || f->gid != (gid_t)-1) && fchown(fd, f->uid, f->gid) < 0)
        return failure_errno(e, "cannot set the owner of '%s'", f->path);
    return true;
}

static bool look_at(int fd, const char *name, struct stat *st, struct error *e)
{
    return fstat(fd, st) == 0 || failure_errno(e, "cannot look at '%s'", name);
}

static int open_file(const struct logfile *f, struct stat *st, struct error *e)
{
    int fd = file_open_append(f->path, f->mode, e);

    if (fd < 0)
        return -1;
    if (look_at(fd, f->path, st, e) && (!S_ISREG(st->st_mode) || give_rights(f, fd, e)))
        return fd;
    close(fd);
    return -1;
}

/* Write to `fd` from now on. */
static void take(struct logfile *f, int fd, const struct stat *st)
{
    watch_stop(&f->watch);
    spout_close(&f->out);
    spout_open(&f->out, fd, st->st_mode);
    if (!logfile_is_at(f, st))
        f->unfinished = 0;
    f->device = st->st_dev;
    f->inode = st->st_ino;
    f->size = st->st_size;
    f->rotates = f->path != NULL && f->out.regular && !is_own_stream(st);
    logfile_keep(f, false);
    if (f->waiting.length > 0)
        logfile_flush(f);
}

bool logfile_open_again(struct logfile *f, struct error *e)
{
    struct stat st;
    int fd = open_file(f, &st, e);

    if (fd < 0)
        return false;
    take(f, fd, &st);
    return true;
}

static bool settle(struct logfile *f, const struct capture_settings *s, struct error *e)
{
    f->max_size = s->max_size;
    f->backups = s->backups;
    f->compress = s->compress;
    f->mode = s->mode;
    f->uid = (uid_t)-1;
    f->gid = (gid_t)-1;
    return s->owner == NULL || user_cache_owner(s->owner, &f->uid, &f->gid, e);
}

/* The one that a former life wrote to, whatever its name is by now. */
static int open_first(const struct logfile *f, struct stat *st, struct error *e)
{
    int fd = logfile_take_descriptor(f);

    if (fd < 0)
        return open_file(f, st, e);
    if (look_at(fd, f->path, st, e))
        return fd;
    close(fd);
    return -1;
}

static struct logfile *logfile_new(struct loop *loop, const char *path)
{
    struct logfile *f = xcalloc(1, sizeof *f);

    f->loop = loop;
    f->path = xstrdup(path);
    f->name = f->path;
    f->out.fd = -1;
    LIST_INIT(&f->users);
    LIST_INSERT_HEAD(&logfiles, f, link);
    return f;
}

static void logfile_free(struct logfile *f)
{
    LIST_REMOVE(f, link);
    logfile_forget_kept(f);
    compressor_stop(&f->compressor);
    watch_stop(&f->watch);
    spout_close(&f->out);
    buffer_free(&f->waiting);
    free(f->path);
    free(f);
}

static struct logfile *join(struct logfile *f, struct logfile_user *user)
{
    LIST_INSERT_HEAD(&f->users, user, link);
    return f;
}

void logfile_write_all(void)
{
    struct logfile *f;

    LIST_FOREACH(f, &logfiles, link)
    logfile_keep(f, true);
}

/* Two names for one file are one file: two who rotate it would undo each other's work. */
static struct logfile *find(const struct stat *st)
{
    struct logfile *f;

    LIST_FOREACH(f, &logfiles, link)
    if (f->path != NULL && f->out.fd >= 0 && logfile_is_at(f, st))
        break;
    return f;
}

struct logfile *logfile_inherit(struct loop *loop, int stream, struct logfile_user *user, struct error *e)
{
    const char *name = stream == STDOUT_FILENO ? "stdout" : "stderr";
    struct logfile *f;
    struct stat st;
    int fd;

    LIST_FOREACH(f, &logfiles, link)
    if (f->path == NULL && f->stream == stream)
        return join(f, user);
    fd = fcntl(stream, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) {
        failure_errno(e, "cannot use reeve's own %s", name);
        return NULL;
    }
    if (!look_at(fd, name, &st, e)) {
        close(fd);
        return NULL;
    }
    f = logfile_new(loop, NULL);
    f->stream = stream;
    f->name = name;
    take(f, fd, &st);
    logfile_take_rest(f);
    return join(f, user);
}

struct logfile *logfile_open(struct loop *loop, const struct capture_settings *s, struct logfile_user *user,
                             struct error *e)
{
    struct logfile *f = logfile_new(loop, s->path);
    struct logfile *other;
    struct stat st;
    int fd = -1;

    if (settle(f, s, e))
        fd = open_first(f, &st, e);
    if (fd < 0) {
        logfile_free(f);
        return NULL;
    }
    other = find(&st);
    if (other != NULL) {
        close(fd);
        logfile_free(f);
        return join(other, user);
    }
    take(f, fd, &st);
    logfile_take_rest(f);
    return join(f, user);
}

/* At reeve's end nobody turns the loop any more. */
static void say_last_words(struct logfile *f)
{
    struct pollfd room = { .fd = f->out.fd, .events = POLLOUT };

    for (int i = 0; i < LAST_WORDS && f->waiting.length > 0 && !logfile_flush(f); i++)
        poll(&room, 1, LAST_WAIT);
    if (f->waiting.length > 0)
        logfile_lose(f, f->waiting.data, f->waiting.length);
    logfile_tell_lost(f, "is closed");
}

void logfile_close(struct logfile *f, struct logfile_user *user)
{
    LIST_REMOVE(user, link);
    if (!LIST_EMPTY(&f->users))
        return;
    say_last_words(f);
    logfile_free(f);
}

void logfile_adopt(struct logfile *f, const struct capture_settings *s)
{
    struct error e;

    if (f->path != NULL && !settle(f, s, &e))
        log_warning("'%s': %s: the owner of new files is not changed", f->name, e.text);
}

bool logfile_wants_lines(const struct logfile *f)
{
    return f->path == NULL || !f->out.regular || LIST_NEXT(LIST_FIRST(&f->users), link) != NULL;
}

bool logfile_is_full(const struct logfile *f)
{
    return f->waiting.length > 0;
}

unsigned long logfile_dropped(const struct logfile *f)
{
    return f->dropped;
}
