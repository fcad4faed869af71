/* resolve: where somebody is: a host and a port as people write them, and the address behind a host's name, which a
 * thread of its own looks up, for that may take long. */
#ifndef OS_RESOLVE_H
#define OS_RESOLVE_H

#include "base/error.h"
#include "os/loop.h"
#include "os/address.h"

#include <stdbool.h>

struct endpoint {
    char host[256];
    char port[6];
    bool is_named;          /* the host is a name: resolve_start knows more */
    struct address address; /* of one that is not */
};

/* "127.0.0.1:5432", "[::1]:80", "localhost:80", "db.example.com:5432". */
bool endpoint_parse(const char *text, struct endpoint *out, struct error *e);

struct resolve;

/* The first address of the host; NULL, and why. The handle is spent: the owner forgets it first thing. */
typedef void resolve_fn(const struct address *address, const char *why, void *arg);

/* Look a name up; the callback never comes from within. NULL on failure: too many are being looked up already. */
struct resolve *resolve_start(struct loop *loop, const struct endpoint *to, resolve_fn *fn, void *arg, struct error *e);

/* No callback any more (the thread finds its end alone); *r becomes NULL. A NULL one is welcome. */
void resolve_stop(struct resolve **r);

#endif
