#include "os/transfer.h"

#include "os/module.h"

static const struct transfer_functions *functions; /* NULL until the first transfer */

static bool open_functions(struct error *e)
{
    const struct module *m = functions == NULL ? module_open("curl", e) : NULL;

    if (m != NULL)
        functions = m->functions;
    return functions != NULL;
}

struct transfer *transfer_start(struct loop *loop, const struct transfer_request *request, transfer_done_fn *fn,
                                void *arg, struct error *e)
{
    return open_functions(e) ? functions->start(loop, request, fn, arg, e) : NULL;
}

void transfer_cancel(struct transfer *t)
{
    if (t != NULL)
        functions->cancel(t);
}

void transfers_close(void)
{
    if (functions != NULL)
        functions->close();
}
