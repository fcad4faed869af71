/* value: what a configuration file says, before a setting makes sense of it. Lua's values without Lua. */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind { VALUE_NIL, VALUE_BOOL, VALUE_INT, VALUE_NUMBER, VALUE_TEXT, VALUE_TABLE, VALUE_FUNCTION };

/* A function of the configuration. Only the script that made it can call it. */
struct function {
    int reference; /* the script's name for it */
    uint64_t code; /* equal for equal stripped bytecode */
    char where[];  /* "FILE:LINE" */
};

struct value {
    enum value_kind kind;
    union {
        bool yes;
        int64_t integer;
        double number;
        char *text;                /* owned */
        struct value_table *table; /* owned */
        struct function *function; /* owned */
    };
};

/* The elements 1…n of a table come first, in order, with a NULL key; then the named ones, sorted by key. */
struct value_field {
    char *key;
    struct value value;
};

struct value_table {
    size_t count;
    size_t elements; /* how many of them have no key */
    struct value_field field[];
};

/* A table of nils to fill: first its elements, then, in any order, the named fields; value_table_sort ends the work. */
struct value_table *value_table_new(size_t elements, size_t named);
void value_table_sort(struct value_table *t);

/* The field of that name, or NULL. */
const struct value *value_get(const struct value_table *t, const char *key);

/* A value that a default writes down as text: "true", "3", "0.5", "10s", "" (nil), "{}" (an empty table). */
struct value value_from_text(const char *text);

/* One block: the caller frees it. */
struct function *function_new(int reference, uint64_t code, const char *where);

/* A table without names is a list of its elements, another value a list of itself alone. False: it has names. */
bool value_is_list(const struct value *v, size_t *count);
const struct value *value_item(const struct value *v, size_t i);

/* Whether it is a whole number, also one like 3.0. */
bool value_to_integer(const struct value *v, int64_t *out);

/* A text, or a number as its digits: a new text, the caller's; NULL for all else. */
char *value_to_text(const struct value *v);

/* "nothing", "a table" …: for "expected a time, got a table". */
const char *value_noun(const struct value *v);

/* The same, but what fits on a line as it was written: `"sometimes"`, `-1`, `true`. For use before the next call. */
const char *value_shown(const struct value *v);

/* Free what it owns; it is nil afterwards. */
void value_clear(struct value *v);

#endif
