/* reeve.cluster: `require "reeve.cluster"`, for reeve's own modules: leave for programs whose scope is the cluster. */
#include "base/base64.h"
#include "core/lease.h"
#include "core/plan.h"
#include "os/clock.h"
#include "script/args.h"
#include "script/box.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/state.h"

#include <lauxlib.h>

/* cluster.keep(lease) -> seconds: the file that is evaluated follows a cluster, with leases of this time */
static int lib_keep(lua_State *L)
{
    struct script *s = script_of(L);

    s->lease = args_duration(L, 1);
    lua_pushnumber(L, (lua_Number)s->lease / 1000);
    return 1;
}

static const struct program *check_program(lua_State *L)
{
    struct supervisor *s = script_supervisor();
    const char *name = luaL_checkstring(L, 1);
    const struct program *program = s != NULL ? plan_find(supervisor_plan(s), name) : NULL;

    luaL_argcheck(L, program != NULL, 1, "there is no such program");
    return program;
}

/* cluster.give(program, time) -> whether it might already: it may run here for so long, from now on */
static int lib_give(lua_State *L)
{
    const struct program *program = check_program(L);
    struct leases *leases = supervisor_leases(script_supervisor());

    lua_pushboolean(L, lease_allows(leases, program));
    lease_give(leases, program, args_duration(L, 2));
    return 1;
}

/* cluster.least(program) -> seconds: what its stop may take, and a second */
static int lib_least(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)lease_least(check_program(L)) / 1000);
    return 1;
}

/* cluster.take(program [, at_once]): it may not any more; it is stopped, or killed */
static int lib_take(lua_State *L)
{
    const struct program *program = check_program(L);

    lease_end(supervisor_leases(script_supervisor()), program, lua_toboolean(L, 2));
    return 0;
}

/* cluster.clock() -> seconds of a clock that nobody sets */
static int lib_clock(lua_State *L)
{
    lua_pushnumber(L, (lua_Number)clock_now() / 1000);
    return 1;
}

/* cluster.encode(text) -> base64 */
static int lib_encode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    struct buffer *b = box_buffer(L);

    base64_encode(text, length, b);
    lua_pushlstring(L, b->data, b->length);
    return 1;
}

/* cluster.decode(base64) -> text | nil */
static int lib_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    struct buffer *b = box_buffer(L);

    if (!base64_decode(text, length, b))
        return 0;
    lua_pushlstring(L, b->data, b->length);
    return 1;
}

static const luaL_Reg functions[] = { { "keep", lib_keep },     { "give", lib_give },   { "take", lib_take },
                                      { "least", lib_least },   { "clock", lib_clock }, { "encode", lib_encode },
                                      { "decode", lib_decode }, { NULL, NULL } };

int lib_module_cluster(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
