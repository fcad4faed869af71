#include "control/line.h"

#include "base/xalloc.h"

#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ---- text -------------------------------------------------------------------------------------- */

/* The end of a quoted part that begins at `p`; `end` if it is never closed. */
static const char *quote_end(const char *p, const char *end)
{
    char quote = *p++;

    while (p < end && *p != quote)
        p += quote == '"' && *p == '\\' && p + 1 < end ? 2 : 1;
    return p < end ? p + 1 : end;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && isspace((unsigned char)*p))
        p++;
    return p;
}

static bool is_auth(const char *command, const char *end)
{
    const char *p = skip_blanks(command, end);

    return end - p > 5 && memcmp(p, "auth", 4) == 0 && isblank((unsigned char)p[4]);
}

/* "GET /path HTTP/1.1" */
bool line_is_http(const char *line, const char *end)
{
    static const char version[] = " HTTP/1.";
    size_t length = (size_t)(end - line), tail = sizeof version; /* and a digit in the place of its zero */

    return length > tail && memcmp(end - tail, version, tail - 1) == 0 && !is_auth(line, end);
}

const char *line_command_end(const char *line, const char *end)
{
    const char *p = skip_blanks(line, end);

    if (is_auth(p, end))
        return end;
    while (p < end && *p != ';') {
        if (*p == '"' || *p == '\'')
            p = quote_end(p, end);
        else
            p += *p == '\\' && p + 1 < end ? 2 : 1;
    }
    return p;
}

bool line_words(const char *command, size_t length, struct words *words, struct error *e)
{
    const char *start = skip_blanks(command, command + length);
    char *text = xstrndup(start, (size_t)(command + length - start));
    bool good = true;

    if (is_auth(text, text + strlen(text))) {
        words_add(words, "auth");
        words_add(words, text + 5);
    } else {
        good = words_split(words, text, e);
    }
    free(text);
    return good;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

/* With its zero byte. */
static bool add_argument(const json_t *value, struct buffer *texts, struct error *e)
{
    if (json_is_string(value))
        buffer_add_text(texts, json_string_value(value));
    else if (json_is_integer(value))
        buffer_add_number(texts, json_integer_value(value));
    else if (json_is_real(value)) /* a time, such as 0.5 */
        buffer_addf(texts, "%.15g", json_real_value(value));
    else
        return failure(e, "args is a list of texts and numbers");
    buffer_add_char(texts, '\0');
    return true;
}

static bool read_arguments(const json_t *args, struct words *words, struct error *e)
{
    struct gathering found = { .count = 0 };
    bool good = true;

    for (; good && found.count < json_array_size(args); found.count++)
        good = add_argument(json_array_get(args, found.count), &found.texts, e);
    if (good && found.count > 0)
        words_add_all(words, &found);
    gathering_free(&found);
    return good;
}

static bool read_words(const json_t *root, struct words *words, struct error *e)
{
    const json_t *verb = json_object_get(root, "verb"), *args = json_object_get(root, "args");

    if (!json_is_string(verb))
        return failure(e, "a request has a verb, as in {\"verb\":\"status\",\"args\":[\"web\"],\"id\":1}");
    words_add(words, json_string_value(verb));
    if (args != NULL && !json_is_array(args) && !json_is_null(args))
        return failure(e, "args is a list of texts and numbers");
    return read_arguments(args, words, e);
}

/* An id is given back as it came; one that is not a number or a text is none. */
static char *read_id(const json_t *id)
{
    if (json_is_string(id) || json_is_number(id))
        return json_dumps(id, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    return NULL;
}

bool line_is_id(const char *id, const char *word)
{
    json_t *text;
    char *same;
    bool is;

    if (*id != '"')
        return strcmp(id, word) == 0;
    text = json_string(word);
    same = text != NULL ? json_dumps(text, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
    is = same != NULL && strcmp(id, same) == 0;
    free(same);
    json_decref(text);
    return is;
}

static bool read_request(const json_t *root, struct line_request *out, struct error *e)
{
    out->id = read_id(json_object_get(root, "id"));
    out->text = json_is_true(json_object_get(root, "text"));
    return read_words(root, &out->words, e);
}

bool line_parse_json(const char *line, size_t length, struct line_request *out, struct error *e)
{
    json_error_t why;
    json_t *root = json_loadb(line, length, 0, &why);
    bool good;

    *out = (struct line_request){ 0 };
    if (root == NULL)
        return failure(e, "this is no JSON: %s at column %d", why.text, why.column);
    good = json_is_object(root) ? read_request(root, out, e) : failure(e, "a request is a JSON object");
    json_decref(root);
    return good;
}

void line_request_free(struct line_request *r)
{
    free(r->id);
    words_free(&r->words);
}
