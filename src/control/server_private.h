/* The inside of the control port: server.c listens, session.c is one client, session_commands.c does
 * what he says, answer.c writes replies. */
#ifndef CONTROL_SERVER_PRIVATE_H
#define CONTROL_SERVER_PRIVATE_H

#include "base/pack.h"
#include "control/line.h"
#include "control/server.h"
#include "control/telnet.h"
#include "core/handover.h"
#include "core/reply.h"
#include "os/connection.h"

#include <sys/queue.h>

enum {
    UNREAD_MOST = 4 << 20, /* bytes that wait for a reader before he is cut off */
    HELD_MOST = 1 << 20,   /* bytes of commands that wait for a reply */
    TCP_MOST = 64,         /* idle TCP connections */
    UNIX_MOST = 256,       /* idle Unix ones, of those that were silent for so long: a burst of clients is welcome */
    SILENT_LEAST = 5000,   /* milliseconds */
    STREAMS_MOST = 16,     /* of one connection */
    PENDING_MOST = 256,    /* requests of one connection that wait for their answers; then the next waits as in text */
    LEAVE_MOST = 60000,    /* milliseconds that a client who leaves waits for what he asked before */
    SLICE = 10             /* milliseconds of commands of one client, then it is the others' turn */
};

enum dialect {
    DIALECT_TEXT,
    DIALECT_JSON,
    DIALECT_CLIENT /* JSON around text for people */
};

/* A reply on its way. */
struct answer {
    TAILQ_ENTRY(answer) link;
    struct session *session;
    struct reply *reply;
    enum dialect dialect;
    char *id;           /* as JSON text; NULL: none */
    struct words words; /* the command, for a next life; owned */
};

struct session {
    TAILQ_ENTRY(session) link;
    struct server *server;
    struct connection *connection;
    struct telnet telnet;
    struct buffer in; /* not done yet, from `taken` on */
    size_t taken;
    bool in_line; /* a command of this text line was done already */
    TAILQ_HEAD(, answer) answers;
    size_t answer_count;
    struct answer *holding; /* the next command waits for this one */
    struct timer *turn;     /* goes on, or ends it, in the next turn of the loop */
    struct timer *penalty;  /* after a wrong password */
    struct timer *patience; /* of one who leaves */
    const char *cut_off;    /* why it is doomed, or NULL */
    char caller[80];
    bool tcp, authorized;
    bool working; /* in the middle of its commands */
    bool ended;   /* the client sends no more */
    bool leaving; /* no more commands: what was asked is answered, then it is closed */
    bool doomed;  /* closed in the next turn, whatever waits to be sent */
    int failures; /* wrong passwords */
    msec heard;   /* when something came or went last */
    bool touched; /* to be written into the snapshot */
    unsigned entry;
    char *hears; /* in the snapshot, in place: 1 if something came since it was written; NULL: not there yet */
    unsigned hears_name, hears_entry;
};

struct server {
    struct supervisor *supervisor;
    struct loop *loop;
    struct words override;
    struct port **ports; /* owned, in the order of the addresses */
    size_t port_count;
    TAILQ_HEAD(, session) sessions; /* oldest first */
    size_t tcp_count, unix_count;
    bool ends; /* and reeve with it: the kernel closes the connections then, so that their end is the end of all */
    bool ports_touched, sessions_touched; /* to be written into the snapshot */
    unsigned entry;                       /* of the ports, there */
    int failures;                         /* wrong passwords lately, of all clients */
    msec last_failure;
};

/* port.c: listen at an address, as the settings want it; NULL on failure. */
struct port *port_open(struct server *server, const char *address, const struct supervisor_settings *settings,
                       struct error *e);
void port_close(struct port *port);
const char *port_address(const struct port *port);

/* For the next life. One of a former life, that `settings` have nothing against: NULL otherwise, and closed. */
void port_pack(const struct port *port, struct buffer *out);
struct port *port_resume(struct server *server, struct unpack *u, const struct supervisor_settings *settings);

/* Whether it may stay as it is under these settings, and its file is still there. */
bool port_serves(const struct port *port, const struct supervisor_settings *settings);

/* password.c: without a password any is right. */
bool password_is_set(const struct supervisor_settings *settings);
bool password_is_there(const struct supervisor_settings *settings,
                       struct error *e); /* the file has one, if it is named */
bool password_is_right(const struct supervisor_settings *settings, const char *said);

/* session.c: greet a new client, or go on with one of a former life. Both own `fd`. */
void session_open(struct server *server, int fd, bool tcp, bool authorized);
struct session *session_adopt(struct server *server, int fd, bool tcp, bool authorized);
void session_close(struct session *s);

/* Send what waits to be sent, but do nothing more: it is gone when this returns. */
void session_finish(struct session *s);
void session_send(struct session *s, const char *data, size_t length);

/* To be closed, whatever waits to be sent; `why`, which is static, is told in the log then. */
void session_doom(struct session *s, const char *why);

/* No more commands: streams end, what was asked before is answered, for a while, and then it is closed. */
void session_leave(struct session *s);

/* A command is over, or a line refused: go on. */
void session_wake(struct session *s);

/* session_keep.c: write it for the next life, now or soon; it is about to go. All that a former life left. */
void session_write(struct session *s);
void session_touch(struct session *s);

/* Something came that is not written yet: if this life ends now it is lost, and the next one hangs up. */
void session_hears(struct session *s);
void session_unwrite(struct session *s);
void sessions_write_touched(struct server *server, bool all);

/* session_commands.c: do what was said, as far as there is time. The session may be gone when this returns. */
void session_work(struct session *s);

/* session_auth.c: check the password, and answer. */
void session_authorize(struct session *s, const char *password, struct reply *r);

/* answer.c: a new reply for this session; NULL `id` in text. Owns `id`. */
struct answer *answer_new(struct session *s, enum dialect dialect, char *id);

/* The client wants no more of it: an orderly end of a stream, a failure of anything else. */
void answer_cancel(struct answer *a);

/* The client has gone. */
void answer_drop(struct answer *a);

#endif
