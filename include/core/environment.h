/* environment: the environment of a child, put together from its sources; a later source wins. */
#ifndef CORE_ENVIRONMENT_H
#define CORE_ENVIRONMENT_H

#include "base/error.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is empty. Entries that were set by pair are owned, the others are borrowed. */
struct environment {
    char **entry; /* "KEY=value" …, a NULL at the end once something was set */
    size_t count, capacity;
    char **owned;
    size_t owned_count;
    unsigned char first_like[64]; /* where to look for a key, by its first two letters */
};

/* Take KEY=value over whatever KEY was; both are copied. */
void environment_set(struct environment *env, const char *key, const char *value);

/* The same with texts "KEY=value", which are borrowed. */
void environment_put_all(struct environment *env, const struct words *entries);

/* reeve's own, as the first source. */
void environment_inherit(struct environment *env);

/* Lines of KEY=value: blank lines and comments (#) are skipped, a leading `export` is allowed, a value may stand in
 * quotes: '…' is taken as it is, in "…" \n \" \\ \$ are understood. False with file, line and reason. */
bool environment_read_file(struct environment *env, const char *path, struct error *e);

void environment_free(struct environment *env);

#endif
