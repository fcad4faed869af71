/* Processes that were let go are freed when they have stopped. */
#include "supervisor_private.h"

#include <stdlib.h>

static bool is_gone(const struct process *p)
{
    return process_is_let_go(p) && process_is_settled(p);
}

/* All at once: of a hundred thousand, each would have to be looked for. */
static void drop_gone(struct process_list *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->count; i++)
        if (!is_gone(l->process[i]))
            l->process[kept++] = l->process[i];
    l->count = kept;
}

static void forget_starts(struct supervisor *s)
{
    for (size_t i = s->started_so_far; i < s->to_start.count; i++)
        if (s->to_start.process[i] != NULL && is_gone(s->to_start.process[i]))
            s->to_start.process[i] = NULL;
}

static struct process_list those_gone(const struct process_list *l)
{
    struct process_list gone = { 0 };

    for (size_t i = 0; i < l->count; i++)
        if (is_gone(l->process[i]))
            process_list_add(&gone, l->process[i]);
    return gone;
}

/* Free those that have stopped: later, for they are in the middle of saying so. */
static void sweep(void *arg)
{
    struct supervisor *s = arg;
    struct process_list gone;

    s->sweeping = false;
    if (!bus_is_empty(s->bus)) {
        supervisor_sweep_soon(s); /* what is told of a process points to it */
        return;
    }
    gone = those_gone(&s->leaving);
    if (gone.count > 0) {
        drop_gone(&s->leaving);
        drop_gone(&s->all);
        forget_starts(s);
        supervisor_forget_held(s, is_gone);
    }
    for (size_t i = 0; i < gone.count; i++)
        process_free(gone.process[i]);
    free(gone.process);
}

void supervisor_sweep_soon(struct supervisor *s)
{
    if (s->sweeping)
        return;
    s->sweeping = true;
    loop_later(s->loop, sweep, s);
}
