/* A piece of work belongs to two, us and its thread: whoever leaves last frees it. The thread has all signals blocked
 * and makes no child, so that neither is its business. */
#include "os/chore.h"

#include "base/xalloc.h"
#include "os/thread.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STACK_SIZE = 256 * 1024 };

struct job {
    struct chore_kind *kind;
    void *work;
    atomic_int users;
    int done; /* an eventfd */
};

struct chore {
    struct job *job;
    struct watch *watch;
    chore_fn *fn;
    void *arg;
};

static void leave(struct job *j)
{
    if (atomic_fetch_sub(&j->users, 1) > 1)
        return;
    if (j->done >= 0)
        close(j->done);
    j->kind->free(j->work);
    free(j);
}

static void *on_thread(void *arg)
{
    struct job *j = arg;
    struct chore_kind *kind = j->kind;
    uint64_t one = 1;

    kind->run(j->work);
    while (write(j->done, &one, sizeof one) < 0 && errno == EINTR)
        ;
    leave(j);
    atomic_fetch_sub(&kind->count, 1);
    return NULL;
}

/* An error number, or 0. */
static int start_thread(struct job *j)
{
    int refused;

    atomic_fetch_add(&j->kind->count, 1);
    refused = thread_start(on_thread, j, STACK_SIZE);
    if (refused != 0)
        atomic_fetch_sub(&j->kind->count, 1);
    return refused;
}

static void on_done(int fd, int what, void *arg)
{
    struct chore *c = arg;
    struct job *j = c->job;
    chore_fn *fn = c->fn;
    void *fn_arg = c->arg;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof count) < 0)
        return;
    watch_stop(&c->watch);
    free(c);
    fn(j->work, fn_arg);
    leave(j);
}

/* An error number, or 0. */
static int begin(struct job *j)
{
    if (j->kind->owner != getpid())
        atomic_store(&j->kind->count, 0);
    j->kind->owner = getpid();
    if (atomic_load(&j->kind->count) >= j->kind->most)
        return EAGAIN;
    j->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return j->done < 0 ? errno : start_thread(j);
}

struct chore *chore_start(struct loop *loop, struct chore_kind *kind, void *work, chore_fn *fn, void *arg,
                          struct error *e)
{
    struct job *j = xmalloc(sizeof *j);
    struct chore *c;

    *j = (struct job){ .kind = kind, .work = work, .done = -1 };
    atomic_init(&j->users, 2);
    errno = begin(j);
    if (errno != 0) {
        failure_errno(e, "cannot start a thread");
        leave(j);
        leave(j);
        return NULL;
    }
    c = xmalloc(sizeof *c);
    *c = (struct chore){ .job = j, .fn = fn, .arg = arg };
    c->watch = watch_start(loop, j->done, WATCH_READ, on_done, c);
    return c;
}

bool chore_wait(struct chore *c, int patience)
{
    struct pollfd done = { .fd = c->job->done, .events = POLLIN };
    int ready;

    while ((ready = poll(&done, 1, patience)) < 0 && errno == EINTR)
        ;
    if (ready <= 0)
        return false;
    on_done(done.fd, WATCH_READ, c);
    return true;
}

void chore_stop(struct chore **c)
{
    if (*c == NULL)
        return;
    watch_stop(&(*c)->watch);
    leave((*c)->job);
    free(*c);
    *c = NULL;
}
