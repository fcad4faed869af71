#include "core/compressor.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/companion.h"
#include "os/discard.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct children *children;

void compressor_use(struct children *all)
{
    children = all;
}

/* gzip writes here; the name is changed when all is well. */
static char *unfinished(const struct compressor *c)
{
    return xasprintf("%s.compressing", c->path);
}

/* The newest file that is still plain, or 0. */
static int next_index(const struct compressor *c)
{
    char path[PATH_MAX];
    struct stat st;

    for (int i = 1; i <= c->backups; i++) {
        errno = ENOENT;
        snprintf(path, sizeof path, "%s.%d", c->path, i);
        if (lstat(path, &st) == 0 && S_ISREG(st.st_mode))
            return i;
        if (errno != ENOENT)
            log_warning("cannot look at '%s', which may want to be compressed: %s", path, strerror(errno));
    }
    return 0;
}

/* As large a secret, and whose, as the plain one was. */
static void copy_rights(int from, int to)
{
    struct stat st;

    if (fstat(from, &st) == 0 && fchown(to, st.st_uid, st.st_gid) == 0)
        fchmod(to, st.st_mode & 0777);
}

static int open_unfinished(const struct compressor *c, int plain)
{
    char *path = unfinished(c);
    int fd;

    unlink(path); /* of an earlier life */
    fd = file_open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0)
        copy_rights(plain, fd);
    free(path);
    return fd;
}

static void start_next(struct compressor *c);

/* gzip said that all of it is there: give it its name, and the plain one goes. */
static void take_over(const struct compressor *c)
{
    char *from = unfinished(c);
    char *plain = xasprintf("%s.%d", c->path, c->index);
    char *to = xasprintf("%s.gz", plain);

    if (c->index > c->backups)
        unlink(from);
    else if (rename(from, to) == 0)
        discard_file(plain);
    else
        log_warning("cannot rename '%s' to '%s': %s", from, to, strerror(errno));
    free(from);
    free(plain);
    free(to);
}

static void remove_unfinished(const struct compressor *c)
{
    char *path = unfinished(c);

    unlink(path);
    free(path);
}

static void on_gzip_exit(struct child *child, const struct child_exit *exit, void *arg)
{
    struct compressor *c = arg;

    companion_free(c->companion);
    c->companion = NULL;
    c->gzip = NULL;
    child_free(child);
    if (exit->code == 0) {
        take_over(c);
        start_next(c);
    } else {
        if (c->index <= c->backups)
            log_warning("gzip could not compress '%s.%d': it stays as it is", c->path, c->index);
        remove_unfinished(c);
    }
}

static bool start_gzip(struct compressor *c, int from, int to, struct error *e)
{
    char *argv[] = { "gzip", "-c", NULL };
    struct child_request request = {
        .argv = argv,
        .envp = environ,
        .umask = -1,
        .stdio = { from, to, STDERR_FILENO },
        .has_nice = true,
        .nice = 19,
        .deathsig = SIGKILL,
    };
    const struct companion_note note = { .out = -1, .err = -1 };

    c->gzip = companion_start(&c->companion, &note, children, &request, on_gzip_exit, c, e);
    return c->gzip != NULL;
}

/* Whoever may write the folder may have put something else there by now, such as a FIFO to wait at. */
static int open_plain(const char *path)
{
    int fd = file_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0), reason = EINVAL;
    struct stat st;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0)
        reason = errno;
    else if (S_ISREG(st.st_mode))
        return fd;
    close(fd);
    errno = reason;
    return -1;
}

/* Start gzip on PATH.index. */
static bool compress(struct compressor *c, struct error *e)
{
    char *path = xasprintf("%s.%d", c->path, c->index);
    int from = open_plain(path);
    int to = from >= 0 ? open_unfinished(c, from) : -1;
    bool done = to >= 0 ? start_gzip(c, from, to, e) : failure(e, "%s", strerror(errno));

    if (!done) {
        remove_unfinished(c);
        failure_in(e, "cannot compress '%s'", path);
    }
    if (from >= 0)
        close(from);
    if (to >= 0)
        close(to);
    free(path);
    return done;
}

static void start_next(struct compressor *c)
{
    struct error e;

    c->index = next_index(c);
    if (c->index > 0 && !compress(c, &e))
        log_warning("%s", e.text);
}

void compressor_start(struct compressor *c, const char *path, int backups)
{
    if (children == NULL)
        return;
    if (c->path == NULL || strcmp(c->path, path) != 0) {
        compressor_stop(c);
        c->path = xstrdup(path);
    }
    c->backups = backups;
    if (c->gzip == NULL)
        start_next(c);
}

void compressor_shifted(struct compressor *c, int last)
{
    if (c->gzip == NULL)
        return;
    if (c->index <= last)
        c->index++;
    else if (c->index == last + 1)
        c->index = INT_MAX; /* It made room for the one before it. */
}

void compressor_stop(struct compressor *c)
{
    companion_free(c->companion);
    if (c->gzip != NULL) {
        child_signal(c->gzip, SIGKILL, NULL);
        child_free(c->gzip);
        remove_unfinished(c);
    }
    free(c->path);
    *c = (struct compressor){ 0 };
}
