#include "os/dial.h"

#include "base/xalloc.h"
#include "fake/fake.h"
#include "fake/fake_private.h"

#include <fcntl.h>
#include <stdlib.h>

struct dial {
    struct loop *loop;
    struct timer *timer;
    dial_fn *fn;
    void *arg;
};

static const char *refusal;
static size_t dials;

static void on_time(void *arg)
{
    struct dial *d = arg;
    dial_fn *fn = d->fn;
    void *fn_arg = d->arg;

    free(d);
    fn(refusal == NULL ? open("/dev/null", O_RDWR | O_CLOEXEC) : -1, refusal, fn_arg);
}

struct dial *dial_address(struct loop *loop, const struct address *to, dial_fn *fn, void *arg)
{
    struct dial *d = xcalloc(1, sizeof *d);

    (void)to;
    dials++;
    *d = (struct dial){ loop, NULL, fn, arg };
    d->timer = timer_start(loop, 1, on_time, d);
    return d;
}

struct dial *dial_endpoint(struct loop *loop, const struct endpoint *to, dial_fn *fn, void *arg)
{
    return dial_address(loop, &to->address, fn, arg);
}

void dial_stop(struct dial **d)
{
    if (*d == NULL)
        return;
    timer_stop(&(*d)->timer);
    free(*d);
    *d = NULL;
}

void fake_dial_refused(const char *why)
{
    refusal = why;
}

size_t fake_dials(void)
{
    return dials;
}

void fake_dial_reset(void)
{
    refusal = NULL;
    dials = 0;
}
