/* Loaded into reeve by LD_PRELOAD: a wall clock that a test can set. It is $CLOCK_OFFSET's milliseconds ahead of the
 * real one; a byte in the FIFO $CLOCK_STEPS says that it was set, as the kernel says it to a timer of that clock. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static int steps = -1;

static long long offset(void)
{
    const char *path = getenv("CLOCK_OFFSET");
    char text[32] = "";
    int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof text - 1) < 0)
        text[0] = '\0';
    close(fd);
    return atoll(text);
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    int result = (int)syscall(SYS_clock_gettime, id, t);
    long long ns;

    if (id != CLOCK_REALTIME || result != 0)
        return result;
    ns = t->tv_nsec + offset() % 1000 * 1000000 + 1000000000;
    t->tv_sec += offset() / 1000 + ns / 1000000000 - 1;
    t->tv_nsec = ns % 1000000000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    if (out != NULL)
        *out = t.tv_sec;
    return t.tv_sec;
}

int timerfd_create(int id, int flags)
{
    if (id != CLOCK_REALTIME || getenv("CLOCK_STEPS") == NULL)
        return (int)syscall(SYS_timerfd_create, id, flags);
    steps = open(getenv("CLOCK_STEPS"), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    return steps;
}

int timerfd_settime(int fd, int flags, const struct itimerspec *new, struct itimerspec *old)
{
    return fd == steps ? 0 : (int)syscall(SYS_timerfd_settime, fd, flags, new, old);
}
