#include "base/log.h"
#include "script/budget.h"
#include "script/lib.h"
#include "script/worker.h"

#include <lauxlib.h>
#include <lualib.h>

/* ---- pcall, xpcall: as Lua's, but what ends a function that ran out of time is passed on ---- */

/* With false or true at `first`, and the results above it. */
static int finish(lua_State *L, int status, lua_KContext first)
{
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - (int)first;
    if (budget_is_spent())
        return budget_cut_off(L);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

/* pcall(f, …) */
static int lib_pcall(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_pushboolean(L, 1);
    lua_insert(L, 1);
    return finish(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, finish), 0);
}

/* Hooks are off while the handler of an error runs that came out of a hook: it must not run then. */
static int guarded_handler(lua_State *L)
{
    if (budget_is_spent())
        return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* xpcall(f, handler, …) */
static int lib_xpcall(lua_State *L)
{
    int arguments = lua_gettop(L) - 2;

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushvalue(L, 2);
    lua_pushcclosure(L, guarded_handler, 1);
    lua_replace(L, 2);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);
    return finish(L, lua_pcallk(L, arguments, LUA_MULTRET, 2, 2, finish), 2);
}

/* ---- those that are tamed ---- */

/* setmetatable(t, mt): finalizers run where no time limit reaches them. */
static int lib_setmetatable(lua_State *L)
{
    int type = lua_type(L, 2);

    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    if (type == LUA_TTABLE) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL)
            return luaL_error(L, "a configuration has no finalizers (__gc); use <close> variables");
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

/* load(chunk [, name [, mode [, env]]]): text only, since broken bytecode breaks Lua itself. */
static int lib_load(lua_State *L)
{
    lua_CFunction original = lua_tocfunction(L, lua_upvalueindex(1));

    if (lua_gettop(L) < 3)
        lua_settop(L, 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return original(L);
}

/* collectgarbage("count") */
static int lib_collectgarbage(lua_State *L)
{
    static const char *const options[] = { "count", NULL };

    luaL_checkoption(L, 1, "count", options);
    lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
    return 1;
}

/* ---- what is printed goes to the log: stdout may be nobody's, or somebody's who waits for JSON ---- */

/* As Lua's own print writes them, without the newline. In the log a tab would be made visible. */
static void push_line(lua_State *L, char separator)
{
    int n = lua_gettop(L);
    luaL_Buffer b;

    luaL_buffinit(L, &b);
    for (int i = 1; i <= n; i++) {
        if (i > 1)
            luaL_addchar(&b, separator);
        luaL_tolstring(L, i, NULL);
        luaL_addvalue(&b);
    }
    luaL_pushresult(&b);
}

static void log_line(lua_State *L, int level)
{
    size_t length;
    const char *text;

    push_line(L, ' ');
    text = lua_tolstring(L, -1, &length);
    log_text(level, text, length);
}

/* print(…): a worker has a stdout */
static int lib_print(lua_State *L)
{
    size_t length;
    const char *text;

    if (worker_self() == NULL) {
        log_line(L, LOG_NOTICE);
        return 0;
    }
    push_line(L, '\t');
    lua_pushliteral(L, "\n");
    lua_concat(L, 2);
    text = lua_tolstring(L, -1, &length);
    worker_print(text, length);
    return 0;
}

/* warn(text, …) */
static int lib_warn(lua_State *L)
{
    log_line(L, LOG_WARNING);
    return 0;
}

static const luaL_Reg functions[] = { { "pcall", lib_pcall },
                                      { "xpcall", lib_xpcall },
                                      { "setmetatable", lib_setmetatable },
                                      { "collectgarbage", lib_collectgarbage },
                                      { "print", lib_print },
                                      { "warn", lib_warn },
                                      { NULL, NULL } };

void lib_open_base(lua_State *L)
{
    luaL_requiref(L, "_G", luaopen_base, 1);
    luaL_setfuncs(L, functions, 0);
    lib_tame(L, "load", lib_load);
    lua_pushnil(L);
    lua_setfield(L, -2, "dofile");
    lua_pushnil(L);
    lua_setfield(L, -2, "loadfile");
    luaL_requiref(L, LUA_MATHLIBNAME, luaopen_math, 1);
    luaL_requiref(L, LUA_UTF8LIBNAME, luaopen_utf8, 1);
    lua_pop(L, 3);
}
