/* reload_report: what a reload does, or with --dry-run would do. */
#ifndef CORE_RELOAD_REPORT_H
#define CORE_RELOAD_REPORT_H

#include "base/buffer.h"
#include "core/plan.h"

/* All zero: nothing is known. */
struct reload_report {
    struct plan_comparison programs; /* with what the processes say: see ask_processes in reload.c */
    struct words next_start;         /* settings of reeve's own that cannot follow before it is started anew */
    struct plan *before, *after;     /* held: the names are theirs */
};

/* From one plan to another. */
void reload_report_make(struct reload_report *r, struct plan *before, struct plan *after);
void reload_report_free(struct reload_report *r);

/* For people, a line each: "added: web", "changed: web (cmd; restart)", "next start of reeve: name, umask". */
void reload_report_print(const struct reload_report *r, struct buffer *out);

/* On one line, for the log: of many only the first ones are named. */
void reload_report_sum_up(const struct reload_report *r, struct buffer *out);

#endif
