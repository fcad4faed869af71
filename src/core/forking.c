#include "core/forking.h"

#include "base/duration.h"
#include "base/xalloc.h"
#include "core/detached.h"
#include "core/process.h"
#include "core/supervisor.h"

#include <stdlib.h>

enum { AGAIN = 50 };

struct forking {
    struct process *process;
    forking_fn *on_end;
    struct timer *again; /* NULL: the starter has not ended yet */
    struct timer *limit;
    struct error why; /* it is not there yet */
};

static void end(struct forking *f, const struct process_mark *who, const char *why)
{
    struct process *p = f->process;
    forking_fn *on_end = f->on_end;

    forking_stop(&f);
    on_end(p, who, why);
}

static void on_limit(void *arg)
{
    struct forking *f = arg;
    struct buffer why = { 0 };
    struct process_mark who;

    f->limit = NULL;
    if (f->again != NULL && detached_find(f->process, &who, &f->why)) { /* at the last moment */
        end(f, &who, NULL);
        return;
    }
    buffer_add_text(&why, "not in the background within ");
    duration_format_seconds(&why, process_program(f->process)->common->ready_timeout);
    if (f->again != NULL)
        buffer_addf(&why, ": pid file %s", f->why.text);
    end(f, NULL, why.data);
    buffer_free(&why);
}

static void look(void *arg)
{
    struct forking *f = arg;
    struct process_mark who;

    f->again = NULL;
    if (detached_find(f->process, &who, &f->why))
        end(f, &who, NULL);
    else
        f->again = timer_start(supervisor_loop(process_supervisor(f->process)), AGAIN, look, f);
}

struct forking *forking_start(struct process *p, forking_fn *on_end)
{
    struct forking *f = xcalloc(1, sizeof *f);

    f->process = p;
    f->on_end = on_end;
    f->limit =
        timer_start(supervisor_loop(process_supervisor(p)), process_program(p)->common->ready_timeout, on_limit, f);
    return f;
}

void forking_starter_ended(struct forking *f)
{
    if (f->again == NULL)
        f->again = timer_start(supervisor_loop(process_supervisor(f->process)), 0, look, f);
}

void forking_stop(struct forking **forking)
{
    struct forking *f = *forking;

    if (f == NULL)
        return;
    timer_stop(&f->again);
    timer_stop(&f->limit);
    free(f);
    *forking = NULL;
}
