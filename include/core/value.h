/* value: what a configuration file says, before a setting makes sense of it. Lua's values without Lua. */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum value_kind {
    VALUE_NIL,
    VALUE_BOOL,
    VALUE_INT,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_TABLE,
    VALUE_FUNCTION
};

/* A function of the configuration. Only the script that made it can call it. */
struct function {
    int reference;  /* the script's name for it */
    uint64_t code;  /* equal for equal stripped bytecode */
    char where[];   /* "FILE:LINE" */
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

/* The field of that name, or NULL. */
const struct value *value_get(const struct value_table *t, const char *key);

/* A value that a default writes down as text: "true", "3", "0.5", "10s", "" (nil), "{}" (an empty table). */
struct value value_from_text(const char *text);

struct function *function_new(int reference, uint64_t code, const char *where);

/* "a number", "a table" …: for "expected a time, got a table". */
const char *value_noun(const struct value *v);

/* Free what it owns; it is nil afterwards. */
void value_clear(struct value *v);

#endif
