/* http_probe: asks a web server for a page and hears the status, nothing else. */
#ifndef OS_HTTP_PROBE_H
#define OS_HTTP_PROBE_H

#include "base/error.h"
#include "os/loop.h"
#include "os/resolve.h"

#include <stdbool.h>

struct url {
    struct endpoint to;
    char host[262];  /* for the Host header: with the port, unless it is 80 */
    char path[1024]; /* with the query */
};

/* "http://127.0.0.1:8080/health?full". https: is refused: it would need a library that reeve does not have. */
bool url_parse(const char *text, struct url *out, struct error *e);

struct http_probe;

/* The status, such as 200; or 0 and why. The handle is spent: the owner forgets it first thing. */
typedef void http_probe_fn(int status, const char *why, void *arg);

/* GET it. The callback never comes from within; there is no limit of time here. */
struct http_probe *http_probe_start(struct loop *loop, const struct url *url, http_probe_fn *fn, void *arg);

/* Give up, without a callback; *h becomes NULL. A NULL one is welcome. */
void http_probe_stop(struct http_probe **h);

#endif
