#include "script/locate.h"

#include <stdbool.h>
#include <string.h>

/* To the first token of the declaration: everything before has to be read too, or a string or comment of many lines
 * would be taken for code. */
static bool go_to_line(struct lexer *x, int line)
{
    if (x->token_line > line)
        lexer_init(x, x->begin, (size_t)(x->end - x->begin));
    while (x->token_line < line)
        if (!lexer_next(x))
            return false;
    return x->token_line == line;
}

/* To a token of this line, if it is there. */
static bool go_to_token(struct lexer *x, enum token_kind kind, const char *text)
{
    struct lexer probe = *x;

    do {
        if (!lexer_is(&probe, kind, text))
            continue;
        *x = probe;
        return true;
    } while (lexer_next(&probe) && probe.token_line == x->token_line);
    return false;
}

/* To where the declaration begins in its line: at its name, since two may share a line, or at its word. */
static void go_to_declaration(struct lexer *x, const char *word, const char *name)
{
    if (name == NULL || !go_to_token(x, TOKEN_STRING, name))
        go_to_token(x, TOKEN_NAME, word);
}

static bool ends_expression(const struct lexer *x)
{
    return x->kind == TOKEN_NAME || x->kind == TOKEN_STRING || x->kind == TOKEN_NUMBER || lexer_is_symbol(x, ')') ||
           lexer_is_symbol(x, '}') || lexer_is_symbol(x, ']');
}

/* To the `{` of its table. A name right behind an expression begins the next statement: the table is not written here.
 */
static bool go_to_table(struct lexer *x)
{
    bool ended = ends_expression(x);
    int nested = 0;

    while (lexer_next(x)) {
        if (lexer_is_symbol(x, '{'))
            return true;
        if (nested == 0 && ended && x->kind == TOKEN_NAME)
            return false;
        nested += lexer_is_symbol(x, '(') - lexer_is_symbol(x, ')');
        ended = ends_expression(x);
    }
    return false;
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* +1 if the token opens something that has to be closed again, -1 if it closes it. */
static int nesting(const struct lexer *x)
{
    static const char *const openers[] = { "function", "if", "do", "repeat", NULL };

    if (x->kind == TOKEN_SYMBOL)
        return is_one_of(*x->text, "({[") ? 1 : is_one_of(*x->text, ")}]") ? -1 : 0;
    if (x->kind != TOKEN_NAME)
        return 0;
    for (const char *const *word = openers; *word != NULL; word++)
        if (lexer_is(x, TOKEN_NAME, *word))
            return 1;
    return lexer_is(x, TOKEN_NAME, "end") || lexer_is(x, TOKEN_NAME, "until") ? -1 : 0;
}

static bool is_key(const struct lexer *x, const char *key, size_t length)
{
    return (x->kind == TOKEN_NAME || x->kind == TOKEN_STRING) && x->length == length &&
           memcmp(x->text, key, length) == 0;
}

/* Whether the field that begins at the token `x` has that key: `key =` or `["key"] =`. Then `x` is at the `=`. */
static bool field_has_key(struct lexer *x, const char *key, size_t length)
{
    struct lexer probe = *x;
    bool bracketed = lexer_is_symbol(x, '[');

    if (bracketed)
        lexer_next(&probe);
    if (!is_key(&probe, key, length) || (probe.kind == TOKEN_STRING) != bracketed)
        return false;
    lexer_next(&probe);
    if (bracketed && lexer_is_symbol(&probe, ']'))
        lexer_next(&probe);
    if (!lexer_is_symbol(&probe, '='))
        return false;
    *x = probe;
    return true;
}

/* Within the table whose `{` was just read: go to the `=` of the field; its line, or 0. */
static int go_to_field(struct lexer *x, const char *key, size_t length)
{
    bool begins = true; /* a field may begin here */
    int depth = 0;

    while (lexer_next(x)) {
        int line = x->token_line;

        if (begins && field_has_key(x, key, length))
            return line;
        begins = depth == 0 && (lexer_is_symbol(x, ',') || lexer_is_symbol(x, ';'));
        depth += nesting(x);
        if (depth < 0)
            return 0;
    }
    return 0;
}

int locate_setting(struct lexer *text, int line, const char *word, const char *name, const char *path)
{
    struct lexer x;
    int found = 0;

    if (!go_to_line(text, line))
        return 0;
    x = *text;
    go_to_declaration(&x, word, name);
    if (!go_to_table(&x))
        return 0;
    for (;;) {
        size_t key = strcspn(path, ".");
        int at = go_to_field(&x, path, key);

        if (at == 0)
            return found;
        found = at;
        path += key;
        if (*path++ == '\0' || !lexer_next(&x) || !lexer_is_symbol(&x, '{'))
            return found;
    }
}
