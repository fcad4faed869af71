#include "os/file.h"

#include "base/xalloc.h"
#include "os/folder.h"
#include "os/links.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TAIL_FIRST = 64 << 10 }; /* bytes that are looked at first */

int file_open(const char *path, int flags, mode_t mode)
{
    int fd;

    do
        fd = links_open(path, flags, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

/* Why an open failed, in words that are better than errno's where errno is obscure. False. */
static bool explain_open(const char *path, struct error *e)
{
    int reason = errno;
    char *folder = folder_of(path);
    struct stat st;

    if (reason == ENOENT && folder_is_missing(folder))
        failure(e, "cannot open '%s': %s: there is no folder '%s'", path, strerror(reason), folder);
    else if (reason == ENXIO && stat(path, &st) == 0 && S_ISFIFO(st.st_mode))
        failure(e, "cannot open '%s': nobody reads this FIFO", path);
    else if (reason == EXDEV)
        failure(e, "cannot open '%s': a symbolic link on the way to it is another user's and leads to what is not his",
                path);
    else if (reason == ENXIO)
        failure(e, "cannot open '%s': it is a socket or a device that is not there", path);
    else
        failure(e, "cannot open '%s': %s", path, strerror(reason));
    free(folder);
    return false;
}

/* Our own stdout may be a socket (of a journal) or belong to the user we were before. */
static int open_own(const char *path)
{
    static const struct {
        const char *path;
        int fd;
    } own[] = { { "/dev/stdout", STDOUT_FILENO },     { "/dev/stderr", STDERR_FILENO },
                { "/dev/fd/1", STDOUT_FILENO },       { "/dev/fd/2", STDERR_FILENO },
                { "/proc/self/fd/1", STDOUT_FILENO }, { "/proc/self/fd/2", STDERR_FILENO } };
    int reason = errno;
    int fd = -1;

    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(path, own[i].path) == 0)
            fd = fcntl(own[i].fd, F_DUPFD_CLOEXEC, 3);
    }
    errno = reason;
    return fd;
}

/* An old file is opened without O_CREAT: its mode stays, and sticky folders may forbid the flag for other people's
 * files. */
static int open_or_make(const char *path, int mode)
{
    const int flags = O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    mode_t asked = mode >= 0 ? (mode_t)mode : 0644;
    int fd = file_open(path, flags, 0);

    if (fd >= 0 || errno != ENOENT)
        return fd;
    fd = file_open(path, flags | O_CREAT | O_EXCL, asked);
    if (fd >= 0 && mode >= 0)
        fchmod(fd, asked);
    else if (fd < 0 && errno == EEXIST) /* a link to nothing, or somebody was quicker */
        fd = file_open(path, flags | O_CREAT, asked);
    return fd;
}

static void block_on_regular(int fd)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        fcntl(fd, F_SETFL, O_APPEND);
}

int file_open_append(const char *path, int mode, struct error *e)
{
    int fd = open_or_make(path, mode);

    if (fd < 0 && (fd = open_own(path)) >= 0)
        return fd;
    if (fd < 0)
        explain_open(path, e);
    else
        block_on_regular(fd);
    return fd;
}

int file_open_read(const char *path, struct error *e)
{
    int fd = file_open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
    struct stat st;

    if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISDIR(st.st_mode)))
        return fd;
    if (fd >= 0) {
        close(fd);
        errno = EISDIR;
    }
    explain_open(path, e);
    return -1;
}

static int open_regular(const char *path, struct stat *st, struct error *e)
{
    int fd = file_open_read(path, e);

    if (fd < 0)
        return -1;
    if (fstat(fd, st) < 0)
        failure_errno(e, "cannot read '%s'", path);
    else if (S_ISREG(st->st_mode))
        return fd;
    else
        failure(e, "cannot read '%s': it is no regular file", path);
    close(fd);
    return -1;
}

/* What was read into its room has no zero byte at its end yet. */
static void set_length(struct buffer *b, size_t length)
{
    b->length = length;
    buffer_add(b, NULL, 0);
}

/* Up to `length` bytes from `offset` on; false, with errno, on failure. */
static bool read_at(int fd, off_t offset, size_t length, struct buffer *out)
{
    ssize_t n = 1;

    buffer_reserve(out, length);
    while (length > 0 && n != 0) {
        n = pread(fd, out->data + out->length, length, offset);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        out->length += (size_t)n;
        offset += n;
        length -= (size_t)n;
    }
    return true;
}

/* Files of /proc say that they are empty: one byte more than allowed is asked for, whatever the size. */
static bool read_all(int fd, const char *path, size_t most, struct buffer *out, struct error *e)
{
    size_t before = out->length;
    size_t step, got;

    do {
        got = out->length - before;
        step = got < TAIL_FIRST ? TAIL_FIRST : got;
        step = step < most + 1 - got ? step : most + 1 - got;
        if (!read_at(fd, (off_t)got, step, out))
            return failure_errno(e, "cannot read '%s'", path);
    } while (out->length - before == got + step && got + step <= most);
    if (out->length - before > most)
        return failure(e, "cannot read '%s': it has more than %zu bytes", path, most);
    return true;
}

int file_null(struct error *e)
{
    static int fd = -1;

    if (fd < 0)
        fd = file_open("/dev/null", O_RDWR | O_CLOEXEC, 0);
    if (fd < 0)
        failure_errno(e, "cannot open '/dev/null'");
    return fd;
}

bool file_read(const char *path, size_t most, struct buffer *out, struct error *e)
{
    struct stat st;

    return file_read_known(path, most, out, &st, e);
}

bool file_read_known(const char *path, size_t most, struct buffer *out, struct stat *st, struct error *e)
{
    size_t before = out->length;
    int fd = open_regular(path, st, e);
    bool done;

    assert(most < SIZE_MAX / 4);
    if (fd < 0)
        return false;
    done = st->st_size <= (off_t)most ? read_all(fd, path, most, out, e)
                                      : failure(e, "cannot read '%s': it has more than %zu bytes", path, most);
    close(fd);
    set_length(out, done ? out->length : before);
    return done;
}

bool file_write(int fd, const char *data, size_t length)
{
    while (length > 0) {
        ssize_t n = write(fd, data, length);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        data += n;
        length -= (size_t)n;
    }
    return true;
}

static bool sync_file(int fd)
{
    int result;

    do
        result = fsync(fd);
    while (result < 0 && errno == EINTR);
    return result == 0;
}

/* `beside` is a new file next to `path`. */
static bool fill_and_rename(int fd, const char *beside, const char *path, const void *data, size_t length, mode_t mode,
                            bool lasts)
{
    bool done = file_write(fd, data, length) && fchmod(fd, mode) == 0 && (!lasts || sync_file(fd));
    int reason = errno;

    close(fd);
    errno = reason;
    return done && rename(beside, path) == 0;
}

/* A device or a pipe that became a file would be missed by everybody. */
static bool is_something_else(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

/* `lasts`: over a power cut, too. */
static bool replace(const char *path, const void *data, size_t length, mode_t mode, bool lasts, struct error *e)
{
    char *beside;
    int fd;
    bool done = false;

    if (is_something_else(path))
        return failure(e, "cannot write '%s': it is no regular file", path);
    beside = xasprintf("%s.XXXXXX", path);
    fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0) {
        explain_open(path, e);
    } else if (!fill_and_rename(fd, beside, path, data, length, mode, lasts)) {
        failure_errno(e, "cannot write '%s'", path);
        unlink(beside);
    } else {
        if (lasts)
            folder_sync_for(path); /* else a power cut could undo the rename */
        done = true;
    }
    free(beside);
    return done;
}

bool file_replace(const char *path, const void *data, size_t length, mode_t mode, struct error *e)
{
    return replace(path, data, length, mode, true, e);
}

bool file_swap(const char *path, const void *data, size_t length, mode_t mode, struct error *e)
{
    return replace(path, data, length, mode, false, e);
}

bool file_put(const char *path, const char *data, size_t length, mode_t mode, struct error *e)
{
    struct stat st;
    int fd;
    bool done;

    if (lstat(path, &st) < 0 || S_ISREG(st.st_mode))
        return file_replace(path, data, length, mode, e);
    fd = file_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (fd < 0)
        return explain_open(path, e);
    done = file_write(fd, data, length) || failure_errno(e, "cannot write '%s'", path);
    close(fd);
    return done;
}

/* The place after the `lines`th newline from the end (one at the very end is the last line's own); NULL: there are
 * fewer. */
static const char *start_of_last(const char *data, size_t length, size_t lines)
{
    const char *end = data + length;

    if (length > 0 && end[-1] == '\n')
        end--;
    for (; lines > 0; lines--) {
        end = memrchr(data, '\n', (size_t)(end - data));
        if (end == NULL)
            return NULL;
    }
    return end + 1;
}

/* Look at more and more of the file's end until enough lines are there. */
static bool tail(int fd, off_t size, size_t lines, size_t most, struct buffer *out)
{
    size_t all = size < (off_t)most ? (size_t)size : most;
    size_t before = out->length;
    size_t part = TAIL_FIRST;
    const char *start;

    for (;; part *= 4) {
        part = part < all ? part : all;
        out->length = before;
        if (!read_at(fd, size - (off_t)part, part, out))
            return false;
        start = start_of_last(out->data + before, out->length - before, lines);
        if (start != NULL || part == all)
            break;
    }
    if (start != NULL) {
        out->length -= (size_t)(start - (out->data + before));
        memmove(out->data + before, start, out->length - before);
    }
    return true;
}

bool file_tail(const char *path, size_t lines, size_t most, struct buffer *out, struct error *e)
{
    size_t before = out->length;
    struct stat st;
    int fd = open_regular(path, &st, e);
    bool done;

    if (fd < 0)
        return false;
    done = lines == 0 || tail(fd, st.st_size, lines, most, out);
    if (!done)
        failure_errno(e, "cannot read '%s'", path);
    set_length(out, done ? out->length : before);
    close(fd);
    return done;
}
