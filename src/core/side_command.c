#include "core/side_command.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "process_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

struct side_command {
    struct process *process;
    struct child *child;
    struct timer *limit;
    const char *noun;
    side_command_fn *on_end;
    void *arg;
};

static void destroy(struct side_command *c)
{
    timer_stop(&c->limit);
    child_free(c->child);
    free(c);
}

static void on_exit_of(struct child *child, const struct child_exit *end, void *arg)
{
    struct side_command *c = arg;
    struct process_exit exit = { .code = end->signal == 0 ? end->code : -1, .signal = end->signal };
    struct process *p = c->process;
    side_command_fn *on_end = c->on_end;
    void *on_end_arg = c->arg;

    process_exit_reason(&exit);
    if (exit.code != 0)
        log_warning("%s: the %s %s", process_name(p), c->noun, exit.reason);
    child_signal_group(child, SIGKILL, NULL);
    destroy(c);
    on_end(p, exit.code == 0, on_end_arg);
}

static void on_limit(void *arg)
{
    struct side_command *c = arg;

    c->limit = NULL;
    log_warning("%s: the %s takes too long, killing it", process_name(c->process), c->noun);
    child_signal_group(c->child, SIGKILL, NULL);
}

struct side_command *side_command_start(struct process *p, const char *noun, const struct words *cmd, msec limit,
                                        side_command_fn *on_end, void *arg, struct error *e)
{
    struct side_command *c = xcalloc(1, sizeof *c);
    struct launch l;
    char pid[24];

    *c = (struct side_command){ .process = p, .noun = noun, .on_end = on_end, .arg = arg };
    snprintf(pid, sizeof pid, "%d", (int)process_pid(p));
    if (launch_prepare(&l, p, process_settings(p), e)) {
        environment_set(&l.environment, "MAINPID", pid);
        l.request.argv = cmd->word;
        l.request.envp = l.environment.entry;
        c->child = child_start(supervisor_children(p->supervisor), &l.request, on_exit_of, c, e);
    }
    launch_clear(&l);
    if (c->child == NULL) {
        failure_in(e, "%s", noun);
        free(c);
        return NULL;
    }
    c->limit = timer_start(supervisor_loop(p->supervisor), limit, on_limit, c);
    return c;
}

void side_command_cancel(struct side_command **c)
{
    if (*c == NULL)
        return;
    child_signal_group((*c)->child, SIGKILL, NULL);
    destroy(*c);
    *c = NULL;
}
