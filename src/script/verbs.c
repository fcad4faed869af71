#include "script/verbs.h"

#include "base/json.h"
#include "core/command.h"
#include "core/metrics.h"
#include "os/clock.h"
#include "script/call.h"
#include "script/schedules.h"
#include "script/task.h"
#include "verbs_private.h"

static void print_line(const struct task_info *info, struct reply *r)
{
    struct buffer since = { 0 };

    duration_format(&since, clock_now() - info->since);
    if (info->spot.line > 0)
        reply_line(r, "%s: %s for %s at %s:%d", info->name, info->runs ? "runs" : "waits", since.data, info->spot.file,
                   info->spot.line);
    else
        reply_line(r, "%s: has not begun", info->name);
    buffer_free(&since);
}

static void print_data(const struct task_info *info, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "task");
    json_text(b, info->name);
    json_key(b, "waits");
    json_bool(b, !info->runs);
    json_key(b, "since");
    json_double(b, (double)(clock_now() - info->since) / 1000);
    json_key(b, "file");
    json_text(b, info->spot.line > 0 ? info->spot.file : NULL);
    json_key(b, "line");
    json_int(b, info->spot.line);
    json_close_object(b);
}

static void print(const struct task_info *info, void *arg)
{
    struct reply *r = arg;

    if (r->wants_data)
        print_data(info, &r->data);
    else
        print_line(info, r);
}

static void run_tasks(const struct request *q, struct reply *r)
{
    (void)q;
    json_open_array(&r->data);
    tasks_each(print, r);
    json_close_array(&r->data);
    reply_end(r);
}

static const struct command tasks = {
    "tasks",
    "",
    "hooks and tasks that run now\n"
    "A line for each: what it is, since when it runs, and at which line of the file it waits.",
    "",
    0,
    0,
    false,
    run_tasks
};

static void count(const struct task_info *info, void *arg)
{
    (void)info;
    ++*(size_t *)arg;
}

static void write_metrics(struct supervisor *s, struct buffer *out)
{
    size_t tasks_now = 0;

    (void)s;
    tasks_each(count, &tasks_now);
    metrics_family(out, "reeve_tasks", "gauge", "Hooks and tasks that run or wait now.");
    metrics_sample(out, "reeve_tasks", (double)tasks_now, NULL);
    metrics_family(out, "reeve_hook_errors", "counter", "Hooks, advisors and tasks that failed or were cut off.");
    metrics_sample(out, "reeve_hook_errors_total", (double)call_errors_logged(), NULL);
}

static struct metrics_source metrics = { .write = write_metrics };

void verbs_register(void)
{
    metrics_register(&metrics);
    schedules_register();
    if (command_find(tasks.verb) != NULL)
        return;
    command_register(&tasks);
    command_register(&verb_alert);
}
