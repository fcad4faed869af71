/* text: matching, guessing, comparing. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/words.h"

#include <stdbool.h>

/* Whether `name` matches the glob `pattern`: * ? [a-z] [!a-z] and \ before a character that is meant as it is. */
bool text_matches(const char *pattern, const char *name);

/* Whether it is one of `words` (a NULL ends them). */
bool text_is_among(const char *text, const char *const *words);

/* The one of `candidates` (a NULL ends them) that `word` was most likely meant to be; NULL if none is near. */
const char *text_nearest(const char *word, const char *const *candidates);

bool text_starts(const char *text, const char *prefix);
bool text_ends(const char *text, const char *suffix);

/* Whether it is digits, at least one, and nothing else. */
bool text_is_digits(const char *text);

/* Whether Lua takes it for the name of a variable or a field: no word of its own. */
bool text_is_lua_name(const char *text, size_t length);

/* How many newlines there are. */
size_t text_count_lines(const char *data, size_t length);

/* What stands behind the last slash of `path`, or all of it. */
const char *text_base_name(const char *path);

/* `path` as it is meant in `file`: a relative one is in that file's folder. The caller frees it. */
char *text_beside(const char *file, const char *path);

/* The name of a program, a group, a socket; the rule is for those who wrote another one. */
bool text_is_name(const char *name);
#define TEXT_NAME_RULE "a name has 1 to 64 letters, digits and _ . - and does not begin with -"

/* Make one line of it that no terminal obeys: control characters become blanks. */
void text_flatten(char *text);

/* Compare `a` with `b` in a time that does not depend on where they differ: for passwords. */
bool text_equal_secret(const char *a, const char *b);

#endif
