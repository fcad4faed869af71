/* A graph of two lists: what each program needs, and who depends on it. Where no program waits for another there is
 * none. */
#include "core/order.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

/* The neighbours of program i are neighbour[start[i]] … neighbour[start[i + 1] - 1]. */
struct edges {
    unsigned *start, *neighbour;
};

struct order {
    struct edges needs, dependents; /* NULL inside: nobody waits for anybody */
    unsigned *rank;
    int *priority;
};

/* ---- names ------------------------------------------------------------------------------------- */

static const char *nearest_program(const struct plan *plan, const char *name)
{
    const char **names = xcalloc(plan->program_count + 1, sizeof *names);
    const char *nearest;

    for (size_t i = 0; i < plan->program_count; i++)
        names[i] = plan->programs[i]->name;
    nearest = text_nearest(name, names);
    free(names);
    return nearest;
}

char *order_no_such_program(const struct plan *plan, const char *name, const struct problems *problems)
{
    const char *nearest = problems_has_room(problems) ? nearest_program(plan, name) : NULL;

    if (nearest == NULL)
        return xasprintf("there is no program '%s'", name);
    return xasprintf("there is no program '%s', did you mean '%s'?", name, nearest);
}

static size_t name_count(const struct name_list *l)
{
    return l != NULL ? l->words.count : 0;
}

bool order_has_needs(const struct program *p)
{
    return name_count(p->requires) + name_count(p->after) > 0;
}

bool order_requires(const struct program *p, const struct program *other)
{
    return p->requires != NULL && words_have(&p->requires->words, other->name);
}

/* ---- the graph --------------------------------------------------------------------------------- */

/* Call `fn` for each program that `p` names and that is there, but for `p` itself; some may come twice. */
typedef void need_fn(unsigned program, void *arg);

static void each_of_list(const struct plan *plan, const struct program *p, const struct name_list *l, need_fn *fn,
                         void *arg)
{
    for (size_t i = 0; i < name_count(l); i++) {
        const struct program *need = plan_find(plan, l->words.word[i]);

        if (need != NULL && need != p)
            fn(need->position, arg);
    }
}

static void each_need(const struct plan *plan, const struct program *p, need_fn *fn, void *arg)
{
    each_of_list(plan, p, p->requires, fn, arg);
    each_of_list(plan, p, p->after, fn, arg);
}

struct filling {
    struct order *order;
    unsigned program; /* whose needs come */
    unsigned from;    /* where its own begin */
    unsigned count;
};

static void add_need(unsigned need, void *arg)
{
    struct filling *f = arg;
    unsigned *neighbour = f->order->needs.neighbour;

    for (unsigned i = f->from; i < f->count; i++)
        if (neighbour[i] == need)
            return;
    neighbour[f->count++] = need;
}

static void fill_needs(struct order *o, const struct plan *plan)
{
    struct filling f = { .order = o };

    for (f.program = 0; f.program < plan->program_count; f.program++) {
        o->needs.start[f.program] = f.from = f.count;
        each_need(plan, plan->programs[f.program], add_need, &f);
    }
    o->needs.start[f.program] = f.count;
}

/* The needs turned round: count, place, fill. */
static void fill_dependents(struct order *o, size_t count)
{
    unsigned *start = o->dependents.start, *at = xcalloc(count + 1, sizeof *at);

    for (unsigned i = 0; i < o->needs.start[count]; i++)
        start[o->needs.neighbour[i] + 1]++;
    for (size_t i = 0; i < count; i++) {
        start[i + 1] += start[i];
        at[i + 1] = start[i + 1];
    }
    for (unsigned p = 0; p < count; p++)
        for (unsigned i = o->needs.start[p]; i < o->needs.start[p + 1]; i++)
            o->dependents.neighbour[at[o->needs.neighbour[i]]++] = p;
    free(at);
}

/* Kahn's way: whoever has no need left hands rank and priority on. Those in a cycle never come up. */
static void settle(struct order *o, const struct plan *plan)
{
    size_t count = plan->program_count, ready = 0;
    unsigned *queue = xcalloc(count + 1, sizeof *queue), *left = xcalloc(count + 1, sizeof *left);

    for (unsigned p = 0; p < count; p++) {
        o->priority[p] = plan->programs[p]->common->priority;
        left[p] = o->needs.start[p + 1] - o->needs.start[p];
        if (left[p] == 0)
            queue[ready++] = p;
    }
    for (size_t done = 0; done < ready; done++) {
        unsigned p = queue[done];

        for (unsigned i = o->dependents.start[p]; i < o->dependents.start[p + 1]; i++) {
            unsigned next = o->dependents.neighbour[i];

            if (o->rank[next] < o->rank[p] + 1)
                o->rank[next] = o->rank[p] + 1;
            if (o->priority[next] < o->priority[p])
                o->priority[next] = o->priority[p];
            if (--left[next] == 0)
                queue[ready++] = next;
        }
    }
    free(queue);
    free(left);
}

struct order *order_new(const struct plan *plan)
{
    struct order *o = xcalloc(1, sizeof *o);
    size_t count = plan->program_count, most = 0;

    for (size_t i = 0; i < count; i++)
        most += name_count(plan->programs[i]->requires) + name_count(plan->programs[i]->after);
    if (most == 0)
        return o;
    o->needs = (struct edges){ xcalloc(count + 1, sizeof(unsigned)), xcalloc(most, sizeof(unsigned)) };
    o->dependents = (struct edges){ xcalloc(count + 1, sizeof(unsigned)), xcalloc(most, sizeof(unsigned)) };
    o->rank = xcalloc(count, sizeof *o->rank);
    o->priority = xcalloc(count, sizeof *o->priority);
    fill_needs(o, plan);
    fill_dependents(o, count);
    settle(o, plan);
    return o;
}

void order_free(struct order *o)
{
    if (o == NULL)
        return;
    free(o->needs.start);
    free(o->needs.neighbour);
    free(o->dependents.start);
    free(o->dependents.neighbour);
    free(o->rank);
    free(o->priority);
    free(o);
}

static struct order_list neighbours(const struct edges *e, const struct program *p)
{
    if (e->start == NULL)
        return (struct order_list){ 0 };
    return (struct order_list){ e->neighbour + e->start[p->position],
                                e->start[p->position + 1] - e->start[p->position] };
}

struct order_list order_needs(const struct order *o, const struct program *p)
{
    return neighbours(&o->needs, p);
}

struct order_list order_dependents(const struct order *o, const struct program *p)
{
    return neighbours(&o->dependents, p);
}

unsigned order_rank(const struct order *o, const struct program *p)
{
    return o->rank != NULL ? o->rank[p->position] : 0;
}

int order_priority(const struct order *o, const struct program *p)
{
    return o->priority != NULL ? o->priority[p->position] : p->common->priority;
}
