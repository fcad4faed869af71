/* error: why something failed, in words for the user: what, why, how to mend it. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

struct error {
    char text[512];
};

/* Say why, and return false: `return failure(e, "there is no user '%s'", name);`.
 * `e` may be NULL where nobody asks. A text that is too long is cut. */
bool failure(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Put a context before what `e` says already: "program 'web': there is no user 'wbe'". False. */
bool failure_in(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same as failure, with ": " and the words for errno behind. False. */
bool failure_errno(struct error *e, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
