/* supervisord_command: commands, split as Python's shlex does it. */
#include "base/words.h"
#include "base/xalloc.h"
#include "convert/supervisord.h"

#include <stdlib.h>
#include <string.h>

static const char blanks[] = " \t\r\n";

/* Copy what stands in the quotes at `text`; returns what is behind them, NULL if they stay open. In "…" a backslash
 * protects only a quote and itself. */
static const char *add_quoted(struct buffer *word, const char *text)
{
    char quote = *text++;

    for (; *text != '\0' && *text != quote; text++) {
        if (quote == '"' && *text == '\\' && (text[1] == '"' || text[1] == '\\'))
            text++;
        buffer_add_char(word, *text);
    }
    return *text == quote ? text + 1 : NULL;
}

static const char *add_word(struct words *words, const char *text, struct error *e)
{
    struct buffer word = { 0 };
    char *whole;

    while (text != NULL && *text != '\0' && strchr(blanks, *text) == NULL) {
        if (*text == '"' || *text == '\'') {
            text = add_quoted(&word, text);
            if (text == NULL)
                failure(e, "a quote stays open");
        } else if (*text == '\\' && text[1] == '\0') {
            text = NULL;
            failure(e, "there is nothing behind the last backslash");
        } else {
            text += *text == '\\';
            buffer_add_char(&word, *text++);
        }
    }
    whole = buffer_take(&word);
    if (text != NULL)
        words_add(words, whole);
    free(whole);
    return text;
}

static bool split(struct words *words, const char *text, struct error *e)
{
    for (text += strspn(text, blanks); *text != '\0'; text += strspn(text, blanks)) {
        text = add_word(words, text, e);
        if (text == NULL)
            return false;
    }
    return words->count > 0 || failure(e, "the command is empty");
}

/* Where a shell would split it otherwise, the words are written one by one. */
static struct expr *make_list(const struct ini_values *v, const struct words *words, struct place place)
{
    struct expr *list = expr_table();
    struct buffer code = { 0 };
    bool open = false;

    for (size_t i = 0; i < words->count; i++) {
        open = open || (template_is_open(words->word[i]) && v->scope.numprocs != 1);
        buffer_add_text(&code, i == 0 ? "" : ", ");
        template_code(&code, words->word[i]);
        expr_add(list, ini_template(v, words->word[i]), place);
    }
    if (open) {
        expr_free(list);
        list = expr_code("function(p) return { %s } end", code.data);
    }
    buffer_free(&code);
    return list;
}

/* Newlines between words become blanks: a command over several lines is one line to its readers. */
static char *joined(const char *template)
{
    char *line = xstrdup(template);
    char quote = '\0';

    for (char *c = line; *c != '\0'; c++) {
        if (*c == '\\' && quote != '\'' && c[1] != '\0')
            c++;
        else if (quote != '\0')
            quote = *c == quote ? '\0' : quote;
        else if (*c == '"' || *c == '\'')
            quote = *c;
        else if (*c == '\n')
            *c = ' ';
    }
    return line;
}

struct expr *supervisord_command(struct ini_values *v, const char *template, struct place place, struct error *e)
{
    struct words words = { 0 }, ours = { 0 };
    struct expr *expr = NULL;

    if (split(&words, template, e)) {
        char *line = joined(template);
        bool same = words_split(&ours, line, NULL) && words_equal(&words, &ours);

        expr = same ? ini_template(v, line) : make_list(v, &words, place);
        free(line);
    }
    words_free(&words);
    words_free(&ours);
    return expr;
}
