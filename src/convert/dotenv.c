/* As foreman reads its .env, which is what a Procfile was written for: only whole lines are comments, values are taken
 * to the end of the line, and a quote that is not closed is a part of it. `env_file` (core/environment.c) is reeve's
 * own and stricter: it knows comments behind values and refuses what looks like a mistake. */
#include "convert/dotenv.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static bool is_key_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* Without blanks at both ends; the caller frees it. */
static char *trimmed(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    return xstrndup(text, length);
}

/* Take the backslashes out of what stood in double quotes. */
static void unescape(char *text)
{
    char *to = text;

    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0') {
            text++;
            *to++ = *text == 'n' ? '\n' : *text;
        } else {
            *to++ = *text;
        }
    }
    *to = '\0';
}

static void unquote(char *value)
{
    size_t length = strlen(value);
    char quote = *value;

    if (length < 2 || (quote != '"' && quote != '\'') || value[length - 1] != quote)
        return;
    memmove(value, value + 1, length - 2);
    value[length - 2] = '\0';
    if (quote == '"')
        unescape(value);
}

static void read_line(const struct source *s, const struct source_line *line, dotenv_fn *on_variable, void *arg,
                      struct problems *problems)
{
    char *text = trimmed(line->start, line->length);
    char *key = text_starts(text, "export ") ? text + 7 : text;
    size_t length = 0;
    char *value;

    while (is_key_character(key[length]))
        length++;
    if (*text == '\0' || *text == '#') {
        free(text);
        return;
    }
    if (length == 0 || key[length] != '=') {
        problems_add(problems, s->path, line->number, "expected KEY=value"); /* it may be a piece of a secret */
        free(text);
        return;
    }
    key[length] = '\0';
    value = trimmed(key + length + 1, strlen(key + length + 1));
    unquote(value);
    on_variable(key, value, line->number, arg);
    free(value);
    free(text);
}

void dotenv_read(const struct source *s, dotenv_fn *on_variable, void *arg, struct problems *problems)
{
    struct source_line line = { 0 };

    if (s->text.length > DOTENV_MAX) {
        problems_add(problems, s->path, 0, "the file is larger than %d bytes", DOTENV_MAX);
        return;
    }
    while (source_next_line(s, &line))
        read_line(s, &line, on_variable, arg, problems);
}
