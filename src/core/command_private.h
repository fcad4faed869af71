/* The inside of the commands: the verbs by topic, and what they share. */
#ifndef CORE_COMMAND_PRIVATE_H
#define CORE_COMMAND_PRIVATE_H

#include "core/command.h"
#include "core/organ.h"
#include "core/supervisor.h"

typedef void command_fn(const struct request *q, struct reply *r);

/* command_status.c */
command_fn command_status, command_health, command_pid, command_show;

/* command_why.c */
command_fn command_why;

/* command_metrics.c */
command_fn command_metrics;

/* command_graph.c */
command_fn command_graph;

/* command_tasks.c */
command_fn command_tasks;

/* command_life.c, command_wait.c */
command_fn command_start, command_stop, command_restart, command_wait;

/* The same, of a former life. */
command_fn command_start_resume, command_stop_resume, command_restart_resume, command_wait_resume;
command_fn command_reload_resume, command_follow_resume, command_log_resume, command_events_resume;
command_fn command_shutdown_resume;

/* settling.c, of reload --wait: end the reply when what a reload has set going has got there or failed, which fails the
 * reply; the same of a former life, from what the reply packed. */
struct plan_comparison;
void settling_begin(struct supervisor *s, const struct plan_comparison *c, struct reply *r);
void settling_resume(struct supervisor *s, const char *work, size_t length, struct reply *r);

/* command_life.c, of --rolling: how many at a time, 0 without that flag; false, with the reply failed, if it is no
 * number, or the flag `against` is there too. Restart so many of those who are behind at a time, until one fails. */
bool command_read_batch(const struct request *q, const char *against, size_t *batch, struct reply *r);
void command_catch_up(const struct request *q, size_t batch, struct reply *r);
command_fn command_catch_up_resume;

/* Why it has ended, for who waited for it; command_life.c. */
const char *command_last_reason(const struct process *p);

/* As command_find, and which verb may have been meant; command.c. */
const struct command *command_look_up(const char *verb, struct error *e);

/* command_resumptions.c; NULL: it cannot be gone on with. */
const struct resumption *command_resumption(const char *verb);

/* command_output.c, command_stream.c */
command_fn command_tail, command_attach, command_log, command_events, command_rotate, command_reopen;

/* command_admin.c, command_reload.c, command_refresh.c */
command_fn command_shutdown, command_scale, command_signal, command_refresh, command_version, command_help_verb;
command_fn command_reload;

/* command_organ.c: the lines of organs that the arguments mean; without any: all of them. Arguments that mean nothing
 * else are taken out of `rest`, whose list is the caller's to free. */
struct organ_view {
    const struct request *asked;
    const char **args; /* owned */
};
void organ_view_open(struct organ_view *v, const struct request *q, struct request *rest);
void organ_view_each(const struct organ_view *v, organ_line_fn *fn, void *arg);
void organ_view_print(const struct organ_view *v, struct buffer *json);
void organ_view_close(struct organ_view *v);

/* command_targets.c */
command_fn command_targets;

/* Send it, and say what became of it. */
void command_send_signal(struct process *p, int number, struct reply *r);

/* {"code","signal","reason","at"}, or null; only what is in the braces. */
void command_print_exit(const struct process_exit *exit, struct buffer *json);
void command_print_exit_members(const struct process_exit *exit, struct buffer *json);

/* Processes, each once, in the order of the targets. */
struct targets {
    struct process **process; /* owned */
    size_t count;
    size_t capacity;
};

/* The processes of the arguments from number `first` on; without any: of all, if `or_all`. Each unknown target becomes
 * a result of the reply. */
void targets_find(const struct request *q, size_t first, bool or_all, struct reply *r, struct targets *out);
void targets_free(struct targets *t);

/* The same for verbs that do something with each process: a target that has none is told, as a result with the code
 * `empty`, rather than passed over in silence. */
void targets_find_some(const struct request *q, size_t first, enum reply_code empty, struct reply *r,
                       struct targets *out);

/* command_tasks.c: the hooks and tasks that run, as `status` shows them: those of the targets, or all if no argument
 * asks for some. */
struct task_note;
struct task_view {
    const struct supervisor *supervisor;
    struct task_note *notes; /* owned: for each process that something runs for */
    size_t count;            /* all of them, whatever was asked for */
    bool all;
};
void task_view_open(struct task_view *v, const struct request *q, const struct targets *t);
void task_view_describe(const struct task_view *v, const struct process *p, struct buffer *out); /* ", hook on_…" */
void task_view_list(const struct task_view *v, struct reply *r); /* the oldest thousand: lines, or JSON objects */
void task_view_close(struct task_view *v);

/* {"name","program","index","state",…} */
void command_print_process(const struct process *p, const struct task_view *tasks, struct buffer *json);

/* The one process of the first argument. NULL, with the reply failed, if there is none, or there are several. */
struct process *targets_one(const struct request *q, struct reply *r);

/* The number that came with `flag`; `fallback` if none did. False, with the reply failed, if it is none. */
bool request_number(const struct request *q, const char *flag, size_t fallback, size_t *out, struct reply *r);

#endif
