/* `reeve complete`: what the completion of bash, zsh and fish asks. It knows what the tables know. */
#include "control/cli.h"
#include "control/completion.h"
#include "control/shell.h"
#include "core/command.h"
#include "shell_private.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILES_TOO = 3, SECONDS_MOST = 2 };

static const char of_the_client[] = " [-s ADDRESS] [--json] [--password-file FILE]";

/* A supervisor that hangs must not take the user's shell with it. */
static void give_up(int number)
{
    (void)number;
    _exit(0);
}

static void ignore(const struct frame *f, void *arg)
{
    (void)f;
    (void)arg;
}

static json_t *ask_targets(void *arg)
{
    struct link *l = arg;
    struct outcome out;

    return link_open(l, &out) == 0 ? link_targets(l, ignore, NULL) : NULL;
}

static void list_verbs(struct words *verbs)
{
    const char *verb, *arguments;

    for (size_t i = 0; (verb = cli_verb_at(i, &arguments)) != NULL; i++)
        words_add(verbs, verb);
    for (size_t i = 0; command_at(i) != NULL; i++)
        if (strcmp(command_at(i)->verb, "help") != 0)
            words_add(verbs, command_at(i)->verb);
    words_add(verbs, "--help");
    words_add(verbs, "--version");
}

/* False: there is no such verb. */
static bool add_usage(const char *wanted, struct buffer *usage)
{
    const struct command *c = command_find(wanted);
    const char *verb, *arguments;

    for (size_t i = 0; (verb = cli_verb_at(i, &arguments)) != NULL; i++)
        if (strcmp(verb, wanted) == 0) {
            buffer_add_text(usage, arguments);
            return true;
        }
    if (c != NULL)
        buffer_addf(usage, "%s%s", c->arguments, of_the_client);
    return c != NULL;
}

/* Returns whether the name of a file may stand there too. */
static bool find(struct link *l, const char *typed, struct words *found)
{
    struct completion c = { .before = &l->client.words, .typed = typed, .targets = ask_targets, .arg = l };
    struct buffer usage = { 0 };
    struct words verbs = { 0 };
    bool file = false;

    list_verbs(&verbs);
    c.verbs = &verbs;
    if (c.before->count == 0 || add_usage(c.before->word[0], &usage)) {
        c.usage = usage.data;
        file = completion_find(&c, found);
    }
    words_free(&verbs);
    buffer_free(&usage);
    return file;
}

/* -s and --password-file wait for a value: the word that is typed. */
static bool is_value_of_ours(const char *before, bool *file)
{
    *file = strcmp(before, "--password-file") == 0;
    return *file || strcmp(before, "-s") == 0;
}

int complete_main(int argc, char **argv)
{
    struct link link = { .client = { .fd = -1 }, .last_id = REQUEST_ID, .quiet = true };
    const char *typed = argc > 1 ? argv[argc - 1] : "";
    struct words found = { 0 };
    bool file = false;

    signal(SIGALRM, give_up);
    alarm(SECONDS_MOST);
    if (argc < 3 || !is_value_of_ours(argv[argc - 2], &file)) {
        client_read_arguments(&link.client, argc - 1, argv, NULL);
        file = find(&link, typed, &found);
    }
    for (size_t i = 0; i < found.count; i++)
        puts(found.word[i]);
    link_close(&link);
    words_free(&found);
    words_free(&link.client.words);
    buffer_free(&link.client.in);
    return file ? FILES_TOO : 0;
}
