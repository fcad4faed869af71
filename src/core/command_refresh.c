/* refresh: programs reload by themselves, by their reload_signal or reload_cmd. The answer waits for the commands; one
 * whose process ends first is given up. */
#include "base/xalloc.h"
#include "command_private.h"
#include "core/side_command.h"

#include <stdlib.h>

struct refresher;

struct order {
    struct refresher *all;
    unsigned id; /* of its process */
    char *name;
    struct side_command *command; /* NULL: it has ended */
};

struct refresher {
    struct reply *reply;
    struct listener *listener;
    struct timer *end;
    size_t count, open;
    struct order order[];
};

static void refresher_free(struct refresher *f)
{
    bus_unlisten(&f->listener);
    timer_stop(&f->end);
    for (size_t i = 0; i < f->count; i++) {
        side_command_cancel(&f->order[i].command);
        free(f->order[i].name);
    }
    free(f);
}

static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    refresher_free(work);
}

static void on_end(void *arg)
{
    struct refresher *f = arg;
    struct reply *r = f->reply;

    f->end = NULL;
    refresher_free(f);
    reply_end(r);
}

/* Not at once: we may be in the middle of a callback that looks at us. */
static void order_done(struct order *o, const char *failure_text)
{
    struct refresher *f = o->all;

    if (failure_text == NULL)
        reply_result(f->reply, o->name, REPLY_OK, "refreshed");
    else
        reply_result(f->reply, o->name, REPLY_FAILED, failure_text);
    f->open--;
}

static void end_if_done(struct refresher *f, struct supervisor *s)
{
    if (f->open == 0 && f->end == NULL)
        f->end = timer_start(supervisor_loop(s), 0, on_end, f);
}

static void on_command_end(struct process *p, bool ok, void *arg)
{
    struct order *o = arg;

    o->command = NULL;
    order_done(o, ok ? NULL : "its reload_cmd failed, the log says how");
    end_if_done(o->all, process_supervisor(p));
}

static void on_event(const struct event *event, void *arg)
{
    struct refresher *f = arg;

    if (event->kind != EVENT_EXIT || event->process == NULL)
        return;
    for (size_t i = 0; i < f->count; i++) {
        struct order *o = &f->order[i];

        if (o->command == NULL || o->id != process_id(event->process))
            continue;
        side_command_cancel(&o->command);
        order_done(o, "it has ended meanwhile");
        end_if_done(f, process_supervisor(event->process));
    }
}

static void run_command(struct refresher *f, struct process *p, const struct program *settings)
{
    struct order *o = &f->order[f->count];
    struct error e;

    *o = (struct order){ .all = f, .id = process_id(p) };
    o->command = side_command_start(p, "reload command", &settings->common->reload_cmd, settings->common->stoptime,
                                    on_command_end, o, &e);
    if (o->command == NULL) {
        reply_result(f->reply, process_name(p), REPLY_FAILED, e.text);
        return;
    }
    o->name = xstrdup(process_name(p));
    f->count++;
    f->open++;
}

static void refresh(struct refresher *f, struct process *p)
{
    const struct program *settings = process_settings(p);

    if (process_pid(p) == 0)
        reply_result(f->reply, process_name(p), REPLY_FAILED, "not running");
    else if (settings->common->reload_signal != 0)
        command_send_signal(p, settings->common->reload_signal, f->reply);
    else if (settings->common->reload_cmd.count > 0)
        run_command(f, p, settings);
    else
        reply_result(f->reply, process_name(p), REPLY_FAILED, "it has neither reload_signal nor reload_cmd");
}

void command_refresh(const struct request *q, struct reply *r)
{
    struct refresher *f;
    struct targets t;

    if (q->arg_count == 0) {
        supervisor_refresh(q->supervisor, q->caller);
        reply_end(r);
        return;
    }
    targets_find_some(q, 0, REPLY_OK, r, &t);
    f = xcalloc(1, sizeof *f + t.count * sizeof f->order[0]);
    f->reply = r;
    for (size_t i = 0; i < t.count; i++)
        refresh(f, t.process[i]);
    targets_free(&t);
    if (f->open == 0) {
        refresher_free(f);
        reply_end(r);
        return;
    }
    f->listener = bus_listen(supervisor_bus(q->supervisor), on_event, f);
    reply_later(r, on_cancel, f);
}
