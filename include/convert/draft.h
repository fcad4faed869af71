/* draft: a supervisor.lua in the making, the same for every format. A format fills it, lua_text prints it. */
#ifndef CONVERT_DRAFT_H
#define CONVERT_DRAFT_H

#include "base/problems.h"
#include "convert/expr.h"

#include <stdbool.h>
#include <stddef.h>

/* `word "name" { table }`; without a name `word { table }`; without a word only the notes in the table. */
struct statement {
    char *word; /* "program", "group", …, or a few lines of Lua when there is no table */
    char *name;
    struct expr *table;
    struct place place;
};

enum { DRAFT_MAX = 100000 }; /* statements: more are refused */

struct draft {
    struct expr *supervisor; /* settings of the supervisor itself; they come first */
    struct expr *notes;      /* on the file as a whole */
    struct statement *statement;
    size_t count, capacity;
    bool overfull;
    struct problems *problems; /* borrowed */
};

/* Empty; mistakes go into `problems`, which outlives it. */
void draft_init(struct draft *d, struct problems *problems);
void draft_free(struct draft *d);

/* A new statement; fill the table that comes back. `word` is copied and may be NULL. */
struct expr *draft_open(struct draft *d, const char *word, struct place place);

/* The same, with a name from the foreign file that may have to change for reeve; the table begins with a note then. */
struct expr *draft_open_named(struct draft *d, const char *word, const char *name, struct place place);

/* Lines of Lua that stand by themselves. */
void draft_code(struct draft *d, const char *lua, struct place place);

/* What could not be carried over, at the head of the file. */
void draft_note(struct draft *d, struct place place, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* A mistake in the foreign file. False. */
bool draft_refuse(struct draft *d, struct place place, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* `name` as a program may be called (the caller frees it): other characters become `-`; the difference is noted in
 * `notes`, unless that is NULL. */
char *draft_name(const char *name, struct expr *notes, struct place place);

/* Refuse programs, groups and sockets of the same name. */
void draft_check_names(struct draft *d);

#endif
