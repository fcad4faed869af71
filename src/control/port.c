/* One address that we listen at. */
#include "base/xalloc.h"
#include "control/address.h"
#include "os/acceptor.h"
#include "os/clock.h"
#include "os/resume.h"
#include "os/socket.h"
#include "os/user_cache.h"
#include "server_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct port {
    struct server *server;
    char *text; /* with an absolute path */
    struct address address;
    struct acceptor *acceptor;
    dev_t device; /* of the socket's file, to know it again */
    ino_t inode;
    int mode;
    char *owner; /* as the plan has them */
};

/* ---- clients ----------------------------------------------------------------------------------- */

static bool may_speak_at_once(const struct port *port)
{
    const struct supervisor_settings *settings = &supervisor_plan(port->server->supervisor)->settings;

    if (port->address.kind == ADDRESS_UNIX)
        return true;
    return address_is_local(&port->address) && settings->open;
}

/* On one that has not said the password nothing runs but the time until it hears that it was wrong. */
static bool is_idle(const struct session *s)
{
    return (TAILQ_EMPTY(&s->answers) || !s->authorized) && !s->doomed;
}

/* The oldest TCP connection on which nothing runs makes room for a new one. */
static void make_tcp_room(struct server *server)
{
    struct session *s;

    TAILQ_FOREACH(s, &server->sessions, link)
    {
        if (s->tcp && is_idle(s)) {
            session_doom(s, "idle, and there are too many TCP connections");
            return;
        }
    }
}

static bool is_forgotten(const struct session *s, msec now)
{
    return !s->tcp && TAILQ_EMPTY(&s->answers) && !s->doomed && connection_pending(s->connection) == 0 &&
           now - s->heard >= SILENT_LEAST;
}

/* A local client that leaks its connections must not use up the descriptors that programs need. */
static void make_unix_room(struct server *server)
{
    size_t count = server->unix_count;
    msec now = clock_now();
    struct session *s;

    TAILQ_FOREACH(s, &server->sessions, link)
    {
        if (count < UNIX_MOST)
            return;
        count -= !s->tcp && s->doomed;
        if (is_forgotten(s, now)) {
            session_doom(s, "idle, and there are too many connections");
            count--;
        }
    }
}

static void on_connection(int fd, void *arg)
{
    struct port *port = arg;
    bool tcp = port->address.kind != ADDRESS_UNIX;

    if (tcp && port->server->tcp_count >= TCP_MOST)
        make_tcp_room(port->server);
    else if (!tcp && port->server->unix_count >= UNIX_MOST)
        make_unix_room(port->server);
    session_open(port->server, fd, tcp, may_speak_at_once(port));
}

/* ---- the socket -------------------------------------------------------------------------------- */

/* What cannot be looked at is taken to be as it was. */
static bool owns_file(const struct port *port)
{
    struct stat st;

    if (lstat(address_path(&port->address), &st) < 0)
        return errno != ENOENT && errno != ENOTDIR;
    return st.st_dev == port->device && st.st_ino == port->inode;
}

void port_close(struct port *port)
{
    if (port->acceptor != NULL && port->address.kind == ADDRESS_UNIX && owns_file(port))
        unlink(address_path(&port->address));
    acceptor_close(port->acceptor);
    free(port->text);
    free(port->owner);
    free(port);
}

static bool check_access(const struct address *a, const struct supervisor_settings *settings, struct error *e)
{
    if (a->kind == ADDRESS_UDP)
        return failure(e, "the control port cannot be a udp: address");
    if (a->kind == ADDRESS_UNIX || password_is_set(settings))
        return true;
    if (!address_is_local(a))
        return failure(e, "%s can be reached from other machines: it needs a password", a->text);
    return settings->open || failure(e, "%s needs a password, or `open = true` to go without one", a->text);
}

static bool open_socket(struct port *port, const struct supervisor_settings *settings, struct error *e)
{
    struct listen_options options = { .mode = settings->control_mode, .uid = (uid_t)-1, .gid = (gid_t)-1 };
    struct stat st;
    int fd;

    if (!address_parse(port->text, &port->address, e) || !check_access(&port->address, settings, e) ||
        !address_prepare(port->text, e))
        return false;
    if (port->address.kind == ADDRESS_TCP && !password_is_there(settings, e))
        return false;
    if (settings->control_owner != NULL && !user_cache_owner(settings->control_owner, &options.uid, &options.gid, e))
        return failure_in(e, "control_owner");
    fd = socket_listen(&port->address, &options, e);
    if (fd < 0)
        return false;
    if (port->address.kind == ADDRESS_UNIX && lstat(address_path(&port->address), &st) == 0) {
        port->device = st.st_dev;
        port->inode = st.st_ino;
    }
    port->acceptor = acceptor_open(port->server->loop, fd, on_connection, port);
    return true;
}

struct port *port_open(struct server *server, const char *text, const struct supervisor_settings *settings,
                       struct error *e)
{
    struct port *port = xcalloc(1, sizeof *port);

    port->server = server;
    port->text = address_absolute(text);
    port->mode = settings->control_mode;
    port->owner = xstrdup(settings->control_owner);
    if (open_socket(port, settings, e))
        return port;
    port_close(port);
    return NULL;
}

void port_pack(const struct port *port, struct buffer *out)
{
    pack_text(out, "address", port->text);
    pack_number(out, "fd", acceptor_fd(port->acceptor));
    pack_number(out, "device", (int64_t)port->device);
    pack_number(out, "inode", (int64_t)port->inode);
    pack_number(out, "mode", port->mode);
    pack_text(out, "owner", port->owner);
}

struct port *port_resume(struct server *server, struct unpack *u, const struct supervisor_settings *settings)
{
    struct port *port = xcalloc(1, sizeof *port);
    int fd;

    port->server = server;
    port->text = unpack_text(u, "address");
    fd = resume_claim(unpack_number(u, "fd"));
    port->device = (dev_t)unpack_number(u, "device");
    port->inode = (ino_t)unpack_number(u, "inode");
    port->mode = (int)unpack_number(u, "mode");
    port->owner = unpack_text(u, "owner");
    if (fd >= 0)
        port->acceptor = acceptor_open(server->loop, fd, on_connection, port);
    if (fd >= 0 && port->text != NULL && address_parse(port->text, &port->address, NULL) && port_serves(port, settings))
        return port;
    port_close(port);
    return NULL;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool port_serves(const struct port *port, const struct supervisor_settings *settings)
{
    if (port->address.kind != ADDRESS_UNIX)
        return check_access(&port->address, settings, NULL);
    return owns_file(port) && port->mode == settings->control_mode && same_text(port->owner, settings->control_owner);
}

const char *port_address(const struct port *port)
{
    return port->text;
}
