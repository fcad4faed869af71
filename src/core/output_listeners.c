/* Who hears what a stream brings. A listener may leave, and take others along, while it is told something. */
#include "base/xalloc.h"
#include "output_private.h"

#include <stdlib.h>

struct output_listener *output_listen(struct output *o, output_listener_fn *fn, void *arg)
{
    struct output_listener *l = xcalloc(1, sizeof *l);

    l->output = o;
    l->fn = fn;
    l->arg = arg;
    LIST_INSERT_HEAD(&o->listeners, l, link);
    return l;
}

void output_unlisten(struct output_listener **l)
{
    struct output_listener *leaving = *l;

    if (leaving == NULL)
        return;
    *l = NULL;
    leaving->fn = NULL;
    if (leaving->output != NULL && leaving->output->telling)
        return; /* It goes when all were told. */
    if (leaving->output != NULL)
        LIST_REMOVE(leaving, link);
    free(leaving);
}

void output_tell(struct output *o, const char *data, size_t length)
{
    struct output_listener *l, *next;

    o->telling = true;
    LIST_FOREACH(l, &o->listeners, link)
    if (l->fn != NULL)
        l->fn(data, length, l->arg);
    o->telling = false;
    for (l = LIST_FIRST(&o->listeners); l != NULL; l = next) {
        next = LIST_NEXT(l, link);
        if (l->fn == NULL)
            output_unlisten(&l);
    }
}

void output_forget_listeners(struct output *o)
{
    struct output_listener *l;

    while ((l = LIST_FIRST(&o->listeners)) != NULL) {
        LIST_REMOVE(l, link);
        l->output = NULL;
    }
}
