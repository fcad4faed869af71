/* A global that nobody defined is nearly always a misspelled one: reading it gives nil, as ever, and is told. Where it
 * resembles the word of a declaration it gives a stand-in that takes anything, so that the declarations after it are
 * checked, too. */
#include "base/log.h"
#include "base/text.h"
#include "script/lib.h"
#include "script/loading.h"

#include <lauxlib.h>
#include <string.h>

/* Key in Lua's registry: the names that were told while no file was loaded. */
static const char told_key;

/* The names of all globals, in memory that is Lua's. */
static const char **names_of_globals(lua_State *L)
{
    size_t count = 0;
    const char **names;

    lua_pushglobaltable(L);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        count++;
        lua_pop(L, 1);
    }
    names = lua_newuserdatauv(L, (count + 1) * sizeof *names, 0);
    lua_insert(L, -2);
    count = 0;
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) == LUA_TSTRING)
            names[count++] = lua_tostring(L, -2);
        lua_pop(L, 1);
    }
    names[count] = NULL;
    lua_pop(L, 1);
    return names;
}

/* What a user of Lua would look for, and does not find. */
static const char *hint_for(const char *name)
{
    static const char *const hints[][2] = {
        { "dofile", "use include or require" },
        { "loadfile", "use include or require" },
        { "debug", "a configuration has no debug library" },
        { "package", "require finds modules beside the configuration" },
    };

    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (strcmp(name, hints[i][0]) == 0)
            return hints[i][1];
    return NULL;
}

/* Leaves one value on the stack, and borrows from it. */
static const char *push_nearest(lua_State *L, const char *name)
{
    return text_nearest(name, names_of_globals(L));
}

static const char *push_message(lua_State *L, const char *name)
{
    const char *hint = hint_for(name);
    const char *nearest;

    if (hint != NULL)
        return lua_pushfstring(L, "there is no global '%s': %s", name, hint);
    nearest = push_nearest(L, name);
    if (nearest != NULL)
        return lua_pushfstring(L, "there is no global '%s', did you mean '%s'?", name, nearest);
    return lua_pushfstring(L, "there is no global '%s'", name);
}

/* Once per name: a hook may be called often. */
static void log_once(lua_State *L, const char *name)
{
    struct spot spot = script_spot(L, 1);

    lua_rawgetp(L, LUA_REGISTRYINDEX, &told_key);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        return;
    lua_pushboolean(L, 1);
    lua_setfield(L, -3, name);
    log_warning("%s:%d: %s", spot.file, spot.line, push_message(L, name));
}

static bool is_misspelled_declaration(lua_State *L, const char *name)
{
    static const char *const words[] = { "supervisor", "program", "group", "socket", "include", NULL };
    const char *nearest = hint_for(name) == NULL ? push_nearest(L, name) : NULL;

    return nearest != NULL && text_is_among(nearest, words);
}

/* __index of the table of globals */
static int undefined(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    struct loading *l = script_of(L)->loading;

    if (name == NULL)
        return 0;
    if (l == NULL) {
        log_once(L, name);
        return 0;
    }
    loading_problem(L, "%s", push_message(L, name));
    if (!is_misspelled_declaration(L, name))
        return 0;
    l->lacks_declarations = true;
    lua_pushcfunction(L, loading_stand_in);
    return 1;
}

void lib_guard_globals(lua_State *L)
{
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &told_key);
    lua_pushglobaltable(L);
    lua_createtable(L, 0, 2);
    lua_pushcfunction(L, undefined);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}
