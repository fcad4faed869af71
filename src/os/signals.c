#include "os/signals.h"

#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int heard[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH };

static struct {
    int fd;
    struct watch *watch; /* NULL: closed */
    signals_fn *fn;
    void *arg;
} open_signals;

/* An ignored signal stays ignored in our children, over every exec. */
static void forget_inherited(void)
{
    struct sigaction now;
    int number;

    for (number = 1; number <= SIGRTMAX; number++)
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
            signal(number, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

static sigset_t set_of_heard(void)
{
    sigset_t set;
    size_t i;

    sigemptyset(&set);
    for (i = 0; i < sizeof heard / sizeof heard[0]; i++)
        sigaddset(&set, heard[i]);
    return set;
}

static void on_readable(int fd, int what, void *arg)
{
    struct signalfd_siginfo info;

    (void)what;
    (void)arg;
    /* One at a time: the callback may close us. */
    if (read(fd, &info, sizeof info) == sizeof info)
        open_signals.fn((int)info.ssi_signo, (int)info.ssi_pid, open_signals.arg);
}

void signals_open(struct loop *loop, signals_fn *fn, void *arg)
{
    sigset_t set = set_of_heard();

    assert(open_signals.watch == NULL);
    forget_inherited();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    open_signals.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (open_signals.fd < 0) {
        log_error("signalfd: %s", strerror(errno));
        abort();
    }
    open_signals.fn = fn;
    open_signals.arg = arg;
    open_signals.watch = watch_start(loop, open_signals.fd, WATCH_READ, on_readable, NULL);
}

void signals_close(void)
{
    if (open_signals.watch == NULL)
        return;
    watch_stop(&open_signals.watch);
    close(open_signals.fd);
}
