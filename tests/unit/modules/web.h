/* web: transfers from a server that does as it is told. */
#ifndef TESTS_UNIT_MODULES_WEB_H
#define TESTS_UNIT_MODULES_WEB_H

#include "transfers.h"

static struct server web;

static inline int start_web(void **state)
{
    static const char *const command[] = { "tests/programs/httpd.py", NULL };

    (void)state;
    web = server_start(command);
    return 0;
}

static inline int stop_web(void **state)
{
    (void)state;
    server_stop(&web);
    return 0;
}

/* Static, a few in turn. */
static inline const char *at(const char *path)
{
    static char urls[4][200];
    static int next;
    char *url = urls[next++ % 4];

    snprintf(url, sizeof urls[0], "http://127.0.0.1:%d%s", web.port, path);
    return url;
}

#define get(path, ...)        (&(struct transfer_request){ .url = at(path), __VA_ARGS__ })
#define post(path, text, ...) get(path, .body = (text), .body_length = strlen(text), __VA_ARGS__)

#endif
