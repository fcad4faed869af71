/* mysql: how the parts of the module see a query.
 *
 *   account.c    where a server is, and as whom
 *   wire.c       a connection to it
 *   statement.c  a statement and the rows that it brings
 *   columns.c    values of the server as cells
 *   job.c        one query, for a thread of its own
 *   module.c     queries that take turns, on the loop: the functions that others call
 */
#ifndef MODULES_MYSQL_PRIVATE_H
#define MODULES_MYSQL_PRIVATE_H

#include "base/error.h"
#include "os/chore.h"
#include "os/database.h"

#include <mysql.h>
#include <pthread.h>
#include <stdatomic.h>

/* ---- account ----------------------------------------------------------------------------------------------------- */

/* Never changes, so that threads may read it; freed by the last of its users. */
struct account {
    atomic_int users;
    struct database_options options; /* with every default in place; the texts are its own */
    char *place;                     /* "127.0.0.1:3306", for messages */
};

/* The options are copied, with every default in place; NULL, with the reason, if they make no sense. It is freed when
 * the last user, on whatever thread, has left. */
struct account *account_new(const struct database_options *o, struct error *e);
struct account *account_share(struct account *a);
void account_leave(struct account *a);

/* ---- wire -------------------------------------------------------------------------------------------------------- */

struct wire;

struct wire *wire_new(void);
void wire_free(struct wire *w);

/* A connection that can be used: the one that is open, else a new one. Waits. */
bool wire_open(struct wire *w, const struct account *a, struct error *e);
MYSQL *wire_handle(const struct wire *w);

/* Expect nothing more from the server: what it still sends is not waited for. */
void wire_hang_up(struct wire *w);

/* After a failure: close it if it is of no use any more. */
void wire_check(struct wire *w);

/* From any thread: whatever waits for the server fails now, and there is no further connection. */
void wire_interrupt(struct wire *w);

/* ---- job --------------------------------------------------------------------------------------------------------- */

/* A statement, and what it brought: the work of a thread. */
struct job {
    struct account *account;
    struct wire *wire; /* NULL before its turn, and again when it was taken back */
    struct buffer sql;
    struct cells values;
    struct error error; /* of the result */
    struct database_result result;
};

extern struct chore_kind job_kind;

/* Holds the account; the statement and the values are copied. */
struct job *job_new(struct account *a, const char *sql, size_t length, const struct cells *values);
void job_free(void *job);

/* ---- statement, columns ------------------------------------------------------------------------------------------ */

/* Run the job's statement over its open wire. False, with j->error. */
bool statement_run(struct job *j);

/* What becomes of a column. Decimals are texts: no number of ours would be exact. */
enum column_kind { COLUMN_INTEGER, COLUMN_UNSIGNED, COLUMN_FLOAT, COLUMN_DOUBLE, COLUMN_BITS, COLUMN_TEXT };

enum column_kind column_kind(const MYSQL_FIELD *field);

/* The bytes of a value as the text protocol has them; of bits and texts in both. NULL: it is NULL. */
void column_add(struct cells *c, enum column_kind kind, const char *bytes, size_t length);

/* The shortest decimal that is this float: as the server would print it, and no rounding of ours. */
double column_float(float f);

/* Whether another text and value still fit; false, with the reason, if the result grows too large. */
bool column_fits(struct job *j, size_t length);

#endif
