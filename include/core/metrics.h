/* metrics: what there is to count and to measure, as OpenMetrics text: for Prometheus and whatever reads the same. It is
 * written so that a reader of Prometheus' own format takes it, too: counters and gauges only.
 *
 * Each room that has numbers registers a source, which writes whole families:
 *
 *     metrics_family(out, "reeve_jobs", "counter", "Jobs that were done.");
 *     metrics_sample(out, "reeve_jobs_total", 12, "function", name, NULL);
 */
#ifndef CORE_METRICS_H
#define CORE_METRICS_H

#include "base/buffer.h"

struct supervisor;

struct metrics_source {
    void (*write)(struct supervisor *s, struct buffer *out);
    struct metrics_source *next; /* its own: NULL at first */
};

/* Ask it from now on, after the ones before it. It must outlive its use; more often than once does no harm. */
void metrics_register(struct metrics_source *source);

/* Everything that is registered, and the end mark. */
void metrics_write(struct supervisor *s, struct buffer *out);

/* A family begins: "gauge", or "counter", whose samples have `_total` behind its name. `help` is a line. */
void metrics_family(struct buffer *out, const char *name, const char *type, const char *help);

/* A sample, with names and values of its labels in turn; NULL ends them. Values may hold anything. */
void metrics_sample(struct buffer *out, const char *name, double value, ...) __attribute__((sentinel));

#endif
