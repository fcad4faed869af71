/* lexer: the tokens of a Lua text, as far as brackets, names and strings go. It never fails: what it does not
 * know is a token of one character. */
#ifndef SCRIPT_LEXER_H
#define SCRIPT_LEXER_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
    TOKEN_END,
    TOKEN_NAME, /* and keywords */
    TOKEN_STRING,
    TOKEN_NUMBER,
    TOKEN_SYMBOL /* one character; `==` `~=` `<=` `>=` are one token, whose character is '?' */
};

struct lexer {
    const char *begin, *p, *end;
    int line;
    /* The token that was read last. */
    enum token_kind kind;
    const char *text; /* of a string: what is between its quotes, escapes as they are written */
    size_t length;
    int token_line; /* where it begins; 0: none was read yet */
};

void lexer_init(struct lexer *x, const char *text, size_t length);

/* Read the next token; false at the end. */
bool lexer_next(struct lexer *x);

bool lexer_is(const struct lexer *x, enum token_kind kind, const char *text);
bool lexer_is_symbol(const struct lexer *x, char c);

#endif
