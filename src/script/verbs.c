#include "script/verbs.h"

#include "core/command.h"
#include "core/metrics.h"
#include "script/call.h"
#include "script/schedules.h"
#include "script/task.h"
#include "verbs_private.h"

static void write_metrics(struct supervisor *s, struct buffer *out)
{
    (void)s;
    metrics_family(out, "reeve_tasks", "gauge", "Hooks and tasks that run or wait now.");
    metrics_sample(out, "reeve_tasks", (double)tasks_count(), NULL);
    metrics_family(out, "reeve_hook_errors", "counter", "Hooks, advisors and tasks that failed or were cut off.");
    metrics_sample(out, "reeve_hook_errors_total", (double)call_errors_logged(), NULL);
}

static struct metrics_source metrics = { .write = write_metrics };

void verbs_register(void)
{
    metrics_register(&metrics);
    schedules_register();
    if (command_find(verb_alert.verb) == NULL)
        command_register(&verb_alert);
}
