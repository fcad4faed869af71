/* The shell at rest: a line is typed, and what happens meanwhile is shown above it. */
#include "control/shell.h"

#include "shell_private.h"
#include "version.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- lines ------------------------------------------------------------------------------------- */

static void remember(struct shell *s, const char *line)
{
    struct error e;

    if (s->terminal.editor == NULL || !history_may_keep(line))
        return;
    if (s->said.count > 0 && strcmp(s->said.word[0], line) == 0)
        return;
    words_free(&s->said);
    words_add(&s->said, line);
    editor_remember(s->terminal.editor, line);
    if (s->history != NULL && !history_keep(s->history, line, &e)) {
        fprintf(stderr, "reeve: the history is not kept: %s\n", e.text);
        free(s->history);
        s->history = NULL;
    }
}

static void take_signals(struct shell *s)
{
    if (terminal_interrupted) {
        terminal_interrupted = 0;
        terminal_interrupt(&s->terminal);
    }
    if (terminal_resized) {
        terminal_resized = 0;
        terminal_resize(&s->terminal);
    }
    if (terminal_stopped) {
        terminal_stopped = 0;
        terminal_stop(&s->terminal);
    }
}

/* Until there is a line, or the end of the input. */
static enum editor_result await_line(struct shell *s, const char **line)
{
    enum editor_result result = EDITOR_MORE;

    terminal_begin(&s->terminal);
    while (result == EDITOR_MORE && !terminal_ended) {
        int wake = WAKE_INPUT;

        take_signals(s);
        shell_show_news(s);
        if (!terminal_has_line(&s->terminal))
            wake = terminal_wait(true, s->link.client.fd, -1);
        if (wake & WAKE_LINK)
            shell_listen(s);
        if (wake & WAKE_INPUT)
            result = terminal_read(&s->terminal, line);
    }
    terminal_end(&s->terminal);
    return result;
}

static void run(struct shell *s)
{
    const char *line;

    while (!s->leaves && !terminal_ended) {
        if (await_line(s, &line) != EDITOR_LINE) {
            shell_say(s, "%s", "");
            return;
        }
        remember(s, line);
        terminal_interrupted = 0;
        shell_run(s, line);
    }
}

/* ---- life -------------------------------------------------------------------------------------- */

static void add_line(const char *line, void *arg)
{
    editor_remember(arg, line);
}

static void load_history(struct shell *s)
{
    if (s->terminal.editor == NULL)
        return;
    s->history = history_path();
    if (s->history != NULL)
        history_load(s->history, add_line, s->terminal.editor);
}

static void start(struct shell *s)
{
    struct editor_options options = { "reeve> ", shell_complete, s };

    terminal_open(&s->terminal, &options);
    s->link.client.interrupted = &terminal_interrupted;
    load_history(s);
    if (s->terminal.talks)
        printf("reeve " REEVE_VERSION " at %s; \"help\" lists the commands, Ctrl-D leaves\n",
               s->link.client.address.text);
    fflush(stdout);
    run(s);
    terminal_close(&s->terminal);
}

/* At a terminal who types has seen what failed. */
static int exit_status(const struct shell *s)
{
    if (terminal_ended)
        return 128 + (int)terminal_ended;
    return s->terminal.talks ? 0 : s->failed;
}

int shell_main(int argc, char **argv)
{
    struct shell s = { .link = { .client = { .fd = -1 }, .last_id = REQUEST_ID } };
    struct client *c = &s.link.client;
    struct error e;
    int status;

    if (!client_read_arguments(c, argc, argv, &e))
        return client_complain(EXIT_USAGE, e.text);
    s.json = c->json;
    if (c->words.count > 0) {
        status = client_complain(EXIT_USAGE, "shell takes no commands: they are typed, or come from standard input");
    } else if (!shell_connect(&s)) {
        status = s.failed;
    } else {
        start(&s);
        status = exit_status(&s);
    }
    link_close(&s.link);
    words_free(&c->words);
    words_free(&s.said);
    buffer_free(&c->in);
    buffer_free(&s.news);
    free(s.history);
    return status;
}
