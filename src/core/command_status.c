/* Verbs that only look: status, health, pid, show. */
#include "base/json.h"
#include "base/units.h"
#include "command_private.h"
#include "os/clock.h"
#include "version.h"

#include <string.h>
#include <unistd.h>

enum { NAME_WIDTH = 32, STATE_WIDTH = 9 };
enum { PROCESS_USUAL = 256, SUPERVISOR_USUAL = 256 }; /* bytes of JSON */

/* ---- status ------------------------------------------------------------------------------------ */

static void add_padded(struct buffer *b, const char *text, size_t width)
{
    size_t length = strlen(text), blanks = length < width ? width - length : 0;

    buffer_reserve(b, length + blanks + 1);
    buffer_add(b, text, length);
    memset(b->data + b->length, ' ', blanks + 1);
    b->length += blanks + 1;
}

static void trim(struct buffer *b)
{
    while (b->data[b->length - 1] == ' ')
        b->length--;
    buffer_add_char(b, '\n');
}

/* What it says of itself, and which hook of its runs. */
static const struct buffer *describe(const struct process *p, const struct task_view *tasks)
{
    static struct buffer text; /* kept: there may be thousands */

    buffer_clear(&text);
    process_describe(p, &text);
    task_view_describe(tasks, p, &text);
    return &text;
}

static void print_line(const struct process *p, const struct task_view *tasks, size_t width, struct buffer *b)
{
    const struct buffer *description = describe(p, tasks);

    add_padded(b, process_name(p), width);
    add_padded(b, process_state_name(process_state(p)), STATE_WIDTH);
    buffer_add(b, description->data, description->length);
    trim(b);
}

struct lines {
    struct reply *reply;
    size_t width;
};

static void widen(const struct organ_line *line, void *arg)
{
    struct lines *lines = arg;

    if (strlen(line->name) > lines->width)
        lines->width = strlen(line->name);
}

static void print_organ_line(const struct organ_line *line, void *arg)
{
    struct lines *lines = arg;
    struct buffer *b = &lines->reply->text;

    add_padded(b, line->name, lines->width);
    add_padded(b, line->state, STATE_WIDTH);
    buffer_add_text(b, line->description);
    trim(b);
}

static void print_lines(const struct targets *t, const struct organ_view *organs, const struct task_view *tasks,
                        struct reply *r)
{
    struct lines lines = { r, NAME_WIDTH };

    for (size_t i = 0; i < t->count; i++)
        if (strlen(process_name(t->process[i])) > lines.width)
            lines.width = strlen(process_name(t->process[i]));
    organ_view_each(organs, widen, &lines);
    for (size_t i = 0; i < t->count; i++)
        print_line(t->process[i], tasks, lines.width, &r->text);
    organ_view_each(organs, print_organ_line, &lines);
}

static void add_seconds(struct buffer *b, msec time)
{
    if (time < 0)
        json_none(b);
    else
        json_double(b, (double)time / 1000);
}

void command_print_exit_members(const struct process_exit *exit, struct buffer *b)
{
    json_key(b, "code");
    if (exit->code >= 0)
        json_int(b, exit->code);
    else
        json_none(b);
    json_key(b, "signal");
    json_text(b, exit->signal != 0 ? signal_name(exit->signal) : NULL);
    json_key(b, "reason");
    json_text(b, exit->reason);
    json_key(b, "at");
    add_seconds(b, exit->at);
}

void command_print_exit(const struct process_exit *exit, struct buffer *json)
{
    if (exit == NULL) {
        json_none(json);
        return;
    }
    json_open_object(json);
    command_print_exit_members(exit, json);
    json_close_object(json);
}

void command_print_process(const struct process *p, const struct task_view *tasks, struct buffer *b)
{
    const struct buffer *description = describe(p, tasks);
    pid_t pid = process_pid(p);

    json_open_object(b);
    json_key(b, "name");
    json_text(b, process_name(p));
    json_key(b, "program");
    json_text(b, process_program(p)->name);
    json_key(b, "index");
    json_int(b, process_index(p));
    json_key(b, "state");
    json_text(b, process_state_name(process_state(p)));
    json_key(b, "pid");
    if (pid > 0)
        json_int(b, pid);
    else
        json_none(b);
    json_key(b, "uptime");
    add_seconds(b, process_uptime(p));
    json_key(b, "ready");
    json_bool(b, process_state(p) == PROCESS_RUNNING);
    json_key(b, "restarts");
    json_int(b, process_restarts(p));
    json_key(b, "exit");
    command_print_exit(process_last_exit(p), b);
    json_key(b, "description");
    json_bytes(b, description->data, description->length);
    json_close_object(b);
}

static void print_supervisor(const struct supervisor *s, size_t tasks, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "name");
    json_text(b, plan_host_name(&supervisor_plan(s)->settings));
    json_key(b, "pid");
    json_int(b, getpid());
    json_key(b, "version");
    json_text(b, REEVE_VERSION);
    json_key(b, "uptime");
    add_seconds(b, clock_now() - supervisor_started(s));
    json_key(b, "hooks");
    json_bool(b, !supervisor_is_quiet(s));
    json_key(b, "kept");
    json_bool(b, supervisor_is_kept(s));
    json_key(b, "tasks");
    json_int(b, (long long)tasks);
    json_close_object(b);
}

static void print_status(const struct request *q, const struct targets *t, const struct organ_view *organs,
                         const struct task_view *tasks, struct reply *r)
{
    struct buffer *b = &r->data;

    buffer_reserve(b, t->count * PROCESS_USUAL + SUPERVISOR_USUAL);
    json_open_object(b);
    json_key(b, "processes");
    json_open_array(b);
    for (size_t i = 0; i < t->count; i++)
        command_print_process(t->process[i], tasks, b);
    json_close_array(b);
    organ_view_print(organs, b);
    json_key(b, "tasks");
    json_open_array(b);
    task_view_list(tasks, r);
    json_close_array(b);
    json_key(b, "supervisor");
    print_supervisor(q->supervisor, tasks->count, b);
    json_close_object(b);
}

static void judge_process(const struct process *p, struct reply *r)
{
    enum process_state state = process_state(p);

    reply_listed(r, process_name(p), state == PROCESS_RUNNING ? REPLY_OK : REPLY_NOT_RUNNING,
                 process_state_name(state));
}

static void judge_organ_line(const struct organ_line *line, void *arg)
{
    reply_listed(arg, line->name, strcmp(line->state, "RUNNING") == 0 ? REPLY_OK : REPLY_NOT_RUNNING, line->state);
}

void command_status(const struct request *q, struct reply *r)
{
    struct organ_view organs;
    struct task_view tasks;
    struct request rest;
    struct targets t;

    organ_view_open(&organs, q, &rest);
    targets_find(&rest, 0, q->arg_count == 0, r, &t);
    task_view_open(&tasks, q, &t);
    if (r->wants_data)
        print_status(q, &t, &organs, &tasks, r);
    else
        print_lines(&t, &organs, &tasks, r);
    if (!r->wants_data && request_has_flag(q, "-v"))
        task_view_list(&tasks, r);
    if (q->arg_count == 0 && supervisor_is_quiet(q->supervisor))
        reply_line(r, "reeve: %s", supervisor_quiet_reason);
    if (q->arg_count == 0 && !supervisor_is_kept(q->supervisor))
        reply_line(r, "reeve: %s", supervisor_unkept_reason);
    for (size_t i = 0; i < t.count && q->arg_count > 0; i++)
        judge_process(t.process[i], r);
    if (q->arg_count > 0)
        organ_view_each(&organs, judge_organ_line, r);
    task_view_close(&tasks);
    targets_free(&t);
    organ_view_close(&organs);
    reply_end(r);
}

/* ---- health, pid, show ------------------------------------------------------------------------- */

static void add_state(struct buffer *b, const struct process *p)
{
    json_open_object(b);
    json_key(b, "name");
    json_text(b, process_name(p));
    json_key(b, "state");
    json_text(b, process_state_name(process_state(p)));
    json_close_object(b);
}

void command_health(const struct request *q, struct reply *r)
{
    struct targets t;
    struct buffer list = { 0 };
    size_t bad = 0;

    targets_find(q, 0, true, r, &t);
    json_open_array(&list);
    for (size_t i = 0; i < t.count; i++) {
        const struct process *p = t.process[i];

        if (!process_wanted(p) || (process_state(p) == PROCESS_RUNNING && process_is_well(p)))
            continue;
        bad++;
        reply_line(r, "%s is %s%s", process_name(p), process_state_name(process_state(p)),
                   process_is_well(p) ? "" : ", but not well");
        add_state(&list, p);
    }
    json_close_array(&list);
    if (bad > 0)
        reply_fail(r, REPLY_FAILED, "%zu of %zu processes not ready, or not well", bad, t.count);
    else if (r->code == REPLY_OK)
        reply_line(r, "healthy");
    if (r->wants_data) {
        json_open_object(&r->data);
        json_key(&r->data, "healthy");
        json_bool(&r->data, r->code == REPLY_OK);
        json_key(&r->data, "not_running");
        json_raw(&r->data, list.data, list.length);
        json_close_object(&r->data);
    }
    buffer_free(&list);
    targets_free(&t);
    reply_end(r);
}

static void print_pids(const struct targets *t, struct reply *r)
{
    json_open_array(&r->data);
    for (size_t i = 0; i < t->count; i++) {
        pid_t pid = process_pid(t->process[i]);

        if (pid == 0) {
            reply_result(r, process_name(t->process[i]), REPLY_FAILED, "not running");
            continue;
        }
        reply_line(r, "%d", (int)pid);
        json_int(&r->data, pid);
        reply_listed(r, process_name(t->process[i]), REPLY_OK, "running");
    }
    json_close_array(&r->data);
}

void command_pid(const struct request *q, struct reply *r)
{
    struct targets t;

    if (q->arg_count == 0) {
        reply_line(r, "%d", (int)getpid());
        json_int(&r->data, getpid());
        reply_end(r);
        return;
    }
    targets_find_some(q, 0, REPLY_FAILED, r, &t);
    print_pids(&t, r);
    targets_free(&t);
    reply_end(r);
}

void command_show(const struct request *q, struct reply *r)
{
    const struct program *program = plan_find(supervisor_plan(q->supervisor), q->args[0]);

    if (program == NULL)
        reply_fail(r, REPLY_NO_SUCH_TARGET, "there is no program '%s'", q->args[0]);
    else if (r->wants_data)
        record_print(program, &r->data);
    else
        program_print_text(program, &r->text);
    reply_end(r);
}
