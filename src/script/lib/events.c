#include "base/text.h"
#include "os/clock.h"
#include "os/loop.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/hooks.h"
#include "script/lib.h"
#include "script/loading.h"
#include "script/subscription.h"

#include <lauxlib.h>
#include <string.h>

enum { SUBSCRIPTIONS_MOST = 10000, WAITING_MOST = 1000 };

/* Key in Lua's registry: the emitted events that wait, in order. */
static const char waiting_key;

/* ---- on ---- */

/* Any name can be emitted, but one that nobody emits and that is nearly a known one is a misspelled one. A hook that
 * subscribes while reeve runs knows what it does. */
static void check_event(const struct script *s, const char *event, const struct spot *spot)
{
    const char *nearest =
        text_is_among(event, hooks_events) || s->loading == NULL ? NULL : text_nearest(event, hooks_events);

    if (nearest != NULL)
        loading_doubt_event(s->loading, event, nearest, spot);
}

/* on(event, [pattern,] function(event) … end): the pattern matches names of programs and processes. */
static int lib_on(lua_State *L)
{
    struct script *s = script_of(L);
    int last = lua_type(L, 3) == LUA_TFUNCTION ? 3 : 2;
    const char *event = args_text(L, 1);
    const char *pattern = last == 3 ? args_text(L, 2) : NULL;
    struct spot spot = script_spot(L, 1);

    luaL_checktype(L, last, LUA_TFUNCTION);
    if (s->subscription_count == SUBSCRIPTIONS_MOST)
        return luaL_error(L, "more than %d hooks by on()", SUBSCRIPTIONS_MOST);
    check_event(s, event, &spot);
    lua_settop(L, last);
    subscription_add(s, &(struct subscription){ .event = (char *)event,
                                               .pattern = (char *)pattern,
                                               .function = luaL_ref(L, LUA_REGISTRYINDEX),
                                               .file = spot.file,
                                               .line = spot.line });
    return 0;
}

/* ---- emit ---- */

static void deliver(void *arg)
{
    struct script *s = arg;
    lua_State *L = s->L;
    lua_Unsigned count;

    s->delivery = NULL;
    lua_checkstack(L, 10);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waiting_key);
    lua_newtable(L); /* what is emitted from now on has its turn later */
    lua_rawsetp(L, LUA_REGISTRYINDEX, &waiting_key);
    count = lua_rawlen(L, -1);
    for (lua_Unsigned i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        lua_getfield(L, -1, "event");
        lua_insert(L, -2);
        hooks_tell_emitted(s, L, lua_tostring(L, -2));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* reeve.emit(name [, table]): hooks of that name hear it soon, after the one that is running. */
static int lib_emit(lua_State *L)
{
    const char *name = args_text(L, 1);
    struct supervisor *supervisor = script_supervisor();
    struct script *s = script_of(L);

    luaL_argcheck(L, !text_is_among(name, hooks_events), 1, "this event is reeve's own");
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TTABLE);
    if (supervisor == NULL || s->loading != NULL)
        return 0; /* nothing runs that could hear it */
    lua_settop(L, 2);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &waiting_key);
    if (lua_rawlen(L, 3) >= WAITING_MOST)
        return luaL_error(L, "more than %d events wait already", WAITING_MOST);
    if (lua_isnil(L, 2))
        lua_newtable(L);
    else
        lib_push_copy(L, 2); /* the emitter may change its own afterwards */
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "event");
    lua_pushnumber(L, (lua_Number)clock_wall() / 1000);
    lua_setfield(L, -2, "at");
    lua_rawseti(L, 3, (lua_Integer)lua_rawlen(L, 3) + 1);
    if (s->delivery == NULL)
        s->delivery = timer_start(supervisor_loop(supervisor), 0, deliver, s);
    return 0;
}

void lib_open_events(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &waiting_key);
    lua_pushcfunction(L, lib_emit);
    lua_setfield(L, -2, "emit");
    lua_register(L, "on", lib_on);
}
