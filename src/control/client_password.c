/* The password that a client says: from a file, or from who sits there. */
#include "base/xalloc.h"
#include "client_private.h"
#include "os/file.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_MOST = 4096 };

static const int numbers[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGTSTP };

enum { SIGNALS = sizeof numbers / sizeof *numbers };

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

struct signals {
    struct sigaction action[SIGNALS];
    sigset_t mask;
};

/* They come only while we wait. What is ignored stays so. */
static void take_signals(struct signals *before)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigset_t ours;

    caught = 0;
    sigemptyset(&ours);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&ours, numbers[i]);
    sigprocmask(SIG_BLOCK, &ours, &before->mask);
    for (size_t i = 0; i < SIGNALS; i++) {
        sigaction(numbers[i], NULL, &before->action[i]);
        if (before->action[i].sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

static void give_signals_back(const struct signals *before)
{
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(numbers[i], &before->action[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

/* A signal must not leave a terminal behind that shows nothing: it gets its due afterwards. Who was stopped by one is
 * asked again. */
static ssize_t read_unseen(int fd, const char *prompt, char *line, size_t size)
{
    struct pollfd input = { .fd = fd, .events = POLLIN };
    struct termios shown, unseen;
    struct signals before;
    ssize_t n;

    do {
        if (tcgetattr(fd, &shown) < 0)
            return -1;
        unseen = shown;
        unseen.c_lflag &= ~(tcflag_t)ECHO;
        take_signals(&before);
        tcsetattr(fd, TCSAFLUSH, &unseen);
        dprintf(fd, "Password for %s: ", prompt);
        n = ppoll(&input, 1, NULL, &before.mask) > 0 ? read(fd, line, size) : -1;
        dprintf(fd, "\n");
        tcsetattr(fd, TCSAFLUSH, &shown);
        give_signals_back(&before);
        if (caught != 0)
            raise(caught);
    } while (n < 0 && caught == SIGTSTP);
    return n;
}

static char *ask_terminal(const struct client *c, struct error *e)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
    char line[PASSWORD_MOST];
    ssize_t n;

    if (fd < 0) {
        failure(e,
                "%s wants a password, and there is no terminal to ask on: use --password-file or "
                "$REEVE_PASSWORD_FILE",
                c->address.text);
        return NULL;
    }
    n = read_unseen(fd, c->address.text, line, sizeof line - 1);
    close(fd);
    if (n <= 0) {
        failure(e, "no password was given");
        return NULL;
    }
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return xstrdup(line);
}

static char *first_line(struct buffer *text)
{
    char *line = xstrndup(text->length > 0 ? text->data : "", text->length > 0 ? strcspn(text->data, "\r\n") : 0);

    buffer_free(text);
    return line;
}

char *client_password(const struct client *c, bool ask, struct error *e)
{
    const char *path = c->password_file != NULL ? c->password_file : getenv("REEVE_PASSWORD_FILE");
    struct buffer text = { 0 };

    if (path == NULL || *path == '\0')
        return ask ? ask_terminal(c, e) : NULL;
    if (file_read(path, PASSWORD_MOST, &text, e))
        return first_line(&text);
    failure_in(e, "password file");
    buffer_free(&text);
    return NULL;
}
