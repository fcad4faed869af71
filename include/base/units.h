/* units: times, sizes, signals and modes as people write them. */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* A time or a duration in milliseconds. */
typedef int64_t msec;

/* "500ms" "10s" "5m" "2h" "1d" "0.5" (seconds): not negative, at most ten years. */
bool duration_parse(const char *text, msec *out, struct error *e);

/* Seconds as a number: not negative, finite, at most ten years. */
bool duration_from_seconds(double seconds, msec *out, struct error *e);

/* As a log line says it: "250ms" "2s" "1.5s" "3m20s" "2h5m" "3d4h". */
void duration_format(struct buffer *b, msec duration);

/* As supervisorctl says an uptime: "0:00:05", "26:03:12", and with days "3 days, 2:03:12". */
void uptime_format(struct buffer *b, msec uptime);

/* "64KB" "10MB" "1GB" "4K" "512" "512B": bytes, powers of 1024, upper or lower case. */
bool size_parse(const char *text, int64_t *out, struct error *e);

/* "TERM", "SIGTERM", "term" or "15" as a number; real-time ones as "RTMIN+1". An unknown name fails with the nearest one. */
bool signal_parse(const char *text, int *out, struct error *e);

/* "TERM": without SIG; "RTMIN+1"; a number's digits if it has no name. Static. */
const char *signal_name(int number);

/* Octal digits, "022" or "0o22", at most 0777 for `limit` 0777. */
bool octal_parse(const char *text, unsigned limit, unsigned *out, struct error *e);

#endif
