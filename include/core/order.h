/* order: who comes after whom in a plan, as `requires`, `after` and `priority` say. Pure: it asks the plan and nobody
 * else. */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "base/problems.h"

#include <stdbool.h>
#include <stddef.h>

struct plan;
struct program;

/* Positions in the plan. */
struct order_list {
    const unsigned *program;
    size_t count;
};

struct order;

/* Of a plan whose names are all known; one that is not, a program itself, and what closes a cycle are passed over. */
struct order *order_new(const struct plan *plan);
void order_free(struct order *o); /* NULL is welcome */

/* What a program starts after, those it requires first; who starts after it. Each once. */
struct order_list order_needs(const struct order *o, const struct program *p);
struct order_list order_dependents(const struct order *o, const struct program *p);

/* Whether it waits for anybody; whether it requires the other. These need no order. */
bool order_has_needs(const struct program *p);
bool order_requires(const struct program *p, const struct program *other);

/* How many have to be started one after another before it. */
unsigned order_rank(const struct order *o, const struct program *p);

/* Its priority, or the highest of those before it: what orders those that nothing else orders, and never against what
 * does. */
int order_priority(const struct order *o, const struct program *p);

/* Unknown names, a program that waits for itself, and every cycle with its path become problems. */
void order_check(const struct plan *plan, struct problems *problems);

/* "there is no program 'wbe', did you mean 'web'?": the caller's, for these problems. */
char *order_no_such_program(const struct plan *plan, const char *name, const struct problems *problems);

#endif
