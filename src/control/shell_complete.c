#include "control/completion.h"

#include "control/line.h"
#include "core/command.h"
#include "shell_private.h"

#include <string.h>

/* The verbs that are the shell's own, or mean more in it. */
static const struct {
    const char *verb, *arguments;
} own[] = { { "events", "[on|off] [-f] [-n N]" }, { "exit", "" } };

static void keep_news(const struct frame *f, void *arg)
{
    shell_keep_news(arg, f);
}

static json_t *ask_targets(void *arg)
{
    struct shell *s = arg;

    return link_is_open(&s->link) ? link_targets(&s->link, keep_news, s) : NULL;
}

static void list_verbs(struct words *verbs)
{
    for (size_t i = 0; command_at(i) != NULL; i++)
        words_add(verbs, command_at(i)->verb);
    words_add(verbs, "exit");
}

/* NULL: there is no such verb. */
static const char *arguments_of(const char *verb)
{
    const struct command *c = command_find(verb);

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(own[i].verb, verb) == 0)
            return own[i].arguments;
    return c != NULL ? c->arguments : NULL;
}

static void complete_words(struct shell *s, const struct words *before, const char *typed, struct words *choices)
{
    const char *arguments = before->count > 0 ? arguments_of(before->word[0]) : "";
    struct completion c = { .before = before, .typed = typed, .targets = ask_targets, .arg = s };
    struct buffer usage = { 0 };
    struct words verbs = { 0 };

    if (arguments != NULL) {
        list_verbs(&verbs);
        buffer_addf(&usage, "%s [--json]", arguments);
        c.usage = usage.data;
        c.verbs = &verbs;
        completion_find(&c, choices);
    }
    words_free(&verbs);
    buffer_free(&usage);
}

/* The last command of the line. */
static const char *last_command(const char *line)
{
    const char *end = line + strlen(line), *next;

    while ((next = line_command_end(line, end)) < end)
        line = next + 1;
    return line;
}

void shell_complete(const char *line, struct buffer *insert, struct words *choices, void *arg)
{
    const char *command = last_command(line), *typed = "";
    struct words words = { 0 };

    /* In the middle of a quoted word there is nothing to guess. */
    if (!words_split(&words, command, NULL))
        return;
    if (words.count > 0 && line[strlen(line) - 1] != ' ')
        typed = words.word[--words.count];
    complete_words(arg, &words, typed, choices);
    completion_common(choices, typed, insert);
    words_free(&words);
}
