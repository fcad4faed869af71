/* A connection. One thread uses it at a time; only wire_interrupt comes from elsewhere meanwhile. It has a
 * descriptor of its own for that, because the library closes its one when it likes to. */
#include "base/xalloc.h"
#include "mysql_private.h"

#include <errmsg.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct wire {
    MYSQL *mysql; /* NULL: closed */
    pthread_mutex_t mutex;
    int lifeline; /* the connection's socket; -1: none */
    bool interrupted;
};

struct wire *wire_new(void)
{
    struct wire *w = xcalloc(1, sizeof *w);

    pthread_mutex_init(&w->mutex, NULL);
    w->lifeline = -1;
    return w;
}

/* False if it was interrupted before. */
static bool hold(struct wire *w, int socket)
{
    bool wanted;

    pthread_mutex_lock(&w->mutex);
    if (w->lifeline >= 0)
        close(w->lifeline);
    w->lifeline = socket >= 0 ? fcntl(socket, F_DUPFD_CLOEXEC, 3) : -1;
    wanted = !w->interrupted;
    pthread_mutex_unlock(&w->mutex);
    return wanted;
}

/* The next wire_open makes another connection. */
static void disconnect(struct wire *w)
{
    hold(w, -1);
    if (w->mysql != NULL)
        mysql_close(w->mysql);
    w->mysql = NULL;
}

void wire_free(struct wire *w)
{
    if (w == NULL)
        return;
    disconnect(w);
    pthread_mutex_destroy(&w->mutex);
    free(w);
}

MYSQL *wire_handle(const struct wire *w)
{
    return w->mysql;
}

/* ---- ends -------------------------------------------------------------------------------------- */

void wire_interrupt(struct wire *w)
{
    pthread_mutex_lock(&w->mutex);
    w->interrupted = true;
    if (w->lifeline >= 0)
        shutdown(w->lifeline, SHUT_RDWR);
    pthread_mutex_unlock(&w->mutex);
}

void wire_hang_up(struct wire *w)
{
    shutdown((int)mysql_get_socket(w->mysql), SHUT_RDWR);
}

/* ---- failures ---------------------------------------------------------------------------------- */

/* The library forgets why nobody answered, and says EINPROGRESS: so ask once more. 0: now somebody does. */
static int ask_again(const struct database_options *o)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *found = NULL;
    struct timeval limit = { .tv_sec = 1 };
    char port[8];
    int fd, reason;

    snprintf(port, sizeof port, "%u", o->port);
    if (getaddrinfo(o->host, port, &hints, &found) != 0)
        return EHOSTUNREACH;
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    reason = connect(fd, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
    if (fd >= 0)
        close(fd);
    freeaddrinfo(found);
    return reason == EINPROGRESS ? ETIMEDOUT : reason;
}

/* "Can't connect to server on '127.0.0.1' (111)": the system's number, and the length of what is before it. */
static int cut_number(const char *says, size_t *length)
{
    const char *open = strrchr(says, '(');
    char *end;
    long number = open != NULL ? strtol(open + 1, &end, 10) : 0;

    if (number <= 0 || strcmp(end, ")") != 0)
        return 0;
    *length = (size_t)(open - says) - (open > says && open[-1] == ' ');
    return (int)number;
}

static bool fail_to_connect(MYSQL *m, const struct account *a, struct error *e)
{
    const char *says = mysql_error(m);
    size_t length = strlen(says);
    int reason = mysql_errno(m) <= CR_UNKNOWN_HOST ? cut_number(says, &length) : 0;

    if (reason == EINPROGRESS && a->options.socket == NULL)
        reason = ask_again(&a->options);
    return failure(e, "%s: %.*s%s%s (%u)", a->place, (int)length, says, reason > 0 ? ": " : "",
                   reason > 0 ? strerror(reason) : "", mysql_errno(m));
}

/* ---- a connection ------------------------------------------------------------------------------ */

static void set_tls(MYSQL *m, const struct database_options *o)
{
    my_bool yes = 1;

    mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &yes);
    mysql_options(m, MYSQL_OPT_SSL_CA, o->insecure ? NULL : o->ca_file);
    mysql_options(m, MYSQL_OPT_SSL_CERT, o->cert_file);
    mysql_options(m, MYSQL_OPT_SSL_KEY, o->key_file);
}

/* The thread of a query that was given up ends by these limits, if nothing else ends it. */
static void set_limits(MYSQL *m, const struct database_options *o)
{
    unsigned seconds = (unsigned)((o->timeout + 999) / 1000);
    size_t packet = o->max_bytes > DATABASE_STATEMENT_MOST ? o->max_bytes : DATABASE_STATEMENT_MOST;

    packet += 64 * 1024; /* what is around the texts */
    mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &seconds);
    mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &seconds);
    mysql_options(m, MYSQL_OPT_MAX_ALLOWED_PACKET, &packet);
}

static MYSQL *prepare(const struct account *a)
{
    const struct database_options *o = &a->options;
    unsigned protocol = o->socket != NULL ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP, no = 0;
    my_bool verify = o->tls && !o->insecure;
    MYSQL *m = mysql_init(NULL);

    if (m == NULL)
        return NULL;
    mysql_options(m, MYSQL_OPT_PROTOCOL, &protocol);
    mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    /* The server could ask for any file of ours, for a password in plain text, or on the terminal. */
    mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &no);
    mysql_optionsv(m, MARIADB_OPT_RESTRICTED_AUTH,
                   "mysql_native_password,client_ed25519,parsec,caching_sha2_password,sha256_password");
    set_limits(m, o);
    mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
    if (o->tls)
        set_tls(m, o);
    return m;
}

static bool connect_to(struct wire *w, const struct account *a, struct error *e)
{
    const struct database_options *o = &a->options;
    MYSQL *m = prepare(a);
    int socket;

    if (m == NULL)
        return failure(e, "%s: out of memory", a->place);
    if (mysql_real_connect(m, o->host, o->user, o->password != NULL ? o->password : "", o->database, o->port, o->socket,
                           0) == NULL) {
        fail_to_connect(m, a, e);
        mysql_close(m);
        return false;
    }
    socket = (int)mysql_get_socket(m);
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    w->mysql = m;
    if (hold(w, socket))
        return true;
    disconnect(w);
    return failure(e, "%s: nobody waits any more", a->place);
}

/* One of us has hung up: the server by a restart, a kill, or its wait_timeout. */
static bool is_lost(const struct wire *w)
{
    struct pollfd p = { .fd = w->lifeline, .events = POLLIN | POLLRDHUP };

    if (w->lifeline < 0 || mysql_get_socket(w->mysql) == MARIADB_INVALID_SOCKET)
        return true;
    return poll(&p, 1, 0) > 0 && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void wire_check(struct wire *w)
{
    if (w->mysql != NULL && is_lost(w))
        disconnect(w);
}

static bool is_in_transaction(const struct wire *w)
{
    unsigned status = 0;

    mariadb_get_infov(w->mysql, MARIADB_CONNECTION_SERVER_STATUS, &status);
    return (status & SERVER_STATUS_IN_TRANS) != 0;
}

bool wire_open(struct wire *w, const struct account *a, struct error *e)
{
    bool broken_off;

    if (w->mysql != NULL && !is_lost(w))
        return true;
    broken_off = w->mysql != NULL && is_in_transaction(w);
    disconnect(w);
    /* What is left of a transaction must not happen without its beginning. */
    if (broken_off)
        return failure(e, "%s: the connection was lost in the middle of a transaction", a->place);
    return connect_to(w, a, e);
}
