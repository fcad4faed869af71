/* graph: who comes after whom, and who waits for whom just now. */
#include "base/json.h"
#include "base/xalloc.h"
#include "command_private.h"

#include <stdlib.h>

enum { NAMED_MOST = 64 };

struct graph {
    struct supervisor *supervisor;
    const struct order *order;
};

/* The first process of a program that is held. */
static void keep_held(struct process *p, void *arg)
{
    const struct process **held = arg;

    if (*held == NULL && process_is_held(p))
        *held = p;
}

static size_t find_blockers(const struct graph *g, const struct program *program, struct program **out)
{
    const struct process *held = NULL;
    bool known;
    size_t count;

    supervisor_each(g->supervisor, program->name, keep_held, &held, &known);
    count = held != NULL ? supervisor_blockers(g->supervisor, held, out, NAMED_MOST) : 0;
    return count < NAMED_MOST ? count : NAMED_MOST;
}

/* -- for people ------------------------------------------------------------------------------------------------- */

static void add_names(struct buffer *b, const char *what, const struct name_list *l)
{
    for (size_t i = 0; l != NULL && i < l->words.count; i++)
        buffer_addf(b, "%s%s", i > 0 ? ", " : what, l->words.word[i]);
}

static void add_waiting(struct buffer *b, struct program *const *blocker, size_t count)
{
    for (size_t i = 0; i < count; i++)
        buffer_addf(b, "%s%s", i > 0 ? ", " : "; waiting for ", blocker[i]->name);
}

static void say(const struct graph *g, const struct program *p, struct reply *r)
{
    struct program *blocker[NAMED_MOST];
    struct buffer line = { 0 };

    buffer_addf(&line, "%3u  %s", order_rank(g->order, p), p->name);
    add_names(&line, " requires ", p->requires);
    add_names(&line, p->requires != NULL ? "; after " : " after ", p->after);
    add_waiting(&line, blocker, find_blockers(g, p, blocker));
    reply_line(r, "%s", line.data);
    buffer_free(&line);
}

/* -- for programs ----------------------------------------------------------------------------------------------- */

static void print_names(struct buffer *b, const char *key, const struct name_list *l)
{
    json_key(b, key);
    json_words(b, l != NULL ? &l->words : NULL);
}

static void print(const struct graph *g, const struct program *p, struct buffer *b)
{
    struct program *blocker[NAMED_MOST];
    size_t count = find_blockers(g, p, blocker);

    json_open_object(b);
    json_key(b, "program");
    json_text(b, p->name);
    json_key(b, "rank");
    json_int(b, order_rank(g->order, p));
    print_names(b, "requires", p->requires);
    print_names(b, "after", p->after);
    json_key(b, "ready");
    json_bool(b, supervisor_is_ready(g->supervisor, p));
    json_key(b, "waiting_for");
    json_open_array(b);
    for (size_t i = 0; i < count; i++)
        json_text(b, blocker[i]->name);
    json_close_array(b);
    json_close_object(b);
}

/* -- the verb --------------------------------------------------------------------------------------------------- */

struct row {
    const struct program *program;
    unsigned rank;
};

static int by_rank(const void *a, const void *b)
{
    const struct row *p = a, *q = b;

    if (p->rank != q->rank)
        return p->rank < q->rank ? -1 : 1;
    return p->program->position < q->program->position ? -1 : p->program->position > q->program->position;
}

void command_graph(const struct request *q, struct reply *r)
{
    struct plan *plan = supervisor_plan(q->supervisor);
    struct graph g = { q->supervisor, plan_order(plan) };
    struct row *row = xcalloc(plan->program_count + 1, sizeof *row);

    for (size_t i = 0; i < plan->program_count; i++)
        row[i] = (struct row){ plan->programs[i], order_rank(g.order, plan->programs[i]) };
    qsort(row, plan->program_count, sizeof *row, by_rank);
    if (r->wants_data)
        json_open_array(&r->data);
    for (size_t i = 0; i < plan->program_count; i++) {
        if (r->wants_data)
            print(&g, row[i].program, &r->data);
        else
            say(&g, row[i].program, r);
    }
    if (r->wants_data)
        json_close_array(&r->data);
    free(row);
    reply_end(r);
}
