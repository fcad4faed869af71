/* duration: times as people write and read them. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/* A time or a duration in milliseconds. */
typedef int64_t msec;

/* "500ms" "10s" "5m" "2h" "1d" "1h30m" "0.5" (seconds): not negative, at most ten years.
 * What is not zero does not become zero by rounding. */
bool duration_parse(const char *text, msec *out, struct error *e);

/* Seconds as a number: not negative, finite, at most ten years. */
bool duration_from_seconds(double seconds, msec *out, struct error *e);

/* As a log line says it, the two largest units, cut: "250ms" "2s" "1.5s" "3m20s" "2h5m" "3d4h". */
void duration_format(struct buffer *b, msec duration);

/* As a setting says it: "60s", "0.5s". */
void duration_format_seconds(struct buffer *b, msec duration);

/* As supervisorctl says an uptime: "0:00:05", "23:03:12", and with days "3 days, 2:03:12". */
void uptime_format(struct buffer *b, msec uptime);

#endif
