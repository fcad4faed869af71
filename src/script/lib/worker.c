/* What a worker's body is given. */
#include "script/worker.h"

#include "os/board.h"
#include "os/manager.h"
#include "script/lib.h"
#include "script/userdata.h"

#include <fcntl.h>
#include <lauxlib.h>
#include <string.h>
#include <sys/socket.h>

static const char type_name[] = "reeve.worker";

static const struct worker_start *check_worker(lua_State *L)
{
    luaL_checkudata(L, 1, type_name);
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

    if (!has_connections(fd))
        return luaL_error(L, "worker:socket: there are no connections on '%s', which is no tcp: or unix: socket", name);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK); /* others may be quicker than we */
    lib_push_socket(L, fd, name);
    return 1;
}

static const luaL_Reg methods[] = { { "alive", lib_alive }, { "ready", lib_ready },   { "busy", lib_busy },
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
    luaL_setmetatable(L, type_name);
}

static const luaL_Reg special[] = { { "__index", lib_index }, { "__tostring", lib_tostring }, { NULL, NULL } };

void lib_open_worker(lua_State *L)
{
    userdata_open(L, type_name, "worker", methods, special);
}
