/* What is said to a supervisor and what it answers, one request at a time. */
#include "base/json.h"
#include "client_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRIES = 3 };

/* ---- asking ------------------------------------------------------------------------------------ */

bool client_send(struct client *c, int id, const struct words *words)
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

void client_read_outcome(const json_t *root, struct outcome *out)
{
    const json_t *ok = json_object_get(root, "ok"), *error = json_object_get(root, "error");
    const char *code = json_string_value(json_object_get(error, "code"));
    const char *message = json_string_value(json_object_get(error, "message"));

    *out = (struct outcome){ .begun = true, .over = ok != NULL };
    if (ok == NULL || json_is_true(ok))
        return;
    if (code == NULL || !reply_code_parse(code, &out->code))
        out->code = REPLY_FAILED;
    snprintf(out->message, sizeof out->message, "%s", message != NULL ? message : "it failed");
}

/* The bytes that follow a line, for people. */
static bool copy_text(struct client *c, size_t length)
{
    bool status = c->words.count > 0 && strcmp(c->words.word[0], "status") == 0 && client_wants_colour();
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

/* `{"id":1,"ok":true,"data":…}` and a piece of a stream: what they are about is the rest of the line. */
static const char *find_data(const char *line, size_t length, int id)
{
    static const char *const middles[] = { ",\"ok\":true,\"data\":", ",\"data\":" };
    char begin[64];

    for (size_t i = 0; i < sizeof middles / sizeof *middles; i++) {
        int skip = snprintf(begin, sizeof begin, "{\"id\":%d%s", id, middles[i]);

        if (length > (size_t)skip + 1 && memcmp(line, begin, (size_t)skip) == 0)
            return line + skip;
    }
    return NULL;
}

static void print_value(const json_t *value)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));

    if (text != NULL) {
        client_print(text, strlen(text));
        client_print("\n", 1);
    }
    free(text);
}

/* The bare data; what has none says what became of each target. */
static void print_parts(const json_t *root)
{
    const json_t *data = json_object_get(root, "data"), *results = json_object_get(root, "results");

    if (data != NULL && !json_is_null(data))
        print_value(data);
    else if (results != NULL)
        print_value(results);
}

/* A large reply is nearly always of the first kind: no need to take it apart. */
static bool print_fast(const char *line, size_t length, int id)
{
    const char *data = find_data(line, length, id);

    if (data == NULL)
        return false;
    if (memcmp(data, "null}", 5) != 0) {
        client_print(data, (size_t)(line + length - data) - 1);
        client_print("\n", 1);
    }
    return true;
}

void client_print_data(const char *line, size_t length, int id)
{
    json_t *root;

    if (print_fast(line, length, id))
        return;
    root = json_loadb(line, length, 0, NULL);
    print_parts(root);
    json_decref(root);
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
    if (show && c->json && print_fast(line, length, REQUEST_ID)) {
        *out = (struct outcome){ .begun = true, .over = is_final(line) };
        return true;
    }
    root = json_loadb(line, length, 0, NULL);
    client_read_outcome(root, out);
    if (root == NULL)
        good = false;
    else if (json_is_integer(json_object_get(root, "text")))
        good = copy_text(c, (size_t)json_integer_value(json_object_get(root, "text")));
    else if (show && out->code != REPLY_AUTH)
        print_parts(root);
    json_decref(root);
    return good;
}

bool client_take_answer(struct client *c, bool show, struct outcome *out)
{
    *out = (struct outcome){ 0 };
    do {
        if (!take_line(c, show, out))
            return false;
    } while (!out->over);
    return true;
}

bool client_ends_well(const struct words *words, const struct outcome *out)
{
    return out->begun && !out->over && strcmp(words->word[0], "shutdown") == 0 && words_have(words, "--wait");
}

/* ---- the password ------------------------------------------------------------------------------ */

/* REPLY_OK, or why not. */
static bool say_password(struct client *c, char *password, struct outcome *out)
{
    struct words auth = { 0 };
    bool good;

    words_add(&auth, "auth");
    words_add(&auth, password);
    good = client_send(c, AUTH_ID, &auth) && client_take_answer(c, false, out);
    words_free(&auth);
    free(password);
    return good;
}

bool client_say_password(struct client *c, struct outcome *out)
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

bool client_ask_password(struct client *c, struct outcome *out)
{
    for (int i = 0; i < TRIES && out->code == REPLY_AUTH && c->address.kind == ADDRESS_TCP; i++) {
        struct error e;
        char *password = client_password(c, true, &e);

        if (password == NULL) {
            snprintf(out->message, sizeof out->message, "%s", e.text);
            return true;
        }
        if (!say_password(c, password, out))
            return false;
    }
    return true;
}
