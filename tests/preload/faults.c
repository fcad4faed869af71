/* Loaded into reeve by LD_PRELOAD: while the file $FAULTS is there, one of so many calls of the system fails as it
 * says: "13" is one in 13. Which one is by chance; of each call all that may become of it in time. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool is_reeve;

static void __attribute__((constructor)) begin(void)
{
    char name[16] = "";
    int fd = (int)syscall(SYS_openat, AT_FDCWD, "/proc/self/comm", O_RDONLY | O_CLOEXEC);

    if (fd >= 0 && read(fd, name, sizeof name - 1) > 0)
        is_reeve = strncmp(name, "reeve", 5) == 0;
    if (fd >= 0)
        close(fd);
}

static unsigned chance(void)
{
    static uint64_t state;

    if (state == 0) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        state = (uint64_t)now.tv_nsec * 2654435761u + (uint64_t)getpid();
    }
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33);
}

/* Whether this call is to fail, and by which of these. */
static bool fails(const int *reasons, int count)
{
    const char *path = is_reeve ? getenv("FAULTS") : NULL;
    char text[16] = "";
    int fd = path != NULL ? (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC) : -1;
    int before = errno;
    unsigned every;

    if (fd < 0)
        return false;
    every = syscall(SYS_read, fd, text, sizeof text - 1) > 0 ? (unsigned)atoi(text) : 0;
    syscall(SYS_close, fd);
    errno = before;
    if (every == 0 || chance() % every != 0)
        return false;
    errno = reasons[chance() % (unsigned)count];
    return true;
}

#define FAILS(...) fails((const int[]){ __VA_ARGS__ }, (int)(sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)))
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int open(const char *path, int flags, ...)
{
    va_list more;
    mode_t mode;

    va_start(more, flags);
    mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return FAILS(EMFILE, ENFILE, EIO, ENOSPC) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int pipe2(int ends[2], int flags)
{
    return FAILS(EMFILE, ENFILE) ? -1 : (int)syscall(SYS_pipe2, ends, flags);
}

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    return FAILS(EMFILE, ENFILE, EINTR, ECONNABORTED) ? -1 : (int)syscall(SYS_accept4, fd, address, length, flags);
}

ssize_t write(int fd, const void *data, size_t length)
{
    struct stat st;

    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && FAILS(ENOSPC, EIO, EINTR))
        return -1;
    return (ssize_t)syscall(SYS_write, fd, data, length);
}

ssize_t read(int fd, void *data, size_t length)
{
    return FAILS(EINTR) ? -1 : (ssize_t)syscall(SYS_read, fd, data, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags)
{
    return FAILS(EINTR) ? -1 : (ssize_t)syscall(SYS_sendto, fd, data, length, flags, NULL, 0);
}

ssize_t recv(int fd, void *data, size_t length, int flags)
{
    return FAILS(EINTR, EAGAIN) ? -1 : (ssize_t)syscall(SYS_recvfrom, fd, data, length, flags, NULL, NULL);
}

pid_t fork(void)
{
    return FAILS(EAGAIN, ENOMEM) ? -1 : REAL(fork)();
}

int clone(int (*fn)(void *), void *stack, int flags, void *arg, ...)
{
    va_list more;
    void *parent;

    va_start(more, arg);
    parent = va_arg(more, void *);
    va_end(more);
    return FAILS(EAGAIN, ENOMEM) ? -1 : REAL(clone)(fn, stack, flags, arg, parent);
}

/* What cannot go on without memory aborts: another life goes on. */
void *realloc(void *old, size_t size)
{
    static void *(*real)(void *, size_t);

    if (real == NULL)
        real = REAL(realloc);
    return size > 64 && FAILS(ENOMEM) && chance() % 200 == 0 ? NULL : real(old, size);
}
