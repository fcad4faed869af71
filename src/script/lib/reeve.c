/* The table `reeve`. */
#include "os/clock.h"
#include "script/lib.h"

#include <lauxlib.h>
#include <unistd.h>

/* reeve.now() -> seconds since 1970, with milliseconds */
static int lib_now(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_wall() / 1000);
    return 1;
}

static void push_host(lua_State *L)
{
    char host[HOST_NAME_MAX + 1] = "";

    gethostname(host, sizeof host - 1);
    lua_pushstring(L, host[0] != '\0' ? host : "localhost");
}

void lib_open_reeve(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, lib_now);
    lua_setfield(L, -2, "now");
    push_host(L);
    lua_setfield(L, -2, "host");
    lib_open_log(L);
    lib_open_json(L);
    lib_open_process(L);
    lib_open_program(L);
    lib_open_events(L);
    lib_open_task(L);
    lib_open_command(L);
    lib_open_exec(L);
    lib_open_connect(L);
    lib_open_store(L);
    lib_open_save(L);
    lib_open_settings(L);
    lib_open_http(L);
    lib_open_mail(L);
    lua_setglobal(L, "reeve");
}
