/* Passwords. A wrong one is told late, the later the more of them there were, whoever said them. A right one is told at
 * once, or strangers could keep out who knows it: so whoever does not wait to hear guesses on by another connection, and
 * only a password that is long keeps him out. */
#include "base/log.h"
#include "os/clock.h"
#include "server_private.h"

enum { TRIES = 3, FIRST_DELAY = 250, DOUBLINGS = 5, FORGOTTEN_AFTER = 60000 };

static void on_penalty_over(void *arg)
{
    struct session *s = arg;
    struct reply *r = s->holding->reply;

    s->penalty = NULL;
    if (s->failures >= TRIES)
        session_leave(s);
    reply_fail(r, REPLY_AUTH, "this is not the password");
    reply_end(r);
}

static msec next_delay(struct server *server)
{
    msec now = clock_now();
    int doublings;

    if (now - server->last_failure > FORGOTTEN_AFTER)
        server->failures = 0;
    server->last_failure = now;
    doublings = server->failures < DOUBLINGS ? server->failures : DOUBLINGS;
    server->failures++;
    return (msec)FIRST_DELAY << doublings;
}

void session_authorize(struct session *s, const char *password, struct reply *r)
{
    if (password_is_right(&supervisor_plan(s->server->supervisor)->settings, password)) {
        s->authorized = true;
        reply_end(r);
    } else {
        s->failures++;
        log_warning("control: wrong password from %s", s->caller);
        s->penalty = timer_start(s->server->loop, next_delay(s->server), on_penalty_over, s);
    }
}
