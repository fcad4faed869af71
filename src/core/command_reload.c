/* reload: from the file on disk to the plan in force. */
#include "base/json.h"
#include "base/xalloc.h"
#include "command_private.h"
#include "core/reload_report.h"

#include <stdlib.h>

enum { LOOK_EVERY = 20 };

/* reload --wait: until nothing starts or stops any more. */
struct settling {
    struct supervisor *supervisor;
    struct reply *reply;
    struct timer *look;
};

static void on_cancel(struct reply *r, void *work)
{
    struct settling *w = work;

    (void)r;
    timer_stop(&w->look);
    free(w);
}

static void on_look(void *arg)
{
    struct settling *w = arg;
    struct reply *r = w->reply;

    if (!supervisor_is_settled(w->supervisor)) {
        w->look = timer_start(supervisor_loop(w->supervisor), LOOK_EVERY, on_look, w);
        return;
    }
    free(w);
    reply_end(r);
}

static void wait_settled(struct supervisor *s, struct reply *r)
{
    struct settling *w = xcalloc(1, sizeof *w);

    *w = (struct settling){ .supervisor = s, .reply = r };
    reply_later(r, on_cancel, w);
    on_look(w);
}

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
    json_open_array(b);
    for (size_t i = 0; i < report->next_start.count; i++)
        json_text(b, report->next_start.word[i]);
    json_close_array(b);
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
    reply_fail(r, REPLY_FAILED, "the configuration has %zu problem%s, the old one runs on",
               problems->count + problems->untold, problems->count == 1 ? "" : "s");
}

static void say_applied(const struct reload_report *report, struct reply *r)
{
    if (r->wants_data)
        print_report(report, &r->data);
    else
        reload_report_print(report, &r->text);
}

/* It was applied, and its list is in the reply already. */
void command_reload_resume(const struct request *q, const char *work, size_t length, struct reply *r)
{
    (void)work;
    (void)length;
    if (r->text.length + r->data.length > 0 && request_has_flag(q, "--wait")) {
        wait_settled(q->supervisor, r);
        return;
    }
    reply_fail(r, REPLY_FAILED, "reeve began anew while it read the configuration, after %s", q->resumed);
    reply_end(r);
}

void command_reload(const struct request *q, struct reply *r)
{
    bool dry_run = request_has_flag(q, "--dry-run");
    struct problems problems = { 0 };
    struct reload_report report = { 0 };
    bool good = supervisor_reload(q->supervisor, dry_run, &report, &problems);

    if (good)
        say_applied(&report, r);
    else
        say_refused(&problems, r);
    reload_report_free(&report);
    problems_free(&problems);
    if (good && !dry_run && request_has_flag(q, "--wait"))
        wait_settled(q->supervisor, r);
    else
        reply_end(r);
}
