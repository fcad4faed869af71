#include "core/socket_settings.h"

#include "base/intern.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "os/user_cache.h"

#include <limits.h>
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

/* A wrong one was said, and has been complained about. */
static bool check_address(struct socket_settings *s, const struct record_source *from)
{
    struct error e;

    if (s->listen == NULL && !setting_was_said(s, setting_find(&socket_record, "listen")))
        record_complain(from, "", "'listen' is missing: say an address such as tcp:127.0.0.1:8080 or unix:/run/%s.sock",
                        s->name);
    else if (s->listen != NULL && !address_parse(s->listen, &s->address, &e))
        record_complain(from, "listen", "'listen': %s", e.text);
    else if (s->listen != NULL)
        return true;
    return false;
}

/* What says nothing about this kind of socket. */
static void check_kind(const struct socket_settings *s, const struct record_source *from)
{
    bool local = s->address.kind == ADDRESS_UNIX;

    if (s->mode >= 0 && !local)
        record_complain(from, "mode", "'mode' is for unix: sockets, which have a file");
    if (s->owner != NULL && !local)
        record_complain(from, "owner", "'owner' is for unix: sockets, which have a file");
    if (s->reuseport && local)
        record_complain(from, "reuseport", "'reuseport' is for tcp: and udp: sockets, which have a port");
    if (s->backlog > 0 && s->address.kind == ADDRESS_UDP)
        record_complain(from, "backlog", "'backlog' is not for udp: sockets, which have no connections");
}

void socket_settings_check(struct socket_settings *s, const struct record_source *from)
{
    s->listen_line = record_line(from, "listen");
    if (!text_is_name(s->name))
        record_complain(from, "", TEXT_NAME_RULE);
    if (check_address(s, from))
        check_kind(s, from);
}

void socket_settings_check_people(const struct socket_settings *s, const struct record_source *from)
{
    struct error e;
    uid_t uid;
    gid_t gid;

    if (s->owner != NULL && !user_cache_owner(s->owner, &uid, &gid, &e))
        record_complain(from, "owner", "'owner': %s", e.text);
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
