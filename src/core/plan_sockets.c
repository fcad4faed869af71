/* The sockets of a plan, and who names them. */
#include "base/text.h"
#include "base/xalloc.h"
#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

bool plan_add_socket(struct plan *plan, struct socket_settings *socket, struct problems *problems)
{
    const struct socket_settings *first = plan_find_socket(plan, socket->name);

    if (first != NULL) {
        problems_add(problems, socket->file, socket->line, "socket '%s' is already declared at %s:%d", socket->name,
                     first->file, first->line);
        socket_settings_free(socket);
        return false;
    }
    plan->sockets = xrealloc(plan->sockets, (plan->socket_count + 1) * sizeof *plan->sockets);
    plan->sockets[plan->socket_count++] = socket;
    return true;
}

const struct socket_settings *plan_find_socket(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->socket_count; i++)
        if (strcmp(plan->sockets[i]->name, name) == 0)
            return plan->sockets[i];
    return NULL;
}

/* ---- checks ------------------------------------------------------------------------------------ */

static void complain_of_name(const struct plan *plan, const struct program *p, const char *name,
                             struct problems *problems)
{
    const char **names = xcalloc(plan->socket_count + 1, sizeof *names);
    int line = p->sockets->line > 0 ? p->sockets->line : p->line;
    const char *nearest;

    for (size_t i = 0; i < plan->socket_count; i++)
        names[i] = plan->sockets[i]->name;
    nearest = text_nearest(name, names);
    free(names);
    if (nearest != NULL)
        problems_add(problems, p->file, line, "program '%s': 'sockets': there is no socket '%s', did you mean '%s'?",
                     p->name, name, nearest);
    else
        problems_add(problems, p->file, line,
                     "program '%s': 'sockets': there is no socket '%s': declare it by socket \"%s\" { listen = … }",
                     p->name, name, name);
}

static void check_names(const struct plan *plan, const struct program *p, struct problems *problems)
{
    for (size_t i = 0; p->sockets != NULL && i < p->sockets->words.count; i++)
        if (plan_find_socket(plan, p->sockets->words.word[i]) == NULL)
            complain_of_name(plan, p, p->sockets->words.word[i], problems);
}

/* Who may share a port may also do so with itself. */
static void check_address(const struct plan *plan, size_t at, struct problems *problems)
{
    const struct socket_settings *s = plan->sockets[at];

    for (size_t i = 0; s->address.length > 0 && i < at; i++) {
        const struct socket_settings *other = plan->sockets[i];

        if (!address_equal(&s->address, &other->address) || (s->reuseport && other->reuseport))
            continue;
        problems_add(problems, s->file, s->listen_line, "socket '%s': 'listen': socket '%s' has this address, %s",
                     s->name, other->name, other->listen);
        return;
    }
}

void plan_check_sockets(const struct plan *plan, struct problems *problems)
{
    for (size_t i = 0; i < plan->socket_count; i++)
        check_address(plan, i, problems);
    for (size_t i = 0; i < plan->program_count; i++)
        check_names(plan, plan->programs[i], problems);
}
