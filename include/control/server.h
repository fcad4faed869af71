/* server: the control port. Listens where the plan says, and serves everybody who may speak.
 *
 * In text a reply is its lines, and then "OK" or "ERR message". In JSON it is one line:
 *     {"id":1,"ok":true,"data":…}   {"id":1,"ok":false,"error":{"code":"no-such-target","message":"…"}}
 * with a member "results" when there were several targets, and a stream is {"id":1,"data":…} lines, ended by
 * {"id":1,"ok":true,"end":true}. A request with the member "text":true is answered for people: the reply has no data
 * but a member "text", the number of bytes that follow the line, which are to be printed as they are; so is a stream.
 * Our own client asks like this: formatting stays here, and no byte of output is escaped or lost on its way. */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include "base/words.h"
#include "core/supervisor.h"
#include "os/former.h"

#include <stdbool.h>

struct server;

/* `override` are the addresses that replace the plan's (-s); NULL or empty: none. They are copied. */
struct server *server_new(struct supervisor *s, const struct words *override);

/* Listen where `plan` says. False, with the reason, when an address cannot be had; only a warning in the log if
 * nobody asked for the address and nobody answers there. */
bool server_listen(struct server *server, const struct plan *plan, struct error *e);

/* Go on with the ports and the clients of a former life, which ended by `why` ("an upgrade"), before server_listen, and
 * when all processes are there. */
void server_resume(struct server *server, const struct former *former, const struct plan *plan);
void server_resume_clients(struct server *server, const struct former *former, const char *why);

/* Write what has changed, or all, for the next life. */
void server_write(struct server *server, bool all);

/* Whether it could, beside what is open now; each address that somebody asked for and that cannot be had is a problem.
 */
bool server_may_listen(struct server *server, const struct plan *plan, struct problems *problems);

/* A new plan is in force: close and open what differs; a socket whose file is gone is made anew. Failures are logged.
 */
void server_follow(struct server *server, const struct plan *plan);

/* The first address, for REEVE_SOCKET; NULL: there is none. */
const char *server_address(const struct server *server);

/* Say good-bye to everybody, remove the socket files. NULL is welcome. */
void server_free(struct server *server);

#endif
