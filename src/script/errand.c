#include "script/errand.h"

#include "base/xalloc.h"
#include "script/handle.h"
#include "script/task.h"

#include <stdlib.h>
#include <sys/queue.h>

enum { ERRANDS_MOST = 10000 };

struct errand {
    STAILQ_ENTRY(errand) link;
    unsigned process; /* its id: it may be gone by then, as the program */
    errand_fn *fn;
    char *program; /* owned; NULL: it is about a process */
    int count;
};

static STAILQ_HEAD(, errand) waiting = STAILQ_HEAD_INITIALIZER(waiting);
static size_t count_waiting;

static bool is_of_a_task(lua_State *L)
{
    const struct script *s = script_of(L);

    return s->call != NULL && s->call->task != NULL;
}

static void forget(struct errand *errand)
{
    free(errand->program);
    free(errand);
}

static struct errand *take(void)
{
    struct errand *errand = STAILQ_FIRST(&waiting);

    if (errand != NULL) {
        STAILQ_REMOVE_HEAD(&waiting, link);
        count_waiting--;
    }
    return errand;
}

static void run(const struct errand *errand)
{
    struct supervisor *s = script_supervisor();
    struct process *p = supervisor_process(s, errand->process);
    struct program *program = errand->program != NULL ? plan_find(supervisor_plan(s), errand->program) : NULL;

    if (program != NULL)
        supervisor_scale(s, program, errand->count, false);
    else if (p != NULL)
        errand->fn(p);
}

/* One at a time, and the loop turns in between: it may bring another one forth. */
static void on_turn(void *arg)
{
    struct errand *errand = take();

    (void)arg;
    if (errand == NULL)
        return;
    if (script_supervisor() != NULL)
        run(errand);
    forget(errand);
}

/* NULL: there are too many. */
static struct errand *add(struct error *e)
{
    struct errand *errand;

    if (count_waiting == ERRANDS_MOST) {
        failure(e, "more than %d actions wait for this function to return", ERRANDS_MOST);
        return NULL;
    }
    errand = xcalloc(1, sizeof *errand);
    STAILQ_INSERT_TAIL(&waiting, errand, link);
    count_waiting++;
    loop_later(tasks_loop(), on_turn, NULL);
    return errand;
}

/* Who has no child now is only to be started: by the time, another verdict may have done that. */
bool errand_run(lua_State *L, struct process *p, errand_fn *fn, struct error *e)
{
    struct errand *errand;

    if (is_of_a_task(L)) {
        fn(p);
        return true;
    }
    errand = add(e);
    if (errand == NULL)
        return false;
    errand->process = process_id(p);
    errand->fn = fn == process_restart && !process_is_alive(p) ? process_start : fn;
    return true;
}

bool errand_scale(lua_State *L, struct program *program, int *count, struct error *e)
{
    struct errand *errand;

    if (is_of_a_task(L)) {
        *count = supervisor_scale(script_supervisor(), program, *count, false);
        return true;
    }
    errand = add(e);
    if (errand == NULL)
        return false;
    *count = supervisor_bounded(program, *count, false);
    errand->program = xstrdup(program->name);
    errand->count = *count;
    return true;
}

bool errands_stop(const struct process *p)
{
    const struct errand *errand;
    bool stop = false;

    STAILQ_FOREACH(errand, &waiting, link)
    {
        if (errand->program == NULL && errand->process == process_id(p))
            stop = errand->fn == process_stop;
    }
    return stop;
}

void errands_drop(void)
{
    struct errand *errand;

    while ((errand = take()) != NULL)
        forget(errand);
}
