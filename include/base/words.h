/* words: a list of words, as a command line or an environment is. */
#ifndef BASE_WORDS_H
#define BASE_WORDS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is empty. `word` ends with a NULL, as execve wants it, once something was added or copied. */
struct words {
    char **word;
    size_t count;
};

/* Add a copy of `word`. */
void words_add(struct words *w, const char *word);

/* Words on their way into a list that may be long: each words_add copies all that is there already. All zero is empty.
 */
struct gathering {
    struct buffer texts; /* one after another, each with its zero byte */
    size_t count;
};

void gathering_add(struct gathering *g, const char *word);
void gathering_free(struct gathering *g);

/* Add all that was gathered, and forget it there. */
void words_add_all(struct words *w, struct gathering *g);

/* Make `to`, which holds nothing, a copy of `from`. */
void words_copy(struct words *to, const struct words *from);

/* Whether both have the same words in the same order. */
bool words_equal(const struct words *a, const struct words *b);

/* Whether `word` is among them. */
bool words_have(const struct words *w, const char *word);

/* Forget the words; the list is empty again. */
void words_free(struct words *w);

/* Split `text` by the shell's quoting rules (blanks, '…', "…", \); nothing is expanded.
 * An unclosed quote is a failure. The words are added to `w`: all of them, or none. */
bool words_split(struct words *w, const char *text, struct error *e);

#endif
