/* pairs: `KEY=value` pairs of environments, in the forms that foreign files have for them. */
#ifndef CONVERT_PAIRS_H
#define CONVERT_PAIRS_H

#include "base/error.h"

#include <stdbool.h>

/* Called for each pair; both texts end with a zero and are gone afterwards. */
typedef void pair_fn(const char *key, const char *value, void *arg);

/* supervisord's form: `A="b",C='d',E=f`. Quotes are taken off, commas inside of them belong to the value, and nothing
 * is escaped. False when it breaks off or a value with blanks is not quoted. */
bool pairs_split(const char *text, pair_fn *on_pair, void *arg, struct error *e);

/* Whether the environment can hold a variable of this name. */
bool pairs_is_name(const char *name);

#endif
