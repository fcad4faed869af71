/* The library can be asked not to block, but then still looks names up, and waits in the handshake of TLS and for a
 * server that takes what is sent to it over TLS: on a thread all of it may wait. */
#include "base/xalloc.h"
#include "mysql_private.h"

#include <stdlib.h>

struct job *job_new(struct account *a, const char *sql, size_t length, const struct cells *values)
{
    struct job *j = xcalloc(1, sizeof *j);

    j->account = account_share(a);
    buffer_add(&j->sql, sql, length);
    if (values != NULL) {
        buffer_add(&j->values.packed, values->packed.data, values->packed.length);
        j->values.count = values->count;
    }
    return j;
}

void job_free(void *job)
{
    struct job *j = job;

    wire_free(j->wire);
    account_leave(j->account);
    buffer_free(&j->sql);
    cells_free(&j->values);
    words_free(&j->result.columns);
    cells_free(&j->result.cells);
    free(j);
}

static void run(void *job)
{
    struct job *j = job;

    mysql_thread_init();
    if (!wire_open(j->wire, j->account, &j->error) || !statement_run(j)) {
        j->result.error = j->error.text;
        wire_check(j->wire);
    }
    mysql_thread_end();
}

struct chore_kind job_kind = { .run = run, .free = job_free, .most = DATABASE_AT_ONCE };
