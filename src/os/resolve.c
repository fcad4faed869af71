/* A lookup belongs to two, us and its thread: whoever leaves last frees it. The thread has all signals blocked and
 * makes no child, so that neither is its business. */
#include "os/resolve.h"

#include "base/xalloc.h"

#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A dead name server keeps a thread for half a minute. */
enum { THREADS_MOST = 16, STACK_SIZE = 256 * 1024 };

struct lookup {
    atomic_int users;
    int done; /* an eventfd: the thread has found out */
    char host[256];
    char port[6];
    struct address address;
    int failure; /* of getaddrinfo, or 0 */
};

struct resolve {
    struct lookup *lookup;
    struct watch *watch;
    resolve_fn *fn;
    void *arg;
};

static atomic_int threads;

/* ---- a host and a port ------------------------------------------------------------------------- */

static bool is_host_name(const char *host)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
    size_t length = strlen(host);

    /* Digits and dots alone are an address that is wrong. */
    return length > 0 && strspn(host, allowed) == length && strspn(host, "0123456789.") < length;
}

static bool is_port(const char *text)
{
    size_t length = strlen(text);

    return length > 0 && length <= 5 && strspn(text, "0123456789") == length && atoi(text) >= 1 && atoi(text) <= 65535;
}

static bool split_name(const char *text, struct endpoint *out)
{
    const char *colon = strrchr(text, ':');

    if (colon == NULL || (size_t)(colon - text) >= sizeof out->host || !is_port(colon + 1))
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

static void leave(struct lookup *l)
{
    if (atomic_fetch_sub(&l->users, 1) > 1)
        return;
    close(l->done);
    free(l);
}

static void keep_first(struct lookup *l, const struct addrinfo *found)
{
    l->address.kind = ADDRESS_TCP;
    l->address.length = found->ai_addrlen;
    memcpy(&l->address.socket, found->ai_addr, found->ai_addrlen);
    snprintf(l->address.text, sizeof l->address.text, "%.200s:%s", l->host, l->port);
}

static void *look_up(void *arg)
{
    struct lookup *l = arg;
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *found = NULL;
    uint64_t one = 1;
    ssize_t written;

    l->failure = getaddrinfo(l->host, l->port, &hints, &found);
    if (l->failure == 0)
        keep_first(l, found);
    if (found != NULL)
        freeaddrinfo(found);
    written = write(l->done, &one, sizeof one);
    (void)written; /* an eventfd takes it */
    leave(l);
    atomic_fetch_sub(&threads, 1);
    return NULL;
}

/* Threads are not forked. */
static void forget_threads(void)
{
    atomic_store(&threads, 0);
}

static void watch_forks(void)
{
    pthread_atfork(NULL, NULL, forget_threads);
}

static bool start_thread(struct lookup *l)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    sigset_t all, before;
    pthread_attr_t how;
    pthread_t thread;
    bool started;

    sigfillset(&all);
    pthread_once(&once, watch_forks);
    pthread_attr_init(&how);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&how, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    atomic_fetch_add(&threads, 1);
    started = pthread_create(&thread, &how, look_up, l) == 0;
    if (!started)
        atomic_fetch_sub(&threads, 1);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&how);
    return started;
}

static void on_done(int fd, int what, void *arg)
{
    struct resolve *r = arg;
    struct lookup *l = r->lookup;
    resolve_fn *fn = r->fn;
    void *fn_arg = r->arg;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof count) < 0)
        return;
    watch_stop(&r->watch);
    free(r);
    if (l->failure == 0) {
        fn(&l->address, NULL, fn_arg);
    } else {
        char *why = xasprintf("cannot look up '%s': %s", l->host, gai_strerror(l->failure));

        fn(NULL, why, fn_arg);
        free(why);
    }
    leave(l);
}

static struct lookup *lookup_new(const struct endpoint *to)
{
    struct lookup *l = xcalloc(1, sizeof *l);

    atomic_init(&l->users, 2);
    l->done = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    memcpy(l->host, to->host, sizeof l->host);
    memcpy(l->port, to->port, sizeof l->port);
    return l;
}

struct resolve *resolve_start(struct loop *loop, const struct endpoint *to, resolve_fn *fn, void *arg, struct error *e)
{
    struct resolve *r;
    struct lookup *l;

    if (atomic_load(&threads) >= THREADS_MOST) {
        failure(e, "cannot look up '%s': too many other names are being looked up", to->host);
        return NULL;
    }
    l = lookup_new(to);
    if (l->done < 0 || !start_thread(l)) {
        failure_errno(e, "cannot look up '%s'", to->host);
        leave(l);
        leave(l);
        return NULL;
    }
    r = xcalloc(1, sizeof *r);
    *r = (struct resolve){ .lookup = l, .fn = fn, .arg = arg };
    r->watch = watch_start(loop, l->done, WATCH_READ, on_done, r);
    return r;
}

void resolve_stop(struct resolve **r)
{
    if (*r == NULL)
        return;
    watch_stop(&(*r)->watch);
    leave((*r)->lookup);
    free(*r);
    *r = NULL;
}
