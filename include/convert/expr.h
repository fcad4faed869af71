/* expr: Lua expressions in the making, with the place in the foreign file where each comes from. */
#ifndef CONVERT_EXPR_H
#define CONVERT_EXPR_H

#include "base/buffer.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A line of a file that is being converted. `file` is borrowed from its source. */
struct place {
    const char *file;
    int line;
};

enum expr_kind {
    EXPR_TEXT, /* a string, to be quoted */
    EXPR_CODE, /* Lua as it stands: numbers, booleans, functions */
    EXPR_TABLE
};

struct expr;

/* One line of a table: a field, an element (no key) or a note (no value). */
struct expr_item {
    char *key;
    struct expr *value;
    char *note;
    struct place place;
};

struct expr {
    enum expr_kind kind;
    char *text; /* of TEXT and CODE */
    struct expr_item *item;
    size_t count, capacity;
};

/* New ones, the caller's until a table owns them; texts are copied. Code is Lua as it stands. */
struct expr *expr_text(const char *text);
struct expr *expr_number(long long n);
struct expr *expr_bool(bool yes);
struct expr *expr_code(const char *format, ...) __attribute__((format(printf, 1, 2)));
struct expr *expr_table(void);

/* Add to a table, which owns `value` from then on. */
void expr_add(struct expr *table, struct expr *value, struct place place);
void expr_set(struct expr *table, const char *key, struct expr *value, struct place place);

/* A comment of its own, before whatever is added next. */
void expr_note(struct expr *table, struct place place, const char *format, ...) __attribute__((format(printf, 3, 4)));
void expr_vnote(struct expr *table, struct place place, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

/* The value of `key`, or NULL. */
struct expr *expr_get(const struct expr *table, const char *key);

/* NULL is welcome. */
void expr_free(struct expr *e);

#endif
