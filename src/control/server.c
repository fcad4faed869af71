#include "control/server.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "control/address.h"
#include "os/socket.h"
#include "server_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- addresses --------------------------------------------------------------------------------- */

/* Whether somebody serves at this address already. */
static bool is_taken(const char *text)
{
    struct address a;
    int fd = address_parse(text, &a, NULL) ? socket_connect(&a, NULL) : -1;

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* What to listen at, and whether somebody asked for it. */
static bool choose_addresses(const struct server *server, const struct plan *plan, struct words *out)
{
    const struct supervisor_settings *settings = &plan->settings;
    bool chosen = true;
    char *address;

    if (server->override.count > 0) {
        words_copy(out, &server->override);
    } else if (settings->control_off) {
        *out = (struct words){ 0 };
    } else if (settings->control.count > 0) {
        words_copy(out, &settings->control);
    } else {
        address = address_default(&chosen);
        words_add(out, address);
        free(address);
    }
    return chosen;
}

static void add_port(struct server *server, struct port *port)
{
    server->ports = xrealloc(server->ports, (server->port_count + 1) * sizeof(struct port *));
    server->ports[server->port_count++] = port;
    server->ports_touched = true;
}

/* Its place in a list, where there may be gaps; NULL: it is not there. */
static struct port **find_port(struct port **ports, size_t count, const char *text)
{
    char *wanted = address_absolute(text);
    struct port **found = NULL;

    for (size_t i = 0; i < count && found == NULL; i++)
        if (ports[i] != NULL && strcmp(port_address(ports[i]), wanted) == 0)
            found = &ports[i];
    free(wanted);
    return found;
}

static bool has_port(const struct server *server, const char *text)
{
    return find_port(server->ports, server->port_count, text) != NULL;
}

bool server_listen(struct server *server, const struct plan *plan, struct error *e)
{
    struct words addresses = { 0 };
    bool chosen = choose_addresses(server, plan, &addresses), good = true;

    for (size_t i = 0; i < addresses.count && good; i++) {
        struct port *port;

        if (has_port(server, addresses.word[i]))
            continue;
        port = port_open(server, addresses.word[i], &plan->settings, e);
        if (port != NULL) {
            add_port(server, port);
        } else if (chosen || is_taken(addresses.word[i])) {
            good = failure_in(e, "control port");
        } else {
            log_warning("no control port: %s", e->text);
        }
    }
    words_free(&addresses);
    return good;
}

/* ---- reloads ----------------------------------------------------------------------------------- */

/* Nothing stays open: the plan may still be refused. */
static bool may_open(struct server *server, const char *address, const struct plan *plan, struct problems *problems)
{
    const struct setting_place *place = plan_place(plan, "control");
    struct error e;
    struct port *port = port_open(server, address, &plan->settings, &e);

    if (port == NULL)
        return problems_add(problems, place->file, place->line, "supervisor: 'control': %s", e.text);
    port_close(port);
    return true;
}

bool server_may_listen(struct server *server, const struct plan *plan, struct problems *problems)
{
    struct words addresses = { 0 };
    bool good = true;

    if (choose_addresses(server, plan, &addresses))
        for (size_t i = 0; i < addresses.count; i++)
            if (!has_port(server, addresses.word[i]))
                good = may_open(server, addresses.word[i], plan, problems) && good;
    words_free(&addresses);
    return good;
}

/* Take the port of that address out of the list; NULL: there is none. */
static struct port *take_port(struct port **ports, size_t count, const char *text)
{
    struct port **place = find_port(ports, count, text), *port;

    if (place == NULL)
        return NULL;
    port = *place;
    *place = NULL;
    return port;
}

static void follow_address(struct server *server, struct port *old, const char *text,
                           const struct supervisor_settings *settings)
{
    struct error e;

    if (old != NULL && !port_serves(old, settings)) {
        port_close(old);
        old = NULL;
    }
    if (old == NULL)
        old = port_open(server, text, settings, &e);
    if (old != NULL)
        add_port(server, old);
    else
        log_error("control port: %s", e.text);
}

void server_follow(struct server *server, const struct plan *plan)
{
    struct port **old = server->ports;
    size_t count = server->port_count;
    struct words addresses = { 0 };

    server->ports = NULL;
    server->port_count = 0;
    choose_addresses(server, plan, &addresses);
    for (size_t i = 0; i < addresses.count; i++)
        follow_address(server, take_port(old, count, addresses.word[i]), addresses.word[i], &plan->settings);
    for (size_t i = 0; i < count; i++)
        if (old[i] != NULL)
            port_close(old[i]);
    free(old);
    words_free(&addresses);
    server->ports_touched = true;
}

/* ---- from life to life --------------------------------------------------------------------------- */

static void write_ports(struct server *server)
{
    struct buffer out = { 0 }, port = { 0 };

    for (size_t i = 0; i < server->port_count; i++) {
        port_pack(server->ports[i], &port);
        pack_inner(&out, "port", &port);
    }
    pack_words(&out, "said", &server->override);
    snapshot_put(supervisor_snapshot(server->supervisor), &server->entry, "ports", &out);
    server->ports_touched = false;
    buffer_free(&out);
    buffer_free(&port);
}

void server_write(struct server *server, bool all)
{
    if (supervisor_snapshot(server->supervisor) == NULL)
        return;
    if (server->ports_touched || all)
        write_ports(server);
    if (server->sessions_touched || all)
        sessions_write_touched(server, all);
}

struct passage {
    struct server *server;
    const struct plan *plan;
};

static void resume_ports(const char *data, size_t length, void *arg)
{
    const struct passage *passage = arg;
    struct unpack all, one;
    struct port *port;

    if (!unpack_begin(&all, data, length))
        return;
    while (unpack_inner(&all, "port", &one))
        if ((port = port_resume(passage->server, &one, &passage->plan->settings)) != NULL)
            add_port(passage->server, port);
    /* What -s said then, with the working directory of then. */
    words_free(&passage->server->override);
    unpack_words(&all, "said", &passage->server->override);
}

void server_resume(struct server *server, const struct former *former, const struct plan *plan)
{
    struct passage passage = { server, plan };

    former_each(former, "ports", resume_ports, &passage);
}

/* ---- life -------------------------------------------------------------------------------------- */

struct server *server_new(struct supervisor *s, const struct words *override)
{
    struct server *server = xcalloc(1, sizeof *server);

    server->supervisor = s;
    server->loop = supervisor_loop(s);
    if (override != NULL)
        for (size_t i = 0; i < override->count; i++) {
            char *address = address_absolute(override->word[i]);

            words_add(&server->override, address);
            free(address);
        }
    TAILQ_INIT(&server->sessions);
    return server;
}

const char *server_address(const struct server *server)
{
    return server->port_count > 0 ? port_address(server->ports[0]) : NULL;
}

void server_free(struct server *server)
{
    struct session *s;

    if (server == NULL)
        return;
    server->ends = true;
    while ((s = TAILQ_FIRST(&server->sessions)) != NULL)
        session_close(s);
    for (size_t i = 0; i < server->port_count; i++)
        port_close(server->ports[i]);
    free(server->ports);
    words_free(&server->override);
    free(server);
}
