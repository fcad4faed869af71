#include "core/sockets.h"

#include "base/log.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "os/manager.h"
#include "os/resume.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct open_socket {
    char *name; /* owned */
    struct address address;
    struct listen_options options;
    struct socket_file file;
    int fd;
    bool passed; /* by our manager, which has it anyway */
};

struct sockets {
    struct open_socket *socket;
    size_t count;
};

/* From one list to the next. What both have is in both until the end. */
struct passage {
    struct sockets *now, next;
    bool *taken;                       /* of `now`: also in `next` */
    const struct open_socket **origin; /* of `next`: in `now`; NULL: newly opened */
    struct problems *problems;
};

struct sockets *sockets_new(void)
{
    return xcalloc(1, sizeof(struct sockets));
}

static void close_socket(struct open_socket *socket)
{
    socket_file_remove(&socket->address, &socket->file);
    close(socket->fd);
}

/* At our end: what the service manager keeps is to be found again at its place. */
static void leave_socket(struct open_socket *socket)
{
    if (manager_keeps_sockets())
        close(socket->fd);
    else
        close_socket(socket);
}

static void forget_list(struct sockets *s)
{
    for (size_t i = 0; i < s->count; i++)
        free(s->socket[i].name);
    free(s->socket);
}

void sockets_free(struct sockets *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++)
        leave_socket(&s->socket[i]);
    forget_list(s);
    free(s);
}

int sockets_find(const struct sockets *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->socket[i].name, name) == 0)
            return s->socket[i].fd;
    return -1;
}

/* ---- from one plan to the next ----------------------------------------------------------------- */

static bool same_options(const struct listen_options *a, const struct listen_options *b)
{
    return a->backlog == b->backlog && a->mode == b->mode && a->uid == b->uid && a->gid == b->gid &&
           a->reuseport == b->reuseport;
}

/* The one that has the address already: that of the same name, if several share it. */
static const struct open_socket *take(struct passage *p, const struct socket_settings *settings)
{
    size_t found = p->now->count;

    for (size_t i = 0; i < p->now->count; i++) {
        const struct open_socket *socket = &p->now->socket[i];
        bool same_name = strcmp(socket->name, settings->name) == 0;

        if (!p->taken[i] && address_equal(&socket->address, &settings->address) &&
            (same_name || found == p->now->count))
            found = i;
    }
    if (found == p->now->count)
        return NULL;
    p->taken[found] = true;
    return &p->now->socket[found];
}

static bool adjust(struct open_socket *socket, const struct listen_options *options, struct error *e)
{
    if (same_options(&socket->options, options))
        return true;
    if (socket->file.inode != 0 && !socket_file_is_there(&socket->address, &socket->file))
        return failure(e, "the file of %s has gone: its options cannot be changed", socket->address.text);
    if (!socket_adjust(socket->fd, &socket->address, options, e))
        return false;
    socket->options = *options;
    return true;
}

/* The one that our manager passed, or kept while we were not there; else a new one. */
static bool obtain(struct open_socket *socket, const struct listen_options *options, struct error *e)
{
    socket->fd = manager_take_socket(&socket->address);
    socket->passed = socket->fd >= 0;
    if (!socket->passed)
        socket->fd = socket_listen(&socket->address, options, e);
    else if (!socket_adjust(socket->fd, &socket->address, options, e)) {
        close(socket->fd);
        socket->fd = -1;
    }
    return socket->fd >= 0;
}

static bool open_new(struct open_socket *socket, const struct listen_options *options, struct error *e)
{
    if (!obtain(socket, options, e))
        return false;
    fcntl(socket->fd, F_SETFL, fcntl(socket->fd, F_GETFL) & ~O_NONBLOCK);
    socket->options = *options;
    socket->file = socket_file(&socket->address);
    return true;
}

/* Add it to the next list, opened or taken over. */
static bool provide(struct passage *p, const struct socket_settings *settings)
{
    const struct open_socket *origin = take(p, settings);
    struct open_socket socket = { .address = settings->address };
    struct listen_options options;
    struct error e;
    bool good;

    if (origin != NULL)
        socket = *origin;
    good = socket_settings_options(settings, &options, &e) &&
           (origin != NULL ? adjust(&socket, &options, &e) : open_new(&socket, &options, &e));
    if (!good)
        return problems_add(p->problems, settings->file, settings->listen_line, "socket '%s': %s", settings->name,
                            e.text);
    socket.name = xstrdup(settings->name);
    p->origin[p->next.count] = origin;
    p->next.socket[p->next.count++] = socket;
    return true;
}

static void announce(const struct open_socket *socket)
{
    log_info("socket '%s': open at %s%s", socket->name, socket->address.text,
             socket->passed ? ", passed by the service manager" : "");
    if (!socket->passed)
        manager_keep_socket(socket->name, socket->fd);
}

static void keep(struct passage *p)
{
    for (size_t i = 0; i < p->now->count; i++)
        if (!p->taken[i]) {
            log_info("socket '%s': closed", p->now->socket[i].name);
            manager_forget_socket(p->now->socket[i].name);
            close_socket(&p->now->socket[i]);
        }
    for (size_t i = 0; i < p->next.count; i++)
        if (p->origin[i] == NULL)
            announce(&p->next.socket[i]);
    forget_list(p->now);
    *p->now = p->next;
}

/* As if nothing had been tried. */
static void go_back(struct passage *p)
{
    for (size_t i = 0; i < p->next.count; i++)
        if (p->origin[i] == NULL)
            close_socket(&p->next.socket[i]);
        else
            adjust(&p->next.socket[i], &p->origin[i]->options, NULL);
    forget_list(&p->next);
}

bool sockets_follow(struct sockets *s, const struct plan *plan, struct problems *problems)
{
    struct passage p = { .now = s, .problems = problems };
    bool good = true;

    p.taken = xcalloc(s->count + 1, sizeof *p.taken);
    p.origin = xcalloc(plan->socket_count + 1, sizeof(struct open_socket *));
    p.next.socket = xcalloc(plan->socket_count + 1, sizeof *p.next.socket);
    for (size_t i = 0; i < plan->socket_count; i++)
        good = provide(&p, plan->sockets[i]) && good;
    if (good)
        keep(&p);
    else
        go_back(&p);
    free(p.taken);
    free(p.origin);
    return good;
}

/* ---- from life to life ----------------------------------------------------------------------- */

static void pack_socket(const struct open_socket *socket, struct buffer *out)
{
    pack_text(out, "name", socket->name);
    pack_text(out, "address", socket->address.text);
    pack_number(out, "fd", socket->fd);
    pack_number(out, "backlog", socket->options.backlog);
    pack_number(out, "mode", socket->options.mode);
    pack_number(out, "uid", socket->options.uid);
    pack_number(out, "gid", socket->options.gid);
    pack_number(out, "reuseport", socket->options.reuseport);
    pack_number(out, "device", (int64_t)socket->file.device);
    pack_number(out, "inode", (int64_t)socket->file.inode);
}

void sockets_pack(const struct sockets *s, struct buffer *out)
{
    struct buffer one = { 0 };

    for (size_t i = 0; i < s->count; i++) {
        pack_socket(&s->socket[i], &one);
        pack_inner(out, "socket", &one);
    }
    buffer_free(&one);
}

/* One that is not there any more will be opened anew. */
static void unpack_socket(struct sockets *s, struct unpack *u)
{
    char *name = unpack_text(u, "name"), *address = unpack_text(u, "address");
    struct open_socket socket = { .name = name };

    if (name != NULL && address != NULL && address_parse(address, &socket.address, NULL) &&
        (socket.fd = resume_claim(unpack_number(u, "fd"))) >= 0) {
        socket.options = (struct listen_options){ .backlog = (int)unpack_number(u, "backlog"),
                                                  .mode = (int)unpack_number(u, "mode"),
                                                  .uid = (uid_t)unpack_number(u, "uid"),
                                                  .gid = (gid_t)unpack_number(u, "gid"),
                                                  .reuseport = unpack_number(u, "reuseport") != 0 };
        socket.file = (struct socket_file){ .device = (dev_t)unpack_number(u, "device"),
                                            .inode = (ino_t)unpack_number(u, "inode") };
        s->socket = xrealloc(s->socket, (s->count + 1) * sizeof *s->socket);
        s->socket[s->count++] = socket;
    } else {
        free(name);
    }
    free(address);
}

void sockets_unpack(struct sockets *s, const char *data, size_t length)
{
    struct unpack all, one;

    unpack_begin(&all, data, length);
    while (unpack_inner(&all, "socket", &one))
        unpack_socket(s, &one);
}
