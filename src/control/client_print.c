#include "client_private.h"
#include "os/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int client_complain(int status, const char *message)
{
    if (*message != '\0')
        fprintf(stderr, "reeve: %s\n", message);
    return status;
}

bool client_wants_colour(void)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && (off == NULL || *off == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

void client_print(const char *text, size_t length)
{
    if (file_write(STDOUT_FILENO, text, length))
        return;
    fprintf(stderr, "reeve: the output cannot be written: %s\n", strerror(errno));
    exit(1);
}

static const char *colour_of(const char *state, size_t length)
{
    static const struct {
        const char *state, *colour;
    } colours[] = { { "RUNNING", "\033[32m" },
                    { "STARTING", "\033[33m" },
                    { "STOPPING", "\033[33m" },
                    { "BACKOFF", "\033[33m" },
                    { "FATAL", "\033[31m" } };

    for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
        if (strlen(colours[i].state) == length && memcmp(colours[i].state, state, length) == 0)
            return colours[i].colour;
    return NULL;
}

/* The second word of a line is the state. */
static void colour_line(const char *line, size_t length, struct buffer *out)
{
    const char *end = line + length, *state = memchr(line, ' ', length), *rest;
    const char *colour;

    while (state != NULL && state < end && *state == ' ')
        state++;
    rest = state;
    while (rest != NULL && rest < end && *rest != ' ')
        rest++;
    colour = state != NULL ? colour_of(state, (size_t)(rest - state)) : NULL;
    if (colour == NULL) {
        buffer_add(out, line, length);
        return;
    }
    buffer_add(out, line, (size_t)(state - line));
    buffer_add_text(out, colour);
    buffer_add(out, state, (size_t)(rest - state));
    buffer_add_text(out, "\033[0m");
    buffer_add(out, rest, (size_t)(end - rest));
}

void client_print_status(const char *text, size_t length)
{
    const char *end = text + length;
    struct buffer out = { 0 };

    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        const char *next = newline != NULL ? newline + 1 : end;

        colour_line(text, (size_t)(next - text) - (newline != NULL), &out);
        buffer_add_char(&out, '\n');
        text = next;
    }
    client_print(out.data, out.length);
    buffer_free(&out);
}
