/* The caller and the child share a pair of sockets. What comes to the caller is a zero byte for ready, or text for
 * its stderr; an end without a zero byte is a failure. */
#include "os/daemon.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* To the caller who waits; -1: nobody does. */
static int caller = -1;

/* A message went out: it is too late to be ready. */
static bool has_failed;

static const char ready = '\0';

/* A caller that was killed meanwhile is no reason to die of SIGPIPE. */
static void say(int fd, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t n = send(fd, text, length, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            text += n;
            length -= (size_t)n;
        }
    }
}

static ssize_t hear(int fd, char *text, size_t size)
{
    ssize_t n;

    do
        n = recv(fd, text, size, 0);
    while (n < 0 && errno == EINTR);
    return n;
}

/* The caller's part: wait for the news, and exit. Nothing is flushed: what stdio holds is the child's, too. */
static void __attribute__((noreturn)) wait_and_exit(int fd, pid_t between)
{
    static const char died[] = "reeve ended before it was ready; its log may say why\n";
    char text[4096];
    bool said = false;
    ssize_t n;

    while ((n = hear(fd, text, sizeof text)) > 0) {
        if (!said && text[0] == ready)
            _exit(0);
        file_write(STDERR_FILENO, text, (size_t)n);
        said = true;
    }
    if (!said)
        file_write(STDERR_FILENO, died, sizeof died - 1);
    waitpid(between, NULL, 0);
    _exit(1);
}

/* A session of its own, and then a child that leads none, so that no terminal can become its own. */
static void leave_terminal(void)
{
    pid_t pid;

    setsid();
    pid = fork();
    if (pid < 0) {
        daemon_failed(strerror(errno));
        _exit(1);
    }
    if (pid > 0)
        _exit(0);
}

bool daemon_start(struct error *e)
{
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return failure_errno(e, "cannot go into the background");
    fflush(NULL);
    pid = fork();
    if (pid < 0) {
        failure_errno(e, "cannot go into the background");
        close(pair[0]);
        close(pair[1]);
        return false;
    }
    if (pid > 0) {
        close(pair[1]);
        wait_and_exit(pair[0], pid);
    }
    close(pair[0]);
    caller = pair[1];
    leave_terminal();
    return true;
}

static void turn_stdio_off(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    int i;

    if (fd < 0)
        return;
    for (i = 0; i <= STDERR_FILENO; i++)
        dup2(fd, i);
    if (fd > STDERR_FILENO)
        close(fd);
}

void daemon_ready(void)
{
    if (caller < 0)
        return;
    turn_stdio_off();
    if (!has_failed)
        say(caller, &ready, 1);
    close(caller);
    caller = -1;
}

void daemon_failed(const char *message)
{
    if (caller < 0)
        return;
    has_failed = true;
    say(caller, message, strlen(message));
    say(caller, "\n", 1);
}
