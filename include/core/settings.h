/* settings: a record and the table of its settings. A setting is described once: its row knows how it is
 * spelled, read, checked, compared, printed, copied and freed, what it is when nobody says, and what its
 * change means for a process that runs. */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/problems.h"
#include "core/value.h"

#include <stdbool.h>
#include <stddef.h>

struct setting;

/* What a change at reload means for a process that runs. */
enum setting_change {
    CHANGE_LIVE,       /* applies at once */
    CHANGE_NEXT_START, /* applies when it is started the next time */
    CHANGE_RESTART,    /* the child sees it: it must be restarted */
    CHANGE_COUNT       /* processes are added or removed */
};

/* How values of one type are handled. Fields are pointers into the record. */
struct setting_type {
    const char *noun; /* "a time such as 10 or \"10s\"" */
    size_t size;      /* of the field */

    /* Replace the field's value. On failure the old one stays, and `e` says why, with the setting's name in it. A
     * nil makes it unset; only defaults do that. */
    bool (*read)(const struct setting *s, void *record, const struct value *v, struct error *e);

    void (*print)(const struct setting *s, const void *field, struct buffer *json);
    bool (*equal)(const void *a, const void *b);

    /* Of types that own memory; NULL for the others. `to` is a copy of the bytes of `from` already. */
    void (*copy)(void *to, const void *from);
    void (*clear)(void *field);

    /* What the change from `a` to `b` means; NULL: what the row says. */
    enum setting_change (*change)(const void *a, const void *b);
};

enum setting_flag {
    SETTING_COMPUTED = 1,  /* may be a function of the process */
    SETTING_SECRET = 2,    /* printed as "***" */
    SETTING_HOOK = 4,      /* is a function and nothing else */
    SETTING_ADVISOR = 8,   /* may be a function that is asked instead */
    SETTING_DECLARED = 16, /* said by the declaration, not in its table: a program's name */
    SETTING_BODY = 32,     /* with SETTING_HOOK: another function is a change, if its code differs */
    SETTING_NEEDED = 64    /* is complained about where it is missing: one that is only misspelt counts as said */
};

struct setting {
    const char *name;
    const struct setting_type *type;
    bool common;          /* its field lies in the record's common part */
    size_t offset;        /* of its field there, or in the record */
    const char *fallback; /* its default, as value_from_text reads it; NULL: all zero */
    enum setting_change change;
    unsigned flags;
    double min, max;            /* of numbers, times in seconds, octals; both 0: no bounds */
    const char *const *choices; /* of a choice; NULL-terminated */
    const char *help;           /* one line for the manual */
};

/* A kind of record. The first member of each record is a struct record. */
struct record_type {
    const char *noun; /* "program" */
    const struct setting *settings;
    size_t count;          /* of settings: at most 128 */
    size_t size;           /* of the struct */
    size_t common;         /* the place in it of the pointer to its common part, which is of */
    size_t common_size;    /* so many bytes; 0: it has none */
    const char *elsewhere; /* a name in its table that others read, or NULL: known, but no row */
};

/* The first member of a common part: settings that many records of a kind have alike and therefore keep together, so
 * that thousands of them are small. Who wants to change one gets a part of its own first. */
struct common_part {
    unsigned holders;
};

/* A setting whose value is a function: a hook, an advisor, or a value computed for each process. */
struct function_setting {
    const struct setting *setting;
    struct function *function; /* owned */
};

struct record {
    const struct record_type *type;
    struct function_setting *functions; /* owned */
    unsigned function_count;
    uint64_t said[2]; /* bit i: setting i was given in the file, not by default */
};

/* All defaults. */
void record_init(void *record, const struct record_type *type);

/* A deep copy into the uninitialized `to`. The common part is held by both. */
void record_copy(void *to, const void *from);

/* Its common part, not shared with any other from now on: to be written to. */
void *record_own(void *record);

/* It will not be changed any more: if one of the last others says the same, they share their common parts. */
void record_share(void *record);

/* Free what it owns, not itself. */
void record_clear(void *record);

/* Where a record stands in the file, and who is told what is wrong with it. */
struct record_source {
    const char *noun, *name; /* "program" and "web": before each problem; either may be NULL */
    const char *file;
    int line;                                   /* of the declaration */
    int (*line_of)(const char *key, void *arg); /* of a setting, or of the declaration; NULL: nobody knows */
    void *arg;
    struct problems *problems;
};

/* The line of a setting, or of the declaration: for "", or if nobody knows. */
int record_line(const struct record_source *from, const char *key);

/* One problem more, at the line of `key`. */
void record_complain(const struct record_source *from, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Read the named fields of `table` into an initialized record, in the order of the table of settings. Unknown
 * names (the nearest is proposed), wrong types, wrong choices become problems; the others are read all the same. */
void record_read(void *record, const struct value_table *table, const struct record_source *from);

/* Read one value; a function is taken where the row's flags allow it, nil is the default. The message names the
 * setting. */
bool setting_read(const struct setting *s, void *record, const struct value *v, struct error *e);

/* Its field in a record, to be written to. */
void *setting_field(const struct setting *s, void *record);

/* "'stoptime': expected a time such as 10 or "10s", got a table": for types whose read refuses a value. False. */
bool setting_mismatch(const struct setting *s, const struct value *v, struct error *e);

/* The row of that name, or NULL. */
const struct setting *setting_find(const struct record_type *type, const char *name);

/* Whether the file gave it, and the function it was given, if it was one. */
bool setting_was_said(const void *record, const struct setting *s);
const struct function *setting_function(const void *record, const struct setting *s);

/* Whether both records have the same value there (functions are not compared). */
bool setting_equal(const struct setting *s, const void *a, const void *b);

/* Whether `b` differs from `a` there, and what that means. A function in the place of a value, or the other way
 * round, is a difference; two functions are none, nor is a hook that comes or goes. Two bodies are one, if their code
 * differs. */
bool setting_changed(const struct setting *s, const void *a, const void *b, enum setting_change *change);

/* Its value as JSON; a function as {"function":"FILE:LINE"}, a secret as "***". */
void setting_print(const struct setting *s, const void *record, struct buffer *json);

/* All settings as a JSON object, keys sorted, each printed by setting_print. */
void record_print(const void *record, struct buffer *json);

/* The types. What the field is stands behind each. */
extern const struct setting_type setting_bool;            /* bool */
extern const struct setting_type setting_int;             /* int; with min and max; INT_MIN is unset */
extern const struct setting_type setting_limit;           /* int; -1 is unset: no limit */
extern const struct setting_type setting_bound;           /* int; 0 is no bound, and printed as unset */
extern const struct setting_type setting_duration;        /* msec; "10s" or seconds */
extern const struct setting_type setting_duration_or_off; /* msec; 0 and false are off */
extern const struct setting_type setting_size;            /* int64_t bytes */
extern const struct setting_type setting_size_bound;      /* int64_t bytes; 0 is no bound, and printed as unset */
extern const struct setting_type setting_text;            /* char *, owned, not empty */
extern const struct setting_type setting_identity;        /* the same; a number is taken as its digits */
extern const struct setting_type setting_choice;          /* int: index into choices */
extern const struct setting_type setting_signal;          /* int; 0 is unset */
extern const struct setting_type setting_signal_or_false; /* int; false is 0 */
extern const struct setting_type setting_octal;           /* int; -1 is unset; the number 022 is read as its digits */
extern const struct setting_type setting_words;   /* struct words; a list of texts, or one; `word` NULL is unset */
extern const struct setting_type setting_numbers; /* struct numbers: ints; a list or one */
extern const struct setting_type setting_map;     /* struct words of "KEY=value", sorted; texts, numbers, booleans */
extern const struct setting_type setting_hook;    /* no field: a function */

/* A few integers, such as exit codes; all zero is empty. */
struct numbers {
    int *number; /* owned */
    size_t count;
};

bool numbers_have(const struct numbers *n, int number);

#endif
