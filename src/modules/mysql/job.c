/* A query on a thread of its own. The library can be asked not to block, but then still looks names up, and waits in
 * the handshake of TLS and for a server that takes what is sent to it over TLS: on a thread all of it may wait.
 *
 * A job belongs to two, the query and its thread: whoever leaves last frees it. The thread has all signals blocked and
 * makes no child, so that neither is its business. */
#include "base/xalloc.h"
#include "mysql_private.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { STACK_SIZE = 512 * 1024 };

static atomic_int threads;

struct job *job_new(struct account *a, const char *sql, size_t length, const struct cells *values, struct error *e)
{
    struct job *j;
    int done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (done < 0) {
        failure_errno(e, "%s: no descriptor", a->place);
        return NULL;
    }
    j = xcalloc(1, sizeof *j);
    atomic_init(&j->users, 1);
    j->account = account_share(a);
    j->done = done;
    buffer_add(&j->sql, sql, length);
    if (values != NULL) {
        buffer_add(&j->values.packed, values->packed.data, values->packed.length);
        j->values.count = values->count;
    }
    return j;
}

void job_leave(struct job *j)
{
    if (atomic_fetch_sub(&j->users, 1) > 1)
        return;
    wire_free(j->wire);
    account_leave(j->account);
    close(j->done);
    buffer_free(&j->sql);
    cells_free(&j->values);
    words_free(&j->result.columns);
    cells_free(&j->result.cells);
    free(j);
}

void job_abandon(struct job *j)
{
    if (j->wire != NULL)
        wire_interrupt(j->wire);
    job_leave(j);
}

static void tell(const struct job *j)
{
    uint64_t one = 1;
    ssize_t written = write(j->done, &one, sizeof one);

    (void)written; /* an eventfd takes it */
}

static void *work(void *arg)
{
    struct job *j = arg;

    mysql_thread_init();
    j->failed = !wire_open(j->wire, j->account, &j->error) || !statement_run(j);
    if (j->failed)
        wire_check(j->wire);
    mysql_thread_end();
    tell(j);
    job_leave(j);
    atomic_fetch_sub(&threads, 1);
    return NULL;
}

static bool start_thread(struct job *j)
{
    sigset_t all, before;
    pthread_attr_t how;
    pthread_t thread;
    int reason;

    sigfillset(&all);
    pthread_attr_init(&how);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&how, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    reason = pthread_create(&thread, &how, work, j);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&how);
    return reason == 0 || failure(&j->error, "%s: no thread: %s", j->account->place, strerror(reason));
}

static bool begin(struct job *j)
{
    if (atomic_fetch_add(&threads, 1) >= DATABASE_AT_ONCE)
        failure(&j->error, "%s: %d queries run already", j->account->place, DATABASE_AT_ONCE);
    else if (start_thread(j))
        return true;
    atomic_fetch_sub(&threads, 1);
    return false;
}

void job_start(struct job *j, struct wire *wire)
{
    j->wire = wire;
    atomic_fetch_add(&j->users, 1);
    if (begin(j))
        return;
    j->failed = true;
    tell(j);
    job_leave(j);
}
