/* scalar: the words of foreign files as Lua expressions. What fails says in `e` what was expected. */
#ifndef CONVERT_SCALAR_H
#define CONVERT_SCALAR_H

#include "base/error.h"
#include "convert/expr.h"

#include <stdbool.h>

/* Whether it is one of `words`, ended by a NULL, in any case. */
bool scalar_is_one_of(const char *text, const char *const *words);

/* true yes on / false no off, in any case. */
bool scalar_is_true(const char *text);
bool scalar_is_false(const char *text);
struct expr *scalar_bool(const char *text, struct error *e);

/* Digits with a sign, and nothing else. */
bool scalar_integer(const char *text, long long min, long long max, long long *out, struct error *e);
struct expr *scalar_int(const char *text, long long min, long long max, struct error *e);

/* "10", "0.5", "10s". */
struct expr *scalar_time(const char *text, struct error *e);

/* "50MB", "1024". */
struct expr *scalar_size(const char *text, struct error *e);

/* "022", "22", "0o22" as three octal digits. */
struct expr *scalar_octal(const char *text, struct error *e);

/* "TERM", "SIGTERM", "15", as a name without SIG. */
struct expr *scalar_signal(const char *text, struct error *e);

/* Exit codes between blanks and commas: "0,2". Signs are dropped: there are no negative ones, they come from list
 * items without a blank behind the dash. `*signs` says whether there were any. */
struct expr *scalar_codes(const char *text, bool *signs, struct place place, struct error *e);

/* Text, or a number if it is nothing but digits: users and groups. */
struct expr *scalar_identity(const char *text);

#endif
