/* reeve.inside: what reeve's own modules may do, and a configuration need not. `require "reeve.inside"`. */
#include "base/mail.h"
#include "base/text.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/loading.h"
#include "script/subscription.h"
#include "script/task.h"

#include <lauxlib.h>
#include <string.h>

/* Where the user's file called the library: the first code of another source than the library's own. */
static struct spot caller(lua_State *L)
{
    struct spot own = script_spot(L, 1), spot = own;

    for (int level = 2; spot.line > 0 && strcmp(spot.file, own.file) == 0; level++)
        spot = script_spot(L, level);
    return spot.line > 0 ? spot : own;
}

static struct script *check_loading(lua_State *L, struct spot spot)
{
    struct script *s = script_of(L);

    if (s->loading == NULL) {
        lua_pushfstring(L, "%s:%d: this is for the file itself, not for its hooks", spot.file, spot.line);
        lua_error(L);
    }
    return s;
}

/* inside.listen(event, f): as `on`, but apart from the hooks of the process: f does not wait for them, and must not
 * wait itself if the next event is to find the work of this one done */
static int lib_listen(lua_State *L)
{
    struct script *s = check_loading(L, caller(L));
    struct spot spot = script_spot(L, 1);
    const char *event = luaL_checkstring(L, 1);

    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    subscription_add(s, &(struct subscription){ .event = (char *)event,
                                               .function = luaL_ref(L, LUA_REGISTRYINDEX),
                                               .file = spot.file,
                                               .line = spot.line,
                                               .apart = true });
    return 0;
}

static int keep(lua_State *L, int *reference)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_settop(L, 1);
    luaL_unref(L, LUA_REGISTRYINDEX, *reference);
    *reference = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/* inside.farewell(f): f(why) is called, and may not wait, when another configuration takes over ("reload"), when reeve
 * ends ("end"), and when it is about to begin anew ("upgrade", which may fail: then everything goes on) */
static int lib_farewell(lua_State *L)
{
    return keep(L, &check_loading(L, caller(L))->farewell);
}

/* inside.alert_test(f): f() is the task of the verb `alert test`; it returns a list of { name=, why= }, where `why` is
 * nil for what went well */
static int lib_alert_test(lua_State *L)
{
    return keep(L, &check_loading(L, caller(L))->alert_test);
}

/* inside.hold(): reeve does not end before this task, or at least waits some seconds for it */
static int lib_hold(lua_State *L)
{
    task_hold(task_to_wait(L, "inside.hold"));
    return 0;
}

/* inside.problem(level, text): a mistake of the file, at the caller of that level, as error() counts them */
static int lib_problem(lua_State *L)
{
    struct spot spot = script_spot(L, (int)luaL_checkinteger(L, 1));
    struct script *s = check_loading(L, spot);

    loading_problem_at(s->loading, &spot, "%s", luaL_checkstring(L, 2));
    return 0;
}

/* inside.refuse(who, text): a mistake of the file, while it is loaded, else an error; at the caller of the library */
static int lib_refuse(lua_State *L)
{
    struct loading *l = script_of(L)->loading;
    const char *who = luaL_checkstring(L, 1), *text = luaL_checkstring(L, 2);
    struct spot spot = caller(L);

    if (l == NULL) {
        lua_pushfstring(L, "%s:%d: %s: %s", spot.file, spot.line, who, text);
        return lua_error(L);
    }
    loading_problem_at(l, &spot, "%s: %s", who, text);
    return 0;
}

/* inside.expect(who, target): there is to be such a one in the plan */
static int lib_expect(lua_State *L)
{
    struct loading *l = script_of(L)->loading;
    const char *who = luaL_checkstring(L, 1), *target = luaL_checkstring(L, 2);
    struct spot spot = caller(L);

    if (l != NULL)
        loading_expect(l, who, target, &spot);
    return 0;
}

/* inside.duration(value) -> seconds | nil: the value of a time as in settings, if it is one */
static int lib_duration(lua_State *L)
{
    msec time;

    if (!args_read_duration(L, 1, &time, NULL))
        return 0;
    lua_pushnumber(L, (lua_Number)time / 1000);
    return 1;
}

/* inside.matches(pattern, name) -> boolean: as the pattern of `on` */
static int lib_matches(lua_State *L)
{
    lua_pushboolean(L, text_matches(luaL_checkstring(L, 1), luaL_checkstring(L, 2)));
    return 1;
}

/* inside.nearest(word, words) -> the one that was meant | nil */
static int lib_nearest(lua_State *L)
{
    const char *word = luaL_checkstring(L, 1);
    lua_Unsigned count;
    const char **words;

    luaL_checktype(L, 2, LUA_TTABLE);
    count = lua_rawlen(L, 2);
    words = lua_newuserdatauv(L, (count + 1) * sizeof *words, 0);
    for (lua_Unsigned i = 0; i < count; i++) {
        luaL_argcheck(L, lua_rawgeti(L, 2, (lua_Integer)i + 1) == LUA_TSTRING, 2, "expected a list of texts");
        words[i] = lua_tostring(L, -1); /* the list keeps it */
        lua_pop(L, 1);
    }
    words[count] = NULL;
    lua_pushstring(L, text_nearest(word, words));
    return 1;
}

/* inside.check_address(text) -> nil | message: whether mail could go there */
static int lib_check_address(lua_State *L)
{
    struct words words = { 0 };
    struct error e;
    bool good = mail_addresses(&words, luaL_checkstring(L, 1), &e);

    words_free(&words);
    lua_pushstring(L, good ? NULL : e.text);
    return 1;
}

static const luaL_Reg functions[] = { { "listen", lib_listen },
                                      { "farewell", lib_farewell },
                                      { "alert_test", lib_alert_test },
                                      { "task", handle_start_own_task },
                                      { "users_task", handle_start_users_task },
                                      { "hold", lib_hold },
                                      { "problem", lib_problem },
                                      { "refuse", lib_refuse },
                                      { "expect", lib_expect },
                                      { "duration", lib_duration },
                                      { "matches", lib_matches },
                                      { "nearest", lib_nearest },
                                      { "check_address", lib_check_address },
                                      { NULL, NULL } };

int lib_module_inside(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
