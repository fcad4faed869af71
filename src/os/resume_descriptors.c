#include "base/xalloc.h"
#include "os/descriptors.h"
#include "os/resume.h"
#include "resume_private.h"

#include <assert.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

enum { FIRST = 3, SPARED_MOST = 4 };

/* A bit for each descriptor. */
struct set {
    unsigned char *bits; /* owned */
    int end;
};

/* From the life before: not claimed yet; all of them, as long as this life is not armed. */
static struct set inherited, origin;

static struct {
    int fd[SPARED_MOST];
    size_t count;
} spared;

void resume_spare(int fd)
{
    assert(spared.count < SPARED_MOST);
    spared.fd[spared.count++] = fd;
}

static bool is_spared(int fd)
{
    for (size_t i = 0; i < spared.count; i++)
        if (spared.fd[i] == fd)
            return true;
    return false;
}

static bool is_in(const struct set *s, int fd)
{
    return fd < s->end && (s->bits[fd / 8] & 1 << fd % 8) != 0;
}

static void clear(struct set *s)
{
    s->end = 0; /* for a handler that looks */
    free(s->bits);
    s->bits = NULL;
}

/* Not the kernel's own kinds, such as an epoll, which have no type: the next life makes them anew, with the low numbers
 * that they have now. A life that ends at its beginning leaves behind what it found, whatever it has claimed of that,
 * and nothing of its own: in the state of the one before its numbers may be others'. */
static void keep(int fd)
{
    struct stat st;

    if (origin.end > 0) {
        if (is_in(&origin, fd))
            fcntl(fd, F_SETFD, 0);
        return;
    }
    if (is_spared(fd) || is_in(&inherited, fd) || fstat(fd, &st) < 0 || (st.st_mode & S_IFMT) != 0)
        fcntl(fd, F_SETFD, 0);
}

void resume_keep_descriptors(void)
{
    descriptors_each(FIRST, keep);
}

static void mark(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void resume_mark_descriptors(void)
{
    if (syscall(SYS_close_range, FIRST, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        descriptors_each(FIRST, mark);
}

static void note(int fd)
{
    if (fd >= inherited.end) {
        int end = 2 * fd + 64;

        inherited.bits = xrealloc(inherited.bits, (size_t)end / 8 + 1);
        for (int i = inherited.end / 8 + (inherited.end > 0); i <= end / 8; i++)
            inherited.bits[i] = 0;
        inherited.end = end;
    }
    inherited.bits[fd / 8] |= (unsigned char)(1 << fd % 8);
}

void resume_note_descriptors(void)
{
    descriptors_each(FIRST, note);
    if (inherited.end == 0)
        return;
    origin.bits = xmalloc((size_t)inherited.end / 8 + 1);
    memcpy(origin.bits, inherited.bits, (size_t)inherited.end / 8 + 1);
    origin.end = inherited.end;
}

void resume_own_descriptors(void)
{
    clear(&origin);
}

int resume_claim(int64_t fd)
{
    if (fd < FIRST || fd > INT_MAX || !is_in(&inherited, (int)fd))
        return -1;
    inherited.bits[fd / 8] &= (unsigned char)~(1 << fd % 8);
    return (int)fd;
}

void resume_close_rest(void)
{
    for (int fd = FIRST; fd < inherited.end; fd++)
        if (resume_claim(fd) >= 0)
            close(fd);
    clear(&inherited);
}
