/* reeve.mail */
#include "base/mail.h"
#include "os/clock.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/transfer.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TO_MOST = 100 };

static const char *const fields[] = { "to",       "from", "subject", "body",    "server",   "user",
                                      "password", "tls",  "timeout", "ca_file", "insecure", NULL };

/* Who gets it: a text, or a list of texts, which the table keeps. */
static void read_receivers(lua_State *L, const char **to)
{
    int count = 0;

    if (!args_push_field(L, 1, "to"))
        luaL_error(L, "'to' is missing");
    if (lua_type(L, -1) == LUA_TSTRING) {
        to[count++] = args_plain_text(L, -1, "to");
    } else if (lua_type(L, -1) == LUA_TTABLE) {
        lua_Integer all = (lua_Integer)lua_rawlen(L, -1);

        luaL_argcheck(L, all > 0 && all <= TO_MOST, 1, "'to': expected 1 to 100 addresses");
        for (lua_Integer i = 1; i <= all; i++) {
            if (lua_rawgeti(L, -1, i) != LUA_TSTRING)
                luaL_error(L, "'to': element %d is a %s, not a text", (int)i, luaL_typename(L, -1));
            to[count++] = args_plain_text(L, -1, "to");
            lua_pop(L, 1);
        }
    } else {
        args_expect(L, "to", "an address or a list of them");
    }
    to[count] = NULL;
    lua_pop(L, 1);
}

static enum transfer_tls read_tls(lua_State *L)
{
    if (args_bool_field(L, 1, "tls", false))
        return TRANSFER_TLS;
    return args_bool_field(L, 1, "tls", true) ? TRANSFER_TLS_IF_OFFERED : TRANSFER_PLAIN;
}

/* "127.0.0.1:25" means smtp. */
static const char *read_server(lua_State *L)
{
    const char *server = args_text_field(L, 1, "server", NULL);

    if (server == NULL)
        return "smtp://127.0.0.1:25";
    if (strstr(server, "://") == NULL)
        return lua_pushfstring(L, "smtp://%s", server);
    if (strncmp(server, "smtp:", 5) != 0 && strncmp(server, "smtps:", 6) != 0)
        luaL_error(L, "'server': '%s' does not begin with smtp: or smtps:", server);
    return server;
}

static const char *read_sender(lua_State *L)
{
    const char *from = args_text_field(L, 1, "from", NULL);
    char host[256] = "localhost";

    gethostname(host, sizeof host - 1);
    return from != NULL ? from : lua_pushfstring(L, "reeve@%s", host);
}

static void compose(lua_State *L, struct carrier *c, const char *from, const char *const *to)
{
    static unsigned long number;
    char id[300], host[256] = "localhost";
    struct mail mail = { .from = from, .to = to, .at = clock_wall(), .id = id };
    struct error e;

    gethostname(host, sizeof host - 1);
    snprintf(id, sizeof id, "%llx.%lx.%lx@%s", (unsigned long long)mail.at, (unsigned long)getpid(), ++number, host);
    mail.subject = args_text_field(L, 1, "subject", NULL);
    mail.body = args_text_field(L, 1, "body", &mail.body_length);
    if (mail.body == NULL)
        mail.body = "";
    if (!mail_compose(&c->text, &mail, &e))
        luaL_error(L, "reeve.mail.send: %s", e.text);
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct carrier *c = (struct carrier *)context;

    (void)status;
    return handle_push_result(L, c->error.text[0] == '\0', &c->error);
}

/* The bare addresses of sender and receivers, for the server: the sender's first. */
static void read_addresses(lua_State *L, struct carrier *c, const char *from, const char *const *to)
{
    struct error e;

    if (!mail_addresses(&c->words, from, &e))
        luaL_error(L, "reeve.mail.send: 'from': %s", e.text);
    if (c->words.count != 1)
        luaL_error(L, "reeve.mail.send: 'from': expected one address");
    for (; *to != NULL; to++)
        if (!mail_addresses(&c->words, *to, &e))
            luaL_error(L, "reeve.mail.send: 'to': %s", e.text);
}

/* reeve.mail.send { to=, from=, subject=, body=, server=, user=, password=, tls= } -> true | nil, message */
static int lib_send(lua_State *L)
{
    const char *to[TO_MOST + 1], *from;
    struct transfer_request r = { 0 };
    struct carrier *c;
    struct task *t;

    luaL_checktype(L, 1, LUA_TTABLE);
    args_check_fields(L, 1, fields);
    t = task_to_wait(L, "reeve.mail.send");
    from = read_sender(L);
    read_receivers(L, to);
    r.url = read_server(L);
    c = carrier_push(L);
    read_addresses(L, c, from, to);
    compose(L, c, from, to);
    r.body = c->text.data;
    r.body_length = c->text.length;
    r.from = c->words.word[0];
    r.to = (const char *const *)c->words.word + 1;
    r.user = args_text_field(L, 1, "user", NULL);
    r.password = args_text_field(L, 1, "password", NULL);
    r.ca_file = args_text_field(L, 1, "ca_file", NULL);
    r.insecure = args_bool_field(L, 1, "insecure", false);
    r.timeout = args_duration_field(L, 1, "timeout", 0);
    r.tls = read_tls(L);
    return carrier_wait(L, c, t, &r, go_on);
}

static const luaL_Reg functions[] = { { "send", lib_send }, { NULL, NULL } };

void lib_open_mail(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "mail");
}
