/* Signals only leave a note and end the wait, so that nothing happens in the middle of something. */
#include "shell_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

volatile sig_atomic_t terminal_interrupted, terminal_resized, terminal_stopped, terminal_ended;

static int note[2] = { -1, -1 };

/* ---- signals ----------------------------------------------------------------------------------- */

static void on_signal(int number)
{
    int before = errno;

    if (number == SIGINT)
        terminal_interrupted = 1;
    else if (number == SIGWINCH)
        terminal_resized = 1;
    else if (number == SIGTSTP)
        terminal_stopped = 1;
    else
        terminal_ended = number;
    /* A full pipe ends the wait as well. */
    if (write(note[1], "", 1) < 0)
        errno = before;
}

static void take_signals(void)
{
    static const int numbers[] = { SIGINT, SIGWINCH, SIGTSTP, SIGTERM, SIGHUP };
    struct sigaction action = { .sa_handler = on_signal };

    if (pipe2(note, O_CLOEXEC | O_NONBLOCK) < 0)
        return;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
}

static void forget_notes(void)
{
    char some[64];

    while (read(note[0], some, sizeof some) > 0)
        ;
}

int terminal_wait(bool input, int link, int msec)
{
    struct pollfd fd[] = { { .fd = input ? STDIN_FILENO : -1, .events = POLLIN },
                           { .fd = link, .events = POLLIN },
                           { .fd = note[0], .events = POLLIN } };
    int count = poll(fd, 3, msec), wake = 0;

    if (count < 0)
        return errno == EINTR ? WAKE_SIGNAL : WAKE_INPUT;
    wake |= fd[0].revents != 0 ? WAKE_INPUT : 0;
    wake |= fd[1].revents != 0 ? WAKE_LINK : 0;
    wake |= fd[2].revents != 0 ? WAKE_SIGNAL : 0;
    if (wake & WAKE_SIGNAL)
        forget_notes();
    return wake;
}

/* ---- life -------------------------------------------------------------------------------------- */

void terminal_open(struct terminal *t, const struct editor_options *o)
{
    struct error e;

    *t = (struct terminal){ .prompt = o->prompt };
    t->talks = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (!t->talks)
        return;
    take_signals();
    t->editor = editor_open(o, &e);
    if (t->editor == NULL)
        fprintf(stderr, "reeve: lines cannot be edited: %s\n", e.text);
}

void terminal_close(struct terminal *t)
{
    terminal_end(t);
    editor_close(t->editor);
    buffer_free(&t->in);
}

/* ---- the prompt -------------------------------------------------------------------------------- */

void terminal_begin(struct terminal *t)
{
    if (t->prompted)
        return;
    t->prompted = true;
    if (t->editor != NULL)
        editor_begin(t->editor);
    else if (t->talks)
        client_print(t->prompt, strlen(t->prompt));
}

void terminal_end(struct terminal *t)
{
    if (t->prompted && t->editor != NULL)
        editor_end(t->editor);
    t->prompted = false;
}

void terminal_show(struct terminal *t, const char *text, size_t length)
{
    if (t->prompted && t->editor != NULL) {
        editor_show(t->editor, text, length);
        return;
    }
    if (t->prompted && t->talks)
        client_print("\n", 1);
    client_print(text, length);
    if (t->prompted && t->talks)
        client_print(t->prompt, strlen(t->prompt));
}

void terminal_interrupt(struct terminal *t)
{
    terminal_end(t);
    client_print("\n", 1);
    terminal_begin(t);
}

void terminal_resize(struct terminal *t)
{
    if (t->prompted && t->editor != NULL)
        editor_resized(t->editor);
}

void terminal_stop(struct terminal *t)
{
    bool edits = t->prompted && t->editor != NULL;

    if (edits) {
        editor_pause(t->editor);
        client_print("\n", 1);
    }
    raise(SIGSTOP);
    if (edits)
        editor_resume(t->editor);
}

/* ---- lines ------------------------------------------------------------------------------------- */

/* The rest of the input: a last line without a newline counts. */
static char *find_newline(const struct terminal *t)
{
    size_t left = t->in.length - t->taken;

    return left > 0 ? memchr(t->in.data + t->taken, '\n', left) : NULL;
}

bool terminal_has_line(const struct terminal *t)
{
    return find_newline(t) != NULL;
}

static enum editor_result take_line(struct terminal *t, const char **line)
{
    char *newline = find_newline(t);

    if (newline != NULL) {
        *newline = '\0';
        *line = t->in.data + t->taken;
        t->taken = (size_t)(newline - t->in.data) + 1;
        return EDITOR_LINE;
    }
    if (!t->ended)
        return EDITOR_MORE;
    if (t->taken == t->in.length)
        return EDITOR_END;
    buffer_add_char(&t->in, '\n');
    return take_line(t, line);
}

static void read_more(struct terminal *t)
{
    enum { SIZE = 16 << 10 };
    ssize_t n;

    buffer_drop(&t->in, t->taken);
    t->taken = 0;
    buffer_reserve(&t->in, SIZE);
    n = read(STDIN_FILENO, t->in.data + t->in.length, SIZE);
    if (n > 0)
        t->in.length += (size_t)n;
    else if (n == 0 || errno != EINTR)
        t->ended = true;
}

/* libedit does not tell an ended input from an empty line. */
static bool has_hung_up(void)
{
    struct pollfd fd = { .fd = STDIN_FILENO, .events = POLLIN };

    return poll(&fd, 1, 0) > 0 && (fd.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

enum editor_result terminal_read(struct terminal *t, const char **line)
{
    if (t->editor != NULL)
        return has_hung_up() ? EDITOR_END : editor_read(t->editor, line);
    if (!terminal_has_line(t) && !t->ended)
        read_more(t);
    return take_line(t, line);
}
