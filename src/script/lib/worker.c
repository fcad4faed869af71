/* What a worker's body is given: worker, and the sockets that it accepts on. */
#include "script/worker.h"

#include "os/board.h"
#include "os/manager.h"
#include "script/args.h"
#include "script/channel.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum {
    AT_ONCE_MOST = 16, /* connections that are accepted in a row before the loop gets a turn */
    PAUSE = 100        /* milliseconds, when there is no descriptor left */
};

static const char worker_type[] = "reeve.worker";
static const char socket_type[] = "reeve.socket";

/* ---- sockets ----------------------------------------------------------------------------------- */

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
    struct acceptor *a = luaL_checkudata(L, 1, socket_type);

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

static const luaL_Reg socket_methods[] = { { "accept", lib_accept }, { NULL, NULL } };

/* ---- the worker -------------------------------------------------------------------------------- */

static const struct worker_start *check_worker(lua_State *L)
{
    luaL_checkudata(L, 1, worker_type);
    return worker_self();
}

/* worker:alive() -> whether it is still wanted. Its heartbeat. */
static int lib_alive(lua_State *L)
{
    const struct worker_start *w = check_worker(L);
    bool wanted = !worker_is_unwanted();

    board_beat(w->line);
    if (!wanted)
        worker_was_told();
    lua_pushboolean(L, wanted);
    return 1;
}

/* worker:ready(): with ready = "notify" it is RUNNING from now on */
static int lib_ready(lua_State *L)
{
    check_worker(L);
    manager_tell("READY=1");
    return 0;
}

/* worker:busy(), worker:idle(): for spare_procs, and whoever counts */
static int lib_busy(lua_State *L)
{
    const struct worker_start *w = check_worker(L);

    board_set_busy(w->board, w->line, true);
    return 0;
}

static int lib_idle(lua_State *L)
{
    const struct worker_start *w = check_worker(L);

    board_set_busy(w->board, w->line, false);
    return 0;
}

static int descriptor_of(lua_State *L, const struct worker_start *w, const char *name)
{
    for (size_t i = 0; i < w->sockets->count; i++)
        if (strcmp(w->sockets->word[i], name) == 0)
            return 3 + (int)i;
    return luaL_error(L, "worker:socket: there is no socket '%s' among those that this program has", name);
}

static bool has_connections(int fd)
{
    int listens = 0;
    socklen_t size = sizeof listens;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

/* worker:socket(name) -> socket: one that the supervisor has open */
static int lib_socket(lua_State *L)
{
    const struct worker_start *w = check_worker(L);
    const char *name = luaL_checkstring(L, 2);
    int fd = descriptor_of(L, w, name);
    struct acceptor *a;

    if (!has_connections(fd))
        return luaL_error(L, "worker:socket: there are no connections on '%s', which is no tcp: or unix: socket", name);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* others may be quicker than we */
    a = lua_newuserdatauv(L, sizeof *a, 0);
    *a = (struct acceptor){ .fd = fd, .accepted = -1 };
    snprintf(a->name, sizeof a->name, "%s", name);
    luaL_setmetatable(L, socket_type);
    return 1;
}

static const luaL_Reg worker_methods[] = { { "alive", lib_alive }, { "ready", lib_ready },   { "busy", lib_busy },
                                           { "idle", lib_idle },   { "socket", lib_socket }, { NULL, NULL } };

/* worker.name .index .program */
static int lib_index(lua_State *L)
{
    const struct worker_start *w = check_worker(L);
    const char *key = luaL_checkstring(L, 2);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (strcmp(key, "name") == 0)
        lua_pushstring(L, process_name(w->process));
    else if (strcmp(key, "program") == 0)
        lua_pushstring(L, process_program(w->process)->name);
    else if (strcmp(key, "index") == 0)
        lua_pushinteger(L, process_index(w->process));
    else
        return luaL_error(L, "a worker has no '%s'", key);
    return 1;
}

static int lib_tostring(lua_State *L)
{
    lua_pushstring(L, process_name(check_worker(L)->process));
    return 1;
}

void worker_push(lua_State *L)
{
    lua_newuserdatauv(L, 0, 0);
    luaL_setmetatable(L, worker_type);
}

static const luaL_Reg worker_special[] = { { "__index", lib_index }, { "__tostring", lib_tostring }, { NULL, NULL } };

static const luaL_Reg socket_special[] = { { NULL, NULL } };

void lib_open_worker(lua_State *L)
{
    userdata_open(L, worker_type, "worker", worker_methods, worker_special);
    userdata_open(L, socket_type, "socket", socket_methods, socket_special);
}
