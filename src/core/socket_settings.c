#include "core/socket_settings.h"

#include "base/intern.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "os/user_cache.h"

#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>

#define FIELD(member) .offset = offsetof(struct socket_settings, member)

static const struct setting socket_rows[] = {
    { "name", &setting_text, FIELD(name), .flags = SETTING_DECLARED, .help = "stands before the table" },
    { "listen", &setting_text, FIELD(listen), .flags = SETTING_NEEDED,
      .help = "its address: tcp:HOST:PORT, udp:HOST:PORT, unix:PATH" },
    { "backlog", &setting_int, FIELD(backlog), "", .min = 1, .max = INT_MAX,
      .help = "how many connections may wait; without it as many as the system lets" },
    { "mode", &setting_octal, FIELD(mode), "", .max = 0777,
      .help = "permissions of a Unix socket's file; without it as the umask says" },
    { "owner", &setting_text, FIELD(owner), .help = "\"USER\" or \"USER:GROUP\" of that file" },
    { "reuseport", &setting_bool, FIELD(reuseport), "false",
      .help = "others of the same user may listen at the same port" },
};

const struct record_type socket_record = { .noun = "socket",
                                           .settings = socket_rows,
                                           .count = sizeof socket_rows / sizeof *socket_rows,
                                           .size = sizeof(struct socket_settings) };

struct socket_settings *socket_settings_new(const char *name, const char *file, int line)
{
    struct socket_settings *s = xcalloc(1, sizeof *s);

    record_init(s, &socket_record);
    s->name = xstrdup(name);
    s->file = intern(file);
    s->line = s->listen_line = line;
    return s;
}

void socket_settings_free(struct socket_settings *s)
{
    if (s == NULL)
        return;
    record_clear(s);
    free(s);
}

/* ---- checks ------------------------------------------------------------------------------------ */

struct check {
    struct socket_settings *socket;
    record_line_fn *line;
    void *arg;
    struct problems *problems;
    bool good;
};

static void complain(struct check *c, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void complain(struct check *c, const char *key, const char *format, ...)
{
    const struct socket_settings *s = c->socket;
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    problems_add(c->problems, s->file, c->line != NULL ? c->line(key, c->arg) : s->line, "socket '%s': %s", s->name,
                 text.data);
    buffer_free(&text);
    c->good = false;
}

static bool was_said(const struct check *c, const char *setting)
{
    return setting_was_said(c->socket, setting_find(&socket_record, setting));
}

/* A wrong one was said, and has been complained about. */
static bool check_address(struct check *c)
{
    struct socket_settings *s = c->socket;
    struct error e;

    if (s->listen == NULL && !was_said(c, "listen"))
        complain(c, "", "'listen' is missing: say an address such as tcp:127.0.0.1:8080 or unix:/run/%s.sock", s->name);
    else if (s->listen != NULL && !address_parse(s->listen, &s->address, &e))
        complain(c, "listen", "'listen': %s", e.text);
    else if (s->listen != NULL)
        return true;
    return false;
}

/* What says nothing about this kind of socket. */
static void check_kind(struct check *c)
{
    bool local = c->socket->address.kind == ADDRESS_UNIX;

    if (c->socket->mode >= 0 && !local)
        complain(c, "mode", "'mode' is for unix: sockets, which have a file");
    if (c->socket->owner != NULL && !local)
        complain(c, "owner", "'owner' is for unix: sockets, which have a file");
    if (c->socket->reuseport && local)
        complain(c, "reuseport", "'reuseport' is for tcp: and udp: sockets, which have a port");
    if (c->socket->backlog > 0 && c->socket->address.kind == ADDRESS_UDP)
        complain(c, "backlog", "'backlog' is not for udp: sockets, which have no connections");
}

bool socket_settings_check(struct socket_settings *s, record_line_fn *line, void *arg, struct problems *problems)
{
    struct check c = { s, line, arg, problems, true };

    if (line != NULL)
        s->listen_line = line("listen", arg);
    if (!text_is_name(s->name))
        complain(&c, "", TEXT_NAME_RULE);
    if (check_address(&c))
        check_kind(&c);
    return c.good;
}

bool socket_settings_check_people(struct socket_settings *s, record_line_fn *line, void *arg, struct problems *problems)
{
    struct check c = { s, line, arg, problems, true };
    struct error e;
    uid_t uid;
    gid_t gid;

    if (s->owner != NULL && !user_cache_owner(s->owner, &uid, &gid, &e))
        complain(&c, "owner", "'owner': %s", e.text);
    return c.good;
}

bool socket_settings_options(const struct socket_settings *s, struct listen_options *out, struct error *e)
{
    *out = (struct listen_options){ .backlog = s->backlog > 0 ? s->backlog : 0,
                                    .mode = s->mode,
                                    .uid = (uid_t)-1,
                                    .gid = (gid_t)-1,
                                    .reuseport = s->reuseport };
    return s->owner == NULL || user_cache_owner(s->owner, &out->uid, &out->gid, e) || failure_in(e, "owner");
}
