/* text: matching, splitting, guessing. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A list of words; all zero is empty. `word` ends with a NULL, as execve wants it. */
struct words {
    char **word;
    size_t count;
};

void words_add(struct words *w, const char *word);
void words_copy(struct words *to, const struct words *from);
bool words_equal(const struct words *a, const struct words *b);
void words_free(struct words *w);

/* Split `text` by the shell's quoting rules (blanks, '…', "…", \); nothing is expanded.
 * An unclosed quote is a failure. The words are added to `w`. */
bool words_split(struct words *w, const char *text, struct error *e);

/* Whether `name` matches the glob `pattern` (* ? [a-z]). */
bool text_matches(const char *pattern, const char *name);

/* The one of `candidates` (a NULL ends them) that `word` was most likely meant to be; NULL if none is near. */
const char *text_nearest(const char *word, const char *const *candidates);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/* Letters, digits, `_ . -`, 1 to 64 of them, not beginning with `-`: the name of a program. */
bool text_is_name(const char *name);

/* Compare `a` with `b` in a time that does not depend on where they differ: for passwords. */
bool text_equal_secret(const char *a, const char *b);

#endif
