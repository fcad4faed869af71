#include "os/quit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

static struct {
    int fd; /* an eventfd, from the handler to the loop */
    struct watch *watch;
    loop_fn *fn;
    void *arg;
    volatile sig_atomic_t came;
} quit;

static void on_signal(int number)
{
    static const uint64_t one = 1;
    int error = errno;
    ssize_t written;

    (void)number;
    quit.came = true;
    do
        written = write(quit.fd, &one, sizeof one);
    while (written < 0 && errno == EINTR);
    errno = error;
}

/* It may come again: it is the same wish. */
static void on_came(int fd, int what, void *arg)
{
    (void)fd;
    (void)what;
    (void)arg;
    watch_stop(&quit.watch);
    quit.fn(quit.arg);
}

bool quit_open(struct loop *loop, loop_fn *fn, void *arg, struct error *e)
{
    struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
    sigset_t none;

    quit.fn = fn;
    quit.arg = arg;
    quit.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (quit.fd < 0)
        return failure_errno(e, "eventfd");
    quit.watch = watch_start(loop, quit.fd, WATCH_READ, on_came, NULL);
    sigfillset(&action.sa_mask);
    if (sigaction(SIGQUIT, &action, NULL) < 0)
        return failure_errno(e, "SIGQUIT");
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    return true;
}

bool quit_came(void)
{
    return quit.came != 0;
}
