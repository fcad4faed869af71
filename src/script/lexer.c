#include "script/lexer.h"

#include <ctype.h>
#include <string.h>

void lexer_init(struct lexer *x, const char *text, size_t length)
{
    *x = (struct lexer){ .begin = text, .p = text, .end = text + length, .line = 1 };
}

static char ahead(const struct lexer *x, size_t n)
{
    return n < (size_t)(x->end - x->p) ? x->p[n] : '\0';
}

static void advance(struct lexer *x)
{
    if (*x->p == '\n')
        x->line++;
    x->p++;
}

/* How long is the opening of a long bracket here: 2 for `[[`, 3 for `[=[`; 0: it is none. */
static size_t long_opening(const struct lexer *x)
{
    size_t n = 1;

    if (ahead(x, 0) != '[')
        return 0;
    while (ahead(x, n) == '=')
        n++;
    return ahead(x, n) == '[' ? n + 1 : 0;
}

static bool closes_here(const struct lexer *x, size_t opening)
{
    if (ahead(x, 0) != ']' || ahead(x, opening - 1) != ']')
        return false;
    for (size_t i = 1; i < opening - 1; i++)
        if (ahead(x, i) != '=')
            return false;
    return true;
}

/* At the opening; afterwards behind the closing. `text` is what is in between. */
static void read_long(struct lexer *x, size_t opening)
{
    x->p += opening;
    x->text = x->p;
    while (x->p < x->end && !closes_here(x, opening))
        advance(x);
    x->length = (size_t)(x->p - x->text);
    x->p += x->end - x->p < (ptrdiff_t)opening ? x->end - x->p : (ptrdiff_t)opening;
}

static void skip_comment(struct lexer *x)
{
    size_t opening;

    x->p += 2;
    opening = long_opening(x);
    if (opening > 0) {
        read_long(x, opening);
        return;
    }
    while (x->p < x->end && *x->p != '\n')
        x->p++;
}

static void skip_blanks(struct lexer *x)
{
    for (;;) {
        if (ahead(x, 0) == '-' && ahead(x, 1) == '-')
            skip_comment(x);
        else if (x->p < x->end && isspace((unsigned char)*x->p))
            advance(x);
        else
            return;
    }
}

static void read_quoted(struct lexer *x)
{
    char quote = *x->p++;

    x->text = x->p;
    while (x->p < x->end && *x->p != quote && *x->p != '\n') {
        if (*x->p == '\\' && x->end - x->p > 1)
            advance(x); /* the character behind it is no end, whatever it is */
        advance(x);
    }
    x->length = (size_t)(x->p - x->text);
    if (ahead(x, 0) == quote)
        x->p++;
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void read_word(struct lexer *x)
{
    x->text = x->p;
    while (x->p < x->end && in_word(*x->p))
        x->p++;
    x->length = (size_t)(x->p - x->text);
}

static void read_symbol(struct lexer *x)
{
    bool compares = ahead(x, 1) == '=' && (*x->p == '=' || *x->p == '~' || *x->p == '<' || *x->p == '>');

    x->text = compares ? "?" : x->p;
    x->length = 1;
    x->p += compares ? 2 : 1;
}

bool lexer_next(struct lexer *x)
{
    char c;

    skip_blanks(x);
    x->token_line = x->line;
    c = ahead(x, 0);
    if (x->p == x->end) {
        x->kind = TOKEN_END;
    } else if (c == '"' || c == '\'') {
        x->kind = TOKEN_STRING;
        read_quoted(x);
    } else if (long_opening(x) > 0) {
        x->kind = TOKEN_STRING;
        read_long(x, long_opening(x));
    } else if (in_word(c)) {
        x->kind = isdigit((unsigned char)c) ? TOKEN_NUMBER : TOKEN_NAME;
        read_word(x);
    } else {
        x->kind = TOKEN_SYMBOL;
        read_symbol(x);
    }
    return x->kind != TOKEN_END;
}

bool lexer_is(const struct lexer *x, enum token_kind kind, const char *text)
{
    return x->kind == kind && x->length == strlen(text) && memcmp(x->text, text, x->length) == 0;
}

bool lexer_is_symbol(const struct lexer *x, char c)
{
    return x->kind == TOKEN_SYMBOL && *x->text == c;
}
