/* units: sizes, signals and modes as people write them. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include "base/duration.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* "64KB" "10MB" "1GB" "4K" "512" "512B": bytes, powers of 1024, upper or lower case. */
bool size_parse(const char *text, int64_t *out, struct error *e);

/* "TERM", "SIGTERM", "term" or "15" as a number; real-time ones as "RTMIN+1" or "RTMAX-1".
 * An unknown name fails with the nearest one. */
bool signal_parse(const char *text, int *out, struct error *e);

/* "TERM": without SIG; "RTMIN+1"; a number's digits if it has no name. Static. */
const char *signal_name(int number);

/* Octal digits, "022" or "0o22", at most 0777 for `limit` 0777. */
bool octal_parse(const char *text, unsigned limit, unsigned *out, struct error *e);

#endif
