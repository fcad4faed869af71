/* The sockets that a worker accepts on: the supervisor has them open, and others share them. */
#include "os/loop.h"
#include "script/args.h"
#include "script/channel.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"
#include "script/worker.h"

#include <errno.h>
#include <lauxlib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>

enum {
    AT_ONCE_MOST = 16, /* connections that are accepted in a row before the loop gets a turn */
    PAUSE = 100        /* milliseconds, when there is no descriptor left */
};

static const char type_name[] = "reeve.socket";

struct acceptor {
    int fd;
    int at_once;
    struct task *task; /* that waits; NULL: none */
    struct watch *watch;
    struct timer *limit;
    int accepted; /* -1: none yet */
    struct error error;
    char name[80];
};

static struct acceptor *check_socket(lua_State *L)
{
    struct acceptor *a = luaL_checkudata(L, 1, type_name);

    if (a->task != NULL)
        luaL_error(L, "socket:accept: another task waits for this socket");
    return a;
}

static void stop_waiting(void *work)
{
    struct acceptor *a = work;

    watch_stop(&a->watch);
    timer_stop(&a->limit);
    a->task = NULL;
}

static void wake(struct acceptor *a)
{
    struct task *t = a->task;

    stop_waiting(a);
    task_wake(t);
}

static bool is_passing(int reason)
{
    return reason == ECONNABORTED || reason == EINTR || reason == EPROTO;
}

/* True: somebody is there, or an error is. False: nobody, for now. */
static bool try_accept(struct acceptor *a)
{
    static const int on = 1;

    do
        a->accepted = accept4(a->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    while (a->accepted < 0 && is_passing(errno));
    if (a->accepted >= 0)
        setsockopt(a->accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    else if (errno != EAGAIN)
        return !failure_errno(&a->error, "socket '%s'", a->name);
    return a->accepted >= 0;
}

/* Somebody else who shares the socket may have been quicker. */
static void on_readable(int fd, int what, void *arg)
{
    struct acceptor *a = arg;

    (void)fd;
    (void)what;
    if (try_accept(a))
        wake(a);
}

static void on_limit(void *arg)
{
    struct acceptor *a = arg;

    a->limit = NULL;
    if (a->error.text[0] == '\0')
        failure(&a->error, "socket '%s': nobody has come", a->name);
    wake(a);
}

static int after_accept(lua_State *L, int status, lua_KContext context)
{
    struct acceptor *a = (struct acceptor *)context;
    int fd = a->accepted;

    (void)status;
    if (fd < 0 && a->error.text[0] == '\0')
        failure(&a->error, "socket '%s': the worker is to end", a->name);
    if (fd < 0)
        return handle_push_result(L, false, &a->error);
    a->accepted = -1;
    channel_push(L, fd, a->name);
    return 1;
}

static int wait_for(lua_State *L, struct acceptor *a, struct task *t, msec limit)
{
    a->at_once = 0;
    a->task = t;
    if (limit >= 0)
        a->limit = timer_start(tasks_loop(), limit, on_limit, a);
    task_may_be_roused(t);
    return task_wait(L, t, stop_waiting, a, after_accept);
}

/* socket:accept([time]) -> stream | nil, message: the message, too, when the worker is to end */
static int lib_accept(lua_State *L)
{
    struct acceptor *a = check_socket(L);
    msec limit = args_optional_duration(L, 2, -1);
    struct task *t = task_to_wait(L, "socket:accept");

    a->error.text[0] = '\0';
    if (a->accepted >= 0 || worker_is_unwanted()) /* a task that was cancelled has left it behind */
        return after_accept(L, LUA_OK, (lua_KContext)a);
    if (a->at_once++ < AT_ONCE_MOST && try_accept(a)) {
        if (a->accepted < 0)
            return wait_for(L, a, t, PAUSE); /* the next try would fail as well */
        return after_accept(L, LUA_OK, (lua_KContext)a);
    }
    a->watch = watch_start(tasks_loop(), a->fd, WATCH_READ, on_readable, a);
    return wait_for(L, a, t, limit);
}

void lib_push_socket(lua_State *L, int fd, const char *name)
{
    struct acceptor *a = lua_newuserdatauv(L, sizeof *a, 0);

    *a = (struct acceptor){ .fd = fd, .accepted = -1 };
    snprintf(a->name, sizeof a->name, "%s", name);
    luaL_setmetatable(L, type_name);
}

static const luaL_Reg methods[] = { { "accept", lib_accept }, { NULL, NULL } };

static const luaL_Reg special[] = { { NULL, NULL } };

void lib_open_socket(lua_State *L)
{
    userdata_open(L, type_name, "socket", methods, special);
}
