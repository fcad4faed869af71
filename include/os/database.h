/* database: MySQL and MariaDB servers; queries on their way, many at once, and nobody waits for them.
 *
 * MariaDB Connector/C does the work, in the module "mysql" that the first one opens. A database is one connection at
 * most, opened by its first query and again by the next one after it was lost; its queries take turns. No file of the
 * user's home is read, no file of ours is sent, and a password only scrambled or encrypted. */
#ifndef OS_DATABASE_H
#define OS_DATABASE_H

#include "base/cells.h"
#include "base/words.h"
#include "os/loop.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    DATABASE_PORT = 3306,
    DATABASE_TIMEOUT = 30 * 1000,
    DATABASE_ROWS = 10 * 1000,
    DATABASE_ROWS_MOST = 100 * 1000,
    DATABASE_BYTES = 8 * 1024 * 1024,
    DATABASE_BYTES_MOST = 64 * 1024 * 1024,
    DATABASE_STATEMENT_MOST = 16 * 1024 * 1024, /* with its values: for whoever makes one */
    DATABASE_WAITING = 100,                     /* queries that wait for one database; more are refused */
    DATABASE_AT_ONCE = 64,                      /* queries that run, of all databases; one more fails */
};

struct database;
struct query;

/* All of it is copied. What is zero has the default that its comment says. */
struct database_options {
    const char *host;                 /* a name or an address: 127.0.0.1, unless there is a socket */
    const char *socket;               /* the path of the server's Unix socket */
    unsigned port;                    /* DATABASE_PORT */
    const char *user;                 /* as who reeve runs */
    const char *password;             /* none */
    const char *database;             /* none is chosen */
    msec timeout;                     /* of each query, with its turn and connecting: DATABASE_TIMEOUT */
    size_t max_rows;                  /* of each query: DATABASE_ROWS */
    size_t max_bytes;                 /* likewise: DATABASE_BYTES */
    bool tls;                         /* needed, and the server's certificate must be good for `host` */
    const char *ca_file;              /* authorities in PEM, in place of the system's */
    const char *cert_file, *key_file; /* ours, if the server wants one */
    bool insecure;                    /* take any certificate */
};

/* Lent for the time of the call; columns and cells may be taken, and are zero then. */
struct database_result {
    const char *error;    /* NULL: the server did it */
    struct words columns; /* names; none: the statement brings no rows */
    struct cells cells;   /* row by row */
    size_t rows;
    int64_t affected;  /* rows that a statement without columns changed */
    int64_t insert_id; /* the first number that it gave to an AUTO_INCREMENT column; else 0 */
};

/* The query is spent when this is called: the owner forgets it. */
typedef void query_done_fn(struct database_result *r, void *arg);

/* NULL, with the reason, without the module. Nothing is connected yet. */
struct database *database_open(const struct database_options *o, struct error *e);

/* Each query that is left is told that the connection was closed. NULL is welcome. */
void database_close(struct database *d);

/* Run one statement; `values` (NULL: none) are bound to its `?`, and never become part of its text. Copied. `fn` is
 * never called from within. NULL, with the reason, if too many wait already. */
struct query *database_query(struct database *d, struct loop *loop, const char *sql, size_t length,
                             const struct cells *values, query_done_fn *fn, void *arg, struct error *e);

/* Drop it without telling anybody. If it runs, the connection is closed; the server may still do what it was told. */
void query_cancel(struct query *q);

/* What the module "mysql" offers. */
struct database_functions {
    struct database *(*open)(const struct database_options *o, struct error *e);
    void (*close)(struct database *d);
    struct query *(*query)(struct database *d, struct loop *loop, const char *sql, size_t length,
                           const struct cells *values, query_done_fn *fn, void *arg, struct error *e);
    void (*cancel)(struct query *q);
};

#endif
