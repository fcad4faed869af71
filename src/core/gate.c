#include "core/gate.h"

#include "base/xalloc.h"
#include "core/plan.h"
#include "core/process.h"
#include "core/supervisor.h"

#include <stdio.h>
#include <stdlib.h>

struct gate {
    struct process *process;
    const char *name;
    gate_fn *on_end;
    void *question;
    struct timer *limit;
};

const char *gate_name(const struct gate *g)
{
    return g->name;
}

static void end(struct gate *g, const char *why)
{
    struct process *p = g->process;
    gate_fn *on_end = g->on_end;

    timer_stop(&g->limit);
    free(g);
    on_end(p, why);
}

/* A function that returns nothing has done its work; `nil, message` is how the library says that it could not. */
static void on_answer(bool ok, const char *why, void *arg)
{
    struct gate *g = arg;
    char text[200];

    if (why != NULL)
        snprintf(text, sizeof text, "%s: %s", g->name, why);
    end(g, ok || why == NULL ? NULL : text);
}

static void withdraw(struct gate *g)
{
    const struct supervisor_upward *up = supervisor_upward(process_supervisor(g->process));

    up->withdraw(up->arg, g->question);
}

static void on_limit(void *arg)
{
    struct gate *g = arg;
    struct buffer why = { 0 };

    g->limit = NULL;
    withdraw(g);
    buffer_addf(&why, "%s: took longer than ", g->name);
    duration_format(&why, process_plan(g->process)->settings.hook_timeout);
    end(g, why.data);
    buffer_free(&why);
}

struct gate *gate_start(struct process *p, const char *setting, gate_fn *on_end)
{
    const struct supervisor_upward *up = supervisor_upward(process_supervisor(p));
    const struct function *f = program_function(process_program(p), setting);
    struct gate *g;

    if (f == NULL || up->request == NULL || supervisor_is_quiet(process_supervisor(p)))
        return NULL;
    g = xcalloc(1, sizeof *g);
    *g = (struct gate){ .process = p, .name = setting, .on_end = on_end };
    g->question = up->request(up->arg, p, f, NULL, on_answer, g);
    g->limit = timer_start(supervisor_loop(process_supervisor(p)), process_plan(p)->settings.hook_timeout, on_limit, g);
    return g;
}

void gate_cancel(struct gate **gate)
{
    struct gate *g = *gate;

    if (g == NULL)
        return;
    *gate = NULL;
    withdraw(g);
    timer_stop(&g->limit);
    free(g);
}
