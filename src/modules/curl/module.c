#include "reeve/module.h"
#include "curl_private.h"

static struct transfer *start(struct loop *loop, const struct transfer_request *request, transfer_done_fn *fn,
                              void *arg, struct error *e)
{
    struct transfer *t = transfer_new(request, e);

    if (t == NULL)
        return NULL;
    t->fn = fn;
    t->arg = arg;
    if (engine_start(loop, t, e))
        return t;
    transfer_free(t);
    return NULL;
}

static const struct transfer_functions functions = { start, engine_cancel, engine_close };

const struct module reeve_module = { MODULE_ABI, "curl", &functions };
