#include "os/reaper.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SWEEP_MOST = 32, EXPECTED = 1000 };

struct reaper {
    struct loop *loop;
    int fd; /* SIGCHLD */
    struct watch *watch;
    struct timer *timer;
    msec due; /* of the timer */
    msec rest;
    msec rested;        /* no look of our own before */
    msec expects_until; /* somebody's end */
    reaper_ended_fn *on_ended;
    loop_fn *on_swept;
    void *arg;
};

/* glibc's waitid leaves out the usage. */
static int raw_waitid(idtype_t type, pid_t id, siginfo_t *info, int options, struct rusage *usage)
{
    int result;

    do {
        info->si_pid = 0;
        result = (int)syscall(SYS_waitid, type, id, info, options, usage);
    } while (result < 0 && errno == EINTR);
    return result;
}

bool reaper_peek(pid_t pid, struct child_exit *out)
{
    siginfo_t info;

    if (raw_waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT, &out->usage) < 0 || info.si_pid == 0)
        return false;
    out->code = info.si_code == CLD_EXITED ? info.si_status : -1;
    out->signal = info.si_code == CLD_EXITED ? 0 : info.si_status;
    out->core = info.si_code == CLD_DUMPED;
    out->unknown = false;
    return true;
}

void reaper_reap(pid_t pid)
{
    siginfo_t info;

    raw_waitid(P_PID, pid, &info, WEXITED | WNOHANG, NULL);
}

/* Asked for children that stopped, the kernel passes over those that ended, and says ECHILD if no other is there. */
bool reaper_group_lives(pid_t group)
{
    siginfo_t info;

    if (kill(-group, 0) < 0 && errno == ESRCH)
        return false;
    return raw_waitid(P_PGID, group, &info, WSTOPPED | WNOHANG | WNOWAIT, NULL) == 0;
}

static void tell(struct reaper *r, pid_t pid)
{
    if (!r->on_ended(pid, r->arg))
        reaper_reap(pid);
}

/* Not more than a few at a time: children that end as fast as they are started again would keep us here, and
 * everybody else waiting, for ever. How many there were. */
static int sweep(struct reaper *r)
{
    siginfo_t info;
    int n;

    for (n = 0; n < SWEEP_MOST; n++) {
        if (raw_waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT, NULL) < 0 || info.si_pid == 0)
            break;
        tell(r, info.si_pid);
    }
    return n;
}

static void look(struct reaper *r)
{
    int found = sweep(r);

    if (found == SWEEP_MOST)
        reaper_look_within(r, REAPER_AT_ONCE);
    else if (found == 0 && clock_now() >= r->expects_until)
        r->rested = clock_now() + r->rest;
}

static void on_due(void *arg)
{
    struct reaper *r = arg;

    r->timer = NULL;
    look(r);
    r->on_swept(r->arg);
}

void reaper_look_within(struct reaper *r, msec delay)
{
    msec due = clock_now() + delay;

    if (r->timer != NULL && r->due <= due)
        return;
    timer_stop(&r->timer);
    r->due = due;
    r->timer = timer_start(r->loop, delay, on_due, r);
}

/* Whoever ends while the signal of another one waits for us is not named. */
static void on_sigchld(int fd, int what, void *arg)
{
    struct reaper *r = arg;
    struct signalfd_siginfo info;
    msec wait;

    (void)what;
    if (read(fd, &info, sizeof info) == sizeof info)
        tell(r, (pid_t)info.ssi_pid);
    wait = r->rested - clock_now();
    if (wait <= 0 || clock_now() < r->expects_until)
        look(r);
    else
        reaper_look_within(r, wait);
}

/* Whoever started us may have ignored SIGCHLD: then the kernel would keep no status for us. */
static int open_sigchld(void)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDSTOP };
    sigset_t set;

    sigaction(SIGCHLD, &by_default, NULL);
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

struct reaper *reaper_open(struct loop *loop, reaper_ended_fn *on_ended, loop_fn *on_swept, void *arg)
{
    struct reaper *r = xcalloc(1, sizeof *r);

    r->loop = loop;
    r->on_ended = on_ended;
    r->on_swept = on_swept;
    r->arg = arg;
    r->fd = open_sigchld();
    if (r->fd < 0) {
        log_error("signalfd: %s", strerror(errno));
        abort();
    }
    r->watch = watch_start(loop, r->fd, WATCH_READ, on_sigchld, r);
    return r;
}

void reaper_close(struct reaper *r)
{
    timer_stop(&r->timer);
    watch_stop(&r->watch);
    close(r->fd);
    free(r);
}

void reaper_set_rest(struct reaper *r, msec rest)
{
    r->rest = rest;
}

void reaper_expect(struct reaper *r)
{
    r->expects_until = clock_now() + EXPECTED;
}

void reaper_wait(struct reaper *r, msec limit)
{
    struct pollfd wanted = { .fd = r->fd, .events = POLLIN };
    struct signalfd_siginfo info;

    poll(&wanted, 1, (int)limit);
    while (read(r->fd, &info, sizeof info) == sizeof info)
        ;
    look(r);
}
