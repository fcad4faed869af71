#include "control/client.h"

#include "client_private.h"
#include "core/command.h"

#include <string.h>
#include <unistd.h>

static bool say(struct client *c, struct outcome *out)
{
    return client_send(c, REQUEST_ID, &c->words) && client_take_answer(c, true, out);
}

static bool ask(struct client *c, struct outcome *out)
{
    if (!client_say_password(c, out))
        return false;
    if (out->code != REPLY_OK)
        return true;
    if (!say(c, out))
        return false;
    if (out->code != REPLY_AUTH)
        return true;
    if (!client_ask_password(c, out))
        return false;
    return out->code != REPLY_OK || say(c, out);
}

static int run(struct client *c)
{
    struct outcome outcome = { 0 };
    struct error e;

    if (c->words.count == 0)
        return client_complain(EXIT_USAGE, "a command is missing: `reeve help` lists them");
    if (!command_check(&c->words, &e))
        return client_complain(EXIT_USAGE, e.text);
    if (!client_connect(c, &e))
        return client_complain(EXIT_NOBODY_THERE, e.text);
    if (!ask(c, &outcome))
        return client_ends_well(&c->words, &outcome)
                   ? 0
                   : client_complain(1, "the connection was closed before all was answered");
    return client_complain(reply_exit_status(outcome.code), outcome.message);
}

/* The value of an option that may be joined to it: "-s ADDRESS", "-sADDRESS", "--password-file=FILE". */
static const char *take_value(const char *option, int argc, char **argv, int *i, bool *missing)
{
    size_t length = strlen(option);
    const char *word = argv[*i];

    if (strncmp(word, option, length) != 0)
        return NULL;
    if (word[length] != '\0')
        return option[1] != '-' ? word + length : word[length] == '=' ? word + length + 1 : NULL;
    if (*i + 1 == argc) {
        *missing = true;
        return NULL;
    }
    return argv[++*i];
}

/* Ours are taken out wherever they stand; the rest is the verb's. */
bool client_read_arguments(struct client *c, int argc, char **argv, struct error *e)
{
    bool missing = false;
    const char *value;
    int i;

    for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            c->json = true;
        else if ((value = take_value("-s", argc, argv, &i, &missing)) != NULL)
            c->address_text = value;
        else if ((value = take_value("--password-file", argc, argv, &i, &missing)) != NULL)
            c->password_file = value;
        else if (missing)
            return failure(e, "a value is missing after '%s'", argv[i]);
        else
            words_add(&c->words, argv[i]);
    }
    for (; i < argc; i++)
        words_add(&c->words, argv[i]);
    return true;
}

int client_main(int argc, char **argv)
{
    struct client c = { .fd = -1 };
    struct error e;
    int status;

    status = client_read_arguments(&c, argc, argv, &e) ? run(&c) : client_complain(EXIT_USAGE, e.text);
    if (c.fd >= 0)
        close(c.fd);
    words_free(&c.words);
    buffer_free(&c.in);
    return status;
}
