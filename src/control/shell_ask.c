/* What the shell does for a line. While a command runs the terminal belongs to its answer. The stream of events is one
 * more request on the same connection: it is kept, and shown when nothing else is being written. */
#include "control/line.h"
#include "shell_private.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const char in_this_shell[] = "\nIn this shell:\n"
                                    "events on|off     show what happens while you type, or no longer\n"
                                    "exit              leave, as quit and Ctrl-D do\n"
                                    "Ctrl-C ends what goes on, such as tail -f.\n";

static int complain(struct shell *s, int status, const char *message)
{
    if (status != 0)
        s->failed = status;
    return client_complain(status, message);
}

/* ---- the connection ---------------------------------------------------------------------------- */

static void follow_events(struct shell *s)
{
    struct words words = { 0 };

    words_split(&words, "events -f -n 0", NULL);
    s->events = link_ask(&s->link, &words, false);
    words_free(&words);
}

void shell_say(struct shell *s, const char *format, ...)
{
    struct buffer line = { 0 };
    va_list arguments;

    if (!s->terminal.talks)
        return;
    va_start(arguments, format);
    buffer_vaddf(&line, format, arguments);
    va_end(arguments);
    buffer_add_char(&line, '\n');
    terminal_show(&s->terminal, line.data, line.length);
    buffer_free(&line);
}

bool shell_connect(struct shell *s)
{
    struct outcome out;
    int status = link_open(&s->link, &out);

    if (status != 0) {
        complain(s, status, out.message);
        return false;
    }
    if (s->was_linked)
        shell_say(s, "connected again to %s", s->link.client.address.text);
    s->was_linked = true;
    if (s->follows)
        follow_events(s);
    return true;
}

static void lose_link(struct shell *s)
{
    link_close(&s->link);
    s->events = 0;
}

/* ---- answers ----------------------------------------------------------------------------------- */

/* Events wait for the moment when they may be shown; what nobody waits for any more is dropped. */
void shell_keep_news(struct shell *s, const struct frame *f)
{
    if (s->events == 0 || f->id != s->events)
        return;
    if (f->text != NULL)
        buffer_add(&s->news, f->text, f->text_length);
    if (f->outcome.over)
        s->events = 0;
}

void shell_show_news(struct shell *s)
{
    if (s->news.length > 0)
        terminal_show(&s->terminal, s->news.data, s->news.length);
    buffer_clear(&s->news);
}

/* Take in what came while nothing was asked. */
void shell_listen(struct shell *s)
{
    struct frame f;

    if (!link_read(&s->link)) {
        lose_link(s);
        shell_say(s, "the supervisor has closed the connection; the next command connects again");
        return;
    }
    while (link_next(&s->link, &f))
        shell_keep_news(s, &f);
}

static void show(const struct frame *f, const char *verb, bool data)
{
    if (data)
        client_print_data(f->line, f->length, f->id);
    else if (f->text == NULL)
        return;
    else if (strcmp(verb, "status") == 0 && client_wants_colour())
        client_print_status(f->text, f->text_length);
    else
        client_print(f->text, f->text_length);
}

/* A command on its way. */
struct asked {
    int id;
    const char *verb;
    bool data;
    bool interrupted;
    struct outcome outcome;
};

/* The user has had enough: said twice, of the connection too. False: it is closed. */
static bool interrupt(struct shell *s, struct asked *a)
{
    terminal_interrupted = 0;
    client_print("\n", 1);
    if (a->interrupted)
        return false;
    a->interrupted = true;
    link_cancel(&s->link, a->id);
    return true;
}

static bool take_signals(struct shell *s, struct asked *a)
{
    if (terminal_stopped) {
        terminal_stopped = 0;
        terminal_stop(&s->terminal);
    }
    if (terminal_interrupted)
        return interrupt(s, a);
    return !terminal_ended;
}

static void take_frames(struct shell *s, struct asked *a)
{
    struct frame f;

    while (!a->outcome.over && link_next(&s->link, &f)) {
        if (f.id != a->id) {
            shell_keep_news(s, &f);
            continue;
        }
        if (!a->interrupted || f.outcome.over)
            show(&f, a->verb, a->data);
        a->outcome = f.outcome;
    }
    shell_show_news(s);
}

/* False: the connection has ended before the answer. */
static bool await_answer(struct shell *s, struct asked *a)
{
    while (!a->outcome.over) {
        if (!take_signals(s, a))
            return false;
        if ((terminal_wait(false, s->link.client.fd, -1) & WAKE_LINK) && !link_read(&s->link))
            return false;
        take_frames(s, a);
    }
    return true;
}

/* ---- commands ---------------------------------------------------------------------------------- */

/* A supervisor that was restarted is found out before it is asked. */
static int request(struct shell *s, const struct words *words, bool data)
{
    int id = 0;

    while (link_is_open(&s->link) && (terminal_wait(false, s->link.client.fd, 0) & WAKE_LINK))
        shell_listen(s);
    if (link_is_open(&s->link))
        id = link_ask(&s->link, words, data);
    if (id != 0)
        return id;
    lose_link(s);
    return shell_connect(s) ? link_ask(&s->link, words, data) : -1;
}

/* Returns its exit status. */
static int ask(struct shell *s, const struct words *words, bool data)
{
    struct asked a = { .verb = words->word[0], .data = data };

    a.id = request(s, words, data);
    if (a.id < 0)
        return s->failed;
    if (a.id > 0 && await_answer(s, &a))
        return complain(s, reply_exit_status(a.outcome.code), a.outcome.message);
    lose_link(s);
    if (!a.interrupted && client_ends_well(words, &a.outcome))
        return 0;
    return complain(s, 1,
                    a.interrupted ? "the wait was given up, and the connection with it"
                                  : "the connection was closed before all was answered");
}

static void switch_events(struct shell *s, bool on)
{
    s->follows = on;
    if (!on && s->events != 0) {
        link_cancel(&s->link, s->events);
        s->events = 0;
    }
    if (on && s->events == 0 && link_is_open(&s->link))
        follow_events(s);
}

/* `events on`, `exit` … False: it is none of ours. */
static bool run_own(struct shell *s, const struct words *words)
{
    const char *verb = words->word[0];

    if (words->count == 1 && (strcmp(verb, "quit") == 0 || strcmp(verb, "exit") == 0)) {
        s->leaves = true;
        return true;
    }
    if (words->count != 2 || strcmp(verb, "events") != 0)
        return false;
    if (strcmp(words->word[1], "on") == 0)
        switch_events(s, true);
    else if (strcmp(words->word[1], "off") == 0)
        switch_events(s, false);
    else
        return false;
    return true;
}

/* --json belongs to the client, wherever it stands. */
static bool take_json(const struct words *words, struct words *out)
{
    bool found = false;

    for (size_t i = 0; i < words->count; i++) {
        if (strcmp(words->word[i], "--json") == 0)
            found = true;
        else
            words_add(out, words->word[i]);
    }
    return found;
}

static bool is_help(const struct words *words)
{
    return words->count == 1 && strcmp(words->word[0], "help") == 0;
}

static void run_words(struct shell *s, const struct words *all)
{
    struct words words = { 0 };
    bool data = s->json;

    if (strcmp(all->word[0], "auth") == 0)
        words_copy(&words, all);
    else if (take_json(all, &words))
        data = true;
    if (words.count > 0 && !run_own(s, &words) && ask(s, &words, data) == 0 && is_help(&words) && !data)
        client_print(in_this_shell, sizeof in_this_shell - 1);
    words_free(&words);
}

void shell_run(struct shell *s, const char *line)
{
    const char *end = line + strlen(line), *next;

    if (line[strspn(line, " \t")] == '#')
        return;
    for (; line <= end && !s->leaves && !terminal_ended; line = next + 1) {
        struct words words = { 0 };
        struct error e;

        next = line_command_end(line, end);
        if (!line_words(line, (size_t)(next - line), &words, &e))
            complain(s, EXIT_USAGE, e.text);
        else if (words.count > 0)
            run_words(s, &words);
        words_free(&words);
    }
}
