/* reload: from the file on disk to the plan in force. */
#include "base/json.h"
#include "command_private.h"
#include "core/reload_report.h"

static void print_changed(const struct plan_comparison *c, enum plan_change change, struct buffer *b)
{
    json_key(b, plan_change_name(change));
    json_open_array(b);
    for (size_t i = 0; i < c->count; i++)
        if (c->difference[i].change == change)
            json_text(b, c->difference[i].name);
    json_close_array(b);
}

static void print_report(const struct reload_report *report, struct buffer *b)
{
    json_open_object(b);
    for (int change = 0; change < PLAN_CHANGES; change++)
        print_changed(&report->programs, change, b);
    json_key(b, "next_start");
    json_words(b, &report->next_start);
    json_close_object(b);
}

static void print_problems(const struct problems *problems, struct buffer *b)
{
    json_open_object(b);
    json_key(b, "problems");
    json_open_array(b);
    for (size_t i = 0; i < problems->count; i++) {
        json_open_object(b);
        json_key(b, "file");
        json_text(b, problems->item[i].file);
        json_key(b, "line");
        json_int(b, problems->item[i].line);
        json_key(b, "message");
        json_text(b, problems->item[i].text);
        json_close_object(b);
    }
    json_close_array(b);
    json_close_object(b);
}

static void say_refused(const struct problems *problems, struct reply *r)
{
    if (r->wants_data)
        print_problems(problems, &r->data);
    else
        problems_print(problems, &r->text);
    reply_fail(r, REPLY_FAILED, "the configuration has %zu problem%s, the old one runs on", problems_count(problems),
               problems->count == 1 ? "" : "s");
}

static void say_applied(const struct reload_report *report, struct reply *r)
{
    if (r->wants_data)
        print_report(report, &r->data);
    else
        reload_report_print(report, &r->text);
}

/* It was applied, and its list is in the reply already. */
void command_reload_resume(const struct request *q, struct reply *r)
{
    bool applied = r->text.length + r->data.length > 0;

    if (applied && request_has_flag(q, "--rolling")) {
        command_catch_up_resume(q, r);
    } else if (applied && request_has_flag(q, "--wait")) {
        settling_resume(q->supervisor, q->work, q->work_length, r);
    } else {
        reply_fail(r, REPLY_FAILED, "reeve began anew while it read the configuration, after %s", q->resumed);
        reply_end(r);
    }
}

static bool read_mode(const struct request *q, enum reload_mode *mode, size_t *batch, struct reply *r)
{
    *mode = request_has_flag(q, "--dry-run") ? RELOAD_DRY_RUN : RELOAD_PLAIN;
    if (!command_read_batch(q, "--wait", batch, r))
        return false;
    if (*batch > 0 && *mode == RELOAD_PLAIN)
        *mode = RELOAD_ROLLING;
    return true;
}

void command_reload(const struct request *q, struct reply *r)
{
    struct problems problems = { 0 };
    struct reload_report report = { 0 };
    enum reload_mode mode;
    size_t batch;
    bool good;

    if (!read_mode(q, &mode, &batch, r)) {
        reply_end(r);
        return;
    }
    good = supervisor_reload(q->supervisor, mode, &report, &problems);
    if (good)
        say_applied(&report, r);
    else if (supervisor_is_ending(q->supervisor))
        reply_fail(r, REPLY_FAILED, "reeve is stopping: there is nothing to reload");
    else
        say_refused(&problems, r);
    if (good && mode == RELOAD_ROLLING)
        command_catch_up(q, batch, r);
    else if (good && mode == RELOAD_PLAIN && request_has_flag(q, "--wait"))
        settling_begin(q->supervisor, &report.programs, r);
    else
        reply_end(r);
    reload_report_free(&report);
    problems_free(&problems);
}
