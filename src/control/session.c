/* One client of the control port: its connection, from the first byte to the last. */
#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/socket.h"
#include "server_private.h"
#include "version.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of how many it is one. */
static size_t *session_count(const struct session *s)
{
    return s->tcp ? &s->server->tcp_count : &s->server->unix_count;
}

/* ---- ends -------------------------------------------------------------------------------------- */

void session_close(struct session *s)
{
    struct answer *a;

    if (s->cut_off != NULL)
        log_notice("control: %s is cut off: %s", s->caller, s->cut_off);
    while ((a = TAILQ_FIRST(&s->answers)) != NULL)
        answer_drop(a);
    timer_stop(&s->turn);
    timer_stop(&s->penalty);
    timer_stop(&s->patience);
    TAILQ_REMOVE(&s->server->sessions, s, link);
    session_unwrite(s);
    *session_count(s) -= 1;
    if (s->server->ends)
        connection_release(s->connection);
    else
        connection_close(s->connection);
    buffer_free(&s->in);
    free(s);
}

void session_finish(struct session *s)
{
    connection_finish(s->connection);
    s->connection = NULL;
    session_close(s);
}

static void on_turn(void *arg)
{
    struct session *s = arg;

    s->turn = NULL;
    if (s->doomed)
        session_close(s);
    else
        session_work(s);
}

void session_wake(struct session *s)
{
    if (!s->working && s->turn == NULL)
        s->turn = timer_start(s->server->loop, 0, on_turn, s);
}

void session_doom(struct session *s, const char *why)
{
    if (s->doomed)
        return;
    s->doomed = true;
    s->cut_off = why; /* told at its end: what it did not read may be the log */
    s->working = false;
    session_wake(s);
}

void session_send(struct session *s, const char *data, size_t length)
{
    if (s->doomed)
        return;
    s->heard = clock_now();
    /* One reply may be larger than that: what counts is whether the ones before it were read. */
    if (connection_pending(s->connection) > UNREAD_MOST)
        session_doom(s, "it does not read its answers");
    else
        connection_write(s->connection, data, length);
}

static void cancel_answers(struct session *s, bool only_streams)
{
    struct answer *a, *next;

    for (a = TAILQ_FIRST(&s->answers); a != NULL; a = next) {
        next = TAILQ_NEXT(a, link);
        if (a->reply->streaming || !only_streams)
            answer_cancel(a);
    }
}

static void on_patience_over(void *arg)
{
    struct session *s = arg;

    s->patience = NULL;
    cancel_answers(s, false);
}

void session_leave(struct session *s)
{
    s->leaving = true;
    cancel_answers(s, true);
    if (s->patience == NULL)
        s->patience = timer_start(s->server->loop, LEAVE_MOST, on_patience_over, s);
}

/* ---- what the connection says ------------------------------------------------------------------ */

static void interrupt(struct session *s)
{
    s->telnet.interrupted = false;
    if (s->holding != NULL && s->penalty == NULL)
        answer_cancel(s->holding);
}

static size_t on_read(struct connection *c, const char *data, size_t length, void *arg)
{
    struct session *s = arg;
    struct buffer answer = { 0 };

    (void)c;
    s->heard = clock_now();
    session_hears(s);
    telnet_filter(&s->telnet, data, length, &s->in, &answer);
    if (answer.length > 0)
        session_send(s, answer.data, answer.length);
    buffer_free(&answer);
    if (s->telnet.interrupted)
        interrupt(s);
    if (s->turn == NULL)
        session_work(s);
    return length;
}

/* A last command without a newline counts. */
static void on_end(struct connection *c, bool broken, void *arg)
{
    struct session *s = arg;

    (void)c;
    if (broken || s->doomed) {
        session_close(s);
        return;
    }
    s->ended = true;
    if (s->in.length > 0 && s->in.data[s->in.length - 1] != '\n')
        buffer_add_char(&s->in, '\n');
    if (s->turn == NULL)
        session_work(s);
}

static void name_caller(struct session *s, int fd)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof peer;
    char host[48] = "?", port[8] = "?";
    pid_t pid;
    uid_t uid;

    if (socket_peer(fd, &pid, &uid)) {
        snprintf(s->caller, sizeof s->caller, "uid %u pid %d", (unsigned)uid, (int)pid);
        return;
    }
    if (getpeername(fd, (struct sockaddr *)&peer, &length) == 0)
        getnameinfo((struct sockaddr *)&peer, length, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(s->caller, sizeof s->caller, "%s port %s", host, port);
}

struct session *session_adopt(struct server *server, int fd, bool tcp, bool authorized)
{
    struct session *s = xcalloc(1, sizeof *s);

    s->server = server;
    s->tcp = tcp;
    s->authorized = authorized;
    TAILQ_INIT(&s->answers);
    TAILQ_INSERT_TAIL(&server->sessions, s, link);
    s->heard = clock_now();
    *session_count(s) += 1;
    name_caller(s, fd);
    s->connection = connection_open(server->loop, fd, on_read, on_end, s);
    session_touch(s);
    return s;
}

void session_open(struct server *server, int fd, bool tcp, bool authorized)
{
    static const char greeting[] = "reeve " REEVE_VERSION " ready, \"help\" lists the commands\n";
    struct session *s = session_adopt(server, fd, tcp, authorized);

    connection_write(s->connection, greeting, sizeof greeting - 1);
}
