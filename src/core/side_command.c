#include "core/side_command.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/companion.h"
#include "os/clock.h"
#include "process_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct side_command {
    struct process *process;
    struct child *child;
    struct companion *companion;
    struct timer *limit;
    const char *noun; /* NULL: it is only asked something */
    side_command_fn *on_end;
    side_command_answer_fn *on_answer; /* of one that is asked */
    void *arg;
    msec patience;
    bool was_late;
};

static void destroy(struct side_command *c)
{
    timer_stop(&c->limit);
    companion_free(c->companion);
    child_free(c->child);
    free(c);
}

static void answer(struct side_command *c, const char *why)
{
    side_command_answer_fn *on_answer = c->on_answer;
    void *arg = c->arg;

    destroy(c);
    on_answer(why, arg);
}

static void tell(struct side_command *c, bool ok, const char *why)
{
    struct process *p = c->process;
    side_command_fn *on_end = c->on_end;
    void *arg = c->arg;

    if (!ok)
        log_warning("%s: the %s %s", process_name(p), c->noun, why);
    destroy(c);
    on_end(p, ok, arg);
}

static void on_exit_of(struct child *child, const struct child_exit *end, void *arg)
{
    struct side_command *c = arg;
    struct process_exit exit = { .code = end->signal == 0 ? end->code : -1, .signal = end->signal };
    bool ok = exit.code == 0;

    process_exit_reason(&exit);
    child_signal_group(child, SIGKILL, NULL);
    if (c->was_late) {
        struct buffer text = { 0 };

        buffer_add_text(&text, "took longer than ");
        duration_format(&text, c->patience);
        snprintf(exit.reason, sizeof exit.reason, "%s", text.data);
        buffer_free(&text);
    }
    if (c->noun == NULL)
        answer(c, ok && !c->was_late ? NULL : exit.reason);
    else
        tell(c, ok, exit.reason);
}

static void on_limit(void *arg)
{
    struct side_command *c = arg;

    c->limit = NULL;
    c->was_late = true;
    if (c->noun != NULL)
        log_warning("%s: the %s takes too long, killing it", process_name(c->process), c->noun);
    child_signal_group(c->child, SIGKILL, NULL);
}

static void start_child(struct side_command *c, const struct child_request *request, struct error *e)
{
    struct process *p = c->process;
    char *what = c->noun != NULL ? xasprintf("%s: the %s", process_name(p), c->noun) : NULL;
    const struct companion_note note = { .what = what, .due = clock_now() + c->patience, .out = -1, .err = -1 };

    c->child = companion_start(&c->companion, &note, supervisor_children(p->supervisor), request, on_exit_of, c, e);
    free(what);
}

/* `c` is given up if it cannot be started; `*prepared`: it was about to. */
static struct side_command *start(struct side_command *c, const struct words *cmd, bool *prepared, struct error *e)
{
    struct process *p = c->process;
    struct launch l;
    char pid[24];

    snprintf(pid, sizeof pid, "%d", (int)process_pid(p));
    *prepared = launch_prepare(&l, p, process_settings(p), e);
    if (*prepared) {
        environment_set(&l.environment, "MAINPID", pid);
        l.request.argv = cmd->word;
        l.request.envp = l.environment.entry;
        start_child(c, &l.request, e);
    }
    launch_clear(&l);
    if (c->child == NULL) {
        free(c);
        return NULL;
    }
    c->limit = timer_start(supervisor_loop(p->supervisor), c->patience, on_limit, c);
    return c;
}

static struct side_command *side_command_new(struct process *p, msec limit, void *arg)
{
    struct side_command *c = xcalloc(1, sizeof *c);

    c->process = p;
    c->patience = limit;
    c->arg = arg;
    return c;
}

struct side_command *side_command_start(struct process *p, const char *noun, const struct words *cmd, msec limit,
                                        side_command_fn *on_end, void *arg, struct error *e)
{
    struct side_command *c = side_command_new(p, limit, arg);
    bool prepared;

    c->noun = noun;
    c->on_end = on_end;
    c = start(c, cmd, &prepared, e);
    if (c == NULL)
        failure_in(e, "%s", noun);
    return c;
}

struct side_command *side_command_ask(struct process *p, const struct words *cmd, msec limit,
                                      side_command_answer_fn *on_answer, void *arg, bool *asked, struct error *e)
{
    struct side_command *c = side_command_new(p, limit, arg);

    c->on_answer = on_answer;
    return start(c, cmd, asked, e);
}

void side_command_cancel(struct side_command **c)
{
    if (*c == NULL)
        return;
    child_signal_group((*c)->child, SIGKILL, NULL);
    destroy(*c);
    *c = NULL;
}
