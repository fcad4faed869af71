#include "control/client.h"

#include "base/json.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "client_private.h"
#include "core/command.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AUTH_ID = 0, REQUEST_ID = 1, TRIES = 3 };

static int complain(int status, const char *message)
{
    if (*message != '\0')
        fprintf(stderr, "reeve: %s\n", message);
    return status;
}

/* ---- asking ------------------------------------------------------------------------------------ */

static bool send_request(struct client *c, int id, const struct words *words)
{
    struct buffer line = { 0 };
    bool sent;

    json_open_object(&line);
    json_key(&line, "id");
    json_int(&line, id);
    json_key(&line, "verb");
    json_text(&line, words->word[0]);
    json_key(&line, "args");
    json_open_array(&line);
    for (size_t i = 1; i < words->count; i++)
        json_text(&line, words->word[i]);
    json_close_array(&line);
    if (!c->json) {
        json_key(&line, "text");
        json_bool(&line, true);
    }
    json_close_object(&line);
    buffer_add_char(&line, '\n');
    sent = client_write(c, &line);
    buffer_free(&line);
    return sent;
}

/* ---- the answer -------------------------------------------------------------------------------- */

/* What a line of the answer says of itself. */
struct outcome {
    bool over; /* it was the last one */
    enum reply_code code;
    char message[600];
};

static void read_outcome(const json_t *root, struct outcome *out)
{
    const json_t *ok = json_object_get(root, "ok"), *error = json_object_get(root, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));

    out->over = ok != NULL;
    out->code = REPLY_OK;
    if (ok == NULL || json_is_true(ok))
        return;
    if (code == NULL || !reply_code_parse(code, &out->code))
        out->code = REPLY_FAILED;
    snprintf(out->message, sizeof out->message, "%s", message != NULL ? message : "it failed");
}

/* The bytes that follow a line, for people. */
static bool copy_text(struct client *c, size_t length)
{
    bool status = strcmp(c->words.word[0], "status") == 0 && client_wants_colour();
    struct buffer text = { 0 };

    while (length > 0) {
        size_t n;
        const char *some = client_read_some(c, length, &n);

        if (some == NULL)
            break;
        length -= n;
        if (status)
            buffer_add(&text, some, n);
        else
            client_print(some, n);
    }
    if (text.length > 0)
        client_print_status(text.data, text.length);
    buffer_free(&text);
    return length == 0;
}

static void print_value(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

    if (text != NULL) {
        client_print(text, strlen(text));
        client_print("\n", 1);
    }
    free(text);
}

/* The bare data; what has none says what became of each target. */
static void print_data(const json_t *root)
{
    const json_t *data = json_object_get(root, "data"), *results = json_object_get(root, "results");

    if (data != NULL && !json_is_null(data))
        print_value(data);
    else if (results != NULL)
        print_value(results);
}

/* A large reply is nearly always `{"id":1,"ok":true,"data":…}`: no need to take it apart. */
static bool print_fast(const char *line, size_t length)
{
    static const char *const begins[] = { "{\"id\":1,\"ok\":true,\"data\":", "{\"id\":1,\"data\":" };

    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
        size_t skip = strlen(begins[i]);

        if (length <= skip + 1 || memcmp(line, begins[i], skip) != 0)
            continue;
        if (memcmp(line + skip, "null}", 5) != 0) {
            client_print(line + skip, length - skip - 1);
            client_print("\n", 1);
        }
        return true;
    }
    return false;
}

static bool is_final(const char *line)
{
    return strncmp(line, "{\"id\":1,\"ok\":", 13) == 0;
}

/* Read and show one line of the answer. False: the connection has ended. */
static bool take_line(struct client *c, bool show, struct outcome *out)
{
    size_t length;
    const char *line = client_read_line(c, &length);
    json_t *root;
    bool good = true;

    if (line == NULL)
        return false;
    if (show && c->json && print_fast(line, length)) {
        *out = (struct outcome){ .over = is_final(line) };
        return true;
    }
    root = json_loadb(line, length, 0, NULL);
    read_outcome(root, out);
    if (root == NULL)
        good = false;
    else if (json_is_integer(json_object_get(root, "text")))
        good = copy_text(c, (size_t)json_integer_value(json_object_get(root, "text")));
    else if (show && out->code != REPLY_AUTH)
        print_data(root);
    json_decref(root);
    return good;
}

static bool take_answer(struct client *c, bool show, struct outcome *out)
{
    do {
        if (!take_line(c, show, out))
            return false;
    } while (!out->over);
    return true;
}

/* ---- the password ------------------------------------------------------------------------------ */

/* REPLY_OK, or why not. */
static bool say_password(struct client *c, char *password, struct outcome *out)
{
    struct words auth = { 0 };
    bool good;

    words_add(&auth, "auth");
    words_add(&auth, password);
    good = send_request(c, AUTH_ID, &auth) && take_answer(c, false, out);
    words_free(&auth);
    free(password);
    return good;
}

/* Who has a password says it at once, where it may be wanted. */
static bool say_password_first(struct client *c, struct outcome *out)
{
    struct error e = { "" };
    char *password = c->address.kind == ADDRESS_TCP ? client_password(c, false, &e) : NULL;

    *out = (struct outcome){ 0 };
    if (password != NULL)
        return say_password(c, password, out);
    if (e.text[0] != '\0') {
        out->code = REPLY_AUTH;
        snprintf(out->message, sizeof out->message, "%s", e.text);
    }
    return true;
}

/* ---- one verb ---------------------------------------------------------------------------------- */

static bool ask(struct client *c, struct outcome *out)
{
    if (!say_password_first(c, out))
        return false;
    if (out->code != REPLY_OK)
        return true;
    if (!send_request(c, REQUEST_ID, &c->words) || !take_answer(c, true, out))
        return false;
    for (int i = 0; i < TRIES && out->code == REPLY_AUTH && c->address.kind == ADDRESS_TCP; i++) {
        struct error e;
        char *password = client_password(c, true, &e);

        if (password == NULL) {
            snprintf(out->message, sizeof out->message, "%s", e.text);
            return true;
        }
        if (!say_password(c, password, out))
            return false;
        if (out->code == REPLY_OK)
            return send_request(c, REQUEST_ID, &c->words) && take_answer(c, true, out);
    }
    return true;
}

static int run(struct client *c)
{
    struct outcome outcome = { 0 };
    struct error e;

    if (!command_check(&c->words, &e))
        return complain(EXIT_USAGE, e.text);
    if (!client_connect(c, &e))
        return complain(EXIT_NOBODY_THERE, e.text);
    if (!ask(c, &outcome))
        return complain(1, "the connection was closed before all was answered");
    return complain(reply_exit_status(outcome.code), outcome.message);
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
static bool read_arguments(struct client *c, int argc, char **argv, struct error *e)
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
    return c->words.count > 0 || failure(e, "a command is missing: `reeve help` lists them");
}

int client_main(int argc, char **argv)
{
    struct client c = { .fd = -1 };
    struct error e;
    int status;

    status = read_arguments(&c, argc, argv, &e) ? run(&c) : complain(EXIT_USAGE, e.text);
    if (c.fd >= 0)
        close(c.fd);
    words_free(&c.words);
    buffer_free(&c.in);
    return status;
}
