#include "os/resolve.h"

#include "base/xalloc.h"
#include "os/chore.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lookup {
    char host[256];
    char port[6];
    struct address address;
    int failure; /* of getaddrinfo, or 0 */
};

struct resolve {
    struct chore *chore;
    resolve_fn *fn;
    void *arg;
};

/* ---- a host and a port ------------------------------------------------------------------------- */

static bool is_host_name(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t length = strlen(host);

    /* Digits and dots alone are an address that is wrong. */
    return length > 0 && strspn(host, allowed) == length && strspn(host, "0123456789.") < length;
}

static bool split_name(const char *text, struct endpoint *out)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL || (size_t)(colon - text) >= sizeof out->host || !address_is_port(colon + 1))
        return false;
    memcpy(out->host, text, (size_t)(colon - text));
    out->host[colon - text] = '\0';
    snprintf(out->port, sizeof out->port, "%s", colon + 1);
    return is_host_name(out->host);
}

bool endpoint_parse(const char *text, struct endpoint *out, struct error *e)
{
    char *address = xasprintf("tcp:%s", text);
    bool literal;

    memset(out, 0, sizeof *out);
    literal = address_parse(address, &out->address, e);
    free(address);
    if (literal)
        return true;
    out->is_named = split_name(text, out);
    if (out->is_named)
        return true;
    return failure(e, "'%.200s' is no HOST:PORT such as 127.0.0.1:5432, [::1]:80 or db.example.com:5432", text);
}

/* ---- looking a name up ------------------------------------------------------------------------- */

static void keep_first(struct lookup *l, const struct addrinfo *found)
{
    l->address.kind = ADDRESS_TCP;
    l->address.length = found->ai_addrlen;
    memcpy(&l->address.socket, found->ai_addr, found->ai_addrlen);
    snprintf(l->address.text, sizeof l->address.text, "%.200s:%s", l->host, l->port);
}

static void look_up(void *work)
{
    struct lookup *l = work;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *found = NULL;

    l->failure = getaddrinfo(l->host, l->port, &hints, &found);
    if (l->failure == 0)
        keep_first(l, found);
    if (found != NULL)
        freeaddrinfo(found);
}

/* A dead name server keeps a thread for half a minute. */
static struct chore_kind lookups = { .run = look_up, .free = free, .most = 16 };

static void on_done(void *work, void *arg)
{
    struct resolve *r = arg;
    struct lookup *l = work;
    resolve_fn *fn = r->fn;
    void *fn_arg = r->arg;
    char *why;

    free(r);
    if (l->failure == 0) {
        fn(&l->address, NULL, fn_arg);
        return;
    }
    why = xasprintf("cannot look up '%s': %s", l->host, gai_strerror(l->failure));
    fn(NULL, why, fn_arg);
    free(why);
}

static struct lookup *lookup_new(const struct endpoint *to)
{
    struct lookup *l = xcalloc(1, sizeof *l);

    memcpy(l->host, to->host, sizeof l->host);
    memcpy(l->port, to->port, sizeof l->port);
    return l;
}

struct resolve *resolve_start(struct loop *loop, const struct endpoint *to, resolve_fn *fn, void *arg, struct error *e)
{
    struct resolve *r = xmalloc(sizeof *r);

    *r = (struct resolve){ .fn = fn, .arg = arg };
    r->chore = chore_start(loop, &lookups, lookup_new(to), on_done, r, e);
    if (r->chore != NULL)
        return r;
    failure_in(e, "cannot look up '%s'", to->host);
    free(r);
    return NULL;
}

void resolve_stop(struct resolve **r)
{
    if (*r == NULL)
        return;
    chore_stop(&(*r)->chore);
    free(*r);
    *r = NULL;
}
