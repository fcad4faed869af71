#include "os/database.h"

#include "os/module.h"

static const struct database_functions *functions; /* NULL until the first database */

struct database *database_open(const struct database_options *o, struct error *e)
{
    const struct module *m = functions == NULL ? module_open("mysql", e) : NULL;

    if (m != NULL)
        functions = m->functions;
    return functions != NULL ? functions->open(o, e) : NULL;
}

void database_close(struct database *d)
{
    if (d != NULL)
        functions->close(d);
}

struct query *database_query(struct database *d, struct loop *loop, const char *sql, size_t length,
                             const struct cells *values, query_done_fn *fn, void *arg, struct error *e)
{
    return functions->query(d, loop, sql, length, values, fn, arg, e);
}

void query_cancel(struct query *q)
{
    functions->cancel(q);
}
