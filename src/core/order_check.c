/* What can be wrong with an order: names that nobody has, and circles. */
#include "base/xalloc.h"
#include "core/order.h"
#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

static int line_of(const struct program *p, const struct name_list *l)
{
    return l != NULL && l->line > 0 ? l->line : p->line;
}

static void check_names(const struct plan *plan, const struct program *p, const char *setting,
                        const struct name_list *l, struct problems *problems)
{
    for (size_t i = 0; l != NULL && i < l->words.count; i++) {
        const char *name = l->words.word[i];
        char *text;

        if (strcmp(name, p->name) == 0) {
            problems_add(problems, p->file, line_of(p, l), "program '%s': '%s' names the program itself", p->name,
                         setting);
        } else if (plan_find(plan, name) == NULL) {
            text = order_no_such_program(plan, name, problems);
            problems_add(problems, p->file, line_of(p, l), "program '%s': '%s': %s", p->name, setting, text);
            free(text);
        }
    }
}

/* A walk along the needs, on a stack of our own: a chain may be as long as the plan. */
enum color { UNSEEN, ON_THE_WAY, DONE };

struct step {
    unsigned program, next; /* the next of its needs to look at */
};

struct walk {
    const struct plan *plan;
    struct order *order;
    struct problems *problems;
    unsigned char *color;
    struct step *path;
    size_t depth;
};

static const struct program *program_at(const struct walk *w, unsigned position)
{
    return w->plan->programs[position];
}

/* The path from the program that was met again to where it was met: "a -> b -> a". */
static void complain_of_cycle(struct walk *w, unsigned met)
{
    const struct program *p = program_at(w, met);
    struct buffer path = { 0 };
    size_t first = w->depth;

    while (first > 0 && w->path[first - 1].program != met)
        first--;
    for (size_t i = first - 1; i < w->depth; i++)
        buffer_addf(&path, "%s -> ", program_at(w, w->path[i].program)->name);
    buffer_add_text(&path, p->name);
    problems_add(w->problems, p->file, line_of(p, p->requires != NULL ? p->requires : p->after),
                 "program '%s' waits for itself: %s", p->name, path.data);
    buffer_free(&path);
}

static void enter(struct walk *w, unsigned program)
{
    w->color[program] = ON_THE_WAY;
    w->path[w->depth++] = (struct step){ .program = program };
}

static void walk_from(struct walk *w, unsigned program)
{
    enter(w, program);
    while (w->depth > 0) {
        struct step *top = &w->path[w->depth - 1];
        struct order_list needs = order_needs(w->order, program_at(w, top->program));

        if (top->next == needs.count) {
            w->color[top->program] = DONE;
            w->depth--;
            continue;
        }
        program = needs.program[top->next++];
        if (w->color[program] == ON_THE_WAY)
            complain_of_cycle(w, program);
        else if (w->color[program] == UNSEEN)
            enter(w, program);
    }
}

static void check_cycles(const struct plan *plan, struct problems *problems)
{
    size_t count = plan->program_count;
    struct walk w = { .plan = plan, .order = order_new(plan), .problems = problems };

    w.color = xcalloc(count + 1, sizeof *w.color);
    w.path = xcalloc(count + 1, sizeof *w.path);
    for (unsigned i = 0; i < count; i++)
        if (w.color[i] == UNSEEN)
            walk_from(&w, i);
    free(w.color);
    free(w.path);
    order_free(w.order);
}

void order_check(const struct plan *plan, struct problems *problems)
{
    for (size_t i = 0; i < plan->program_count; i++) {
        const struct program *p = plan->programs[i];

        check_names(plan, p, "requires", p->requires, problems);
        check_names(plan, p, "after", p->after, problems);
    }
    check_cycles(plan, problems);
}
