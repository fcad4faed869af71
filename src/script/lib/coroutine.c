/* The user's own coroutines take part in the time limit: the chain of those that run is known, and one that was cut off
 * takes those that wait for it along. */
#include "script/budget.h"
#include "script/call.h"
#include "script/lib.h"

#include <lauxlib.h>
#include <lualib.h>

static bool runs(const struct call *c, const lua_State *co)
{
    while (c != NULL && c->L != co)
        c = c->outer;
    return c != NULL;
}

static lua_State *check_coroutine(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);

    luaL_argexpected(L, co != NULL, 1, "coroutine");
    if (script_owns_thread(co) && !runs(script_of(L)->call, co))
        luaL_argerror(L, 1, "this is a hook or a task, which only reeve resumes and closes");
    return co;
}

/* Resume with the arguments on top of L: the number of results that are on top then, or -1 and the error. */
static int resume(lua_State *L, lua_State *co, int arguments)
{
    int results, status;

    if (budget_is_spent())
        budget_cut_off(L);
    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    if (!budget_enter(co)) {
        lua_pushliteral(L, "too many coroutines within each other");
        return -1;
    }
    lua_xmove(L, co, arguments);
    status = lua_resume(co, L, arguments, &results);
    budget_leave();
    if (budget_is_spent())
        budget_cut_off(L);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

/* coroutine.resume(co, …) */
static int lib_resume(lua_State *L)
{
    lua_State *co = check_coroutine(L);
    int results = resume(L, co, lua_gettop(L) - 1);

    lua_pushboolean(L, results >= 0);
    if (results < 0)
        results = 1;
    lua_insert(L, -(results + 1));
    return results + 1;
}

/* Its `__close` handlers run, and their time is limited like any other. */
static int reset(lua_State *L, lua_State *co)
{
    int status;

    if (!budget_enter(co))
        return luaL_error(L, "too many coroutines within each other");
    status = lua_resetthread(co);
    budget_leave();
    if (budget_is_spent())
        budget_cut_off(L);
    return status;
}

/* An error of a wrapped coroutine, or that it is dead, goes on in whoever called it, with the place where that was. */
static int pass_error(lua_State *L, lua_State *co)
{
    int status = lua_status(co);

    if (status != LUA_OK && status != LUA_YIELD && reset(L, co) != LUA_OK) {
        lua_pop(L, 1);
        lua_xmove(co, L, 1); /* what the closing made of the error */
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L));

    return results >= 0 ? results : pass_error(L, co);
}

static void create(lua_State *L)
{
    lua_State *co;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
}

/* coroutine.wrap(f) */
static int lib_wrap(lua_State *L)
{
    create(L);
    lua_pushcclosure(L, wrapped, 1);
    return 1;
}

/* coroutine.yield(…): only from coroutines of the user's own, there is nobody else to resume them. */
static int lib_yield(lua_State *L)
{
    const struct call *c = script_of(L)->call;

    if (c != NULL && c->L == L)
        return luaL_error(L, "attempt to yield from outside a coroutine");
    return lua_yield(L, lua_gettop(L));
}

/* coroutine.close(co) */
static int lib_close(lua_State *L)
{
    lua_State *co = check_coroutine(L);
    int status = lua_status(co);
    lua_Debug ar;

    if (co == L || (status == LUA_OK && lua_getstack(co, 0, &ar)))
        return luaL_error(L, "cannot close a running coroutine");
    status = reset(L, co);
    lua_pushboolean(L, status == LUA_OK);
    if (status == LUA_OK)
        return 1;
    lua_xmove(co, L, 1);
    return 2;
}

static const luaL_Reg functions[] = {
    { "resume", lib_resume }, { "wrap", lib_wrap }, { "yield", lib_yield }, { "close", lib_close }, { NULL, NULL }
};

void lib_open_coroutine(lua_State *L)
{
    luaL_requiref(L, LUA_COLIBNAME, luaopen_coroutine, 1);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
