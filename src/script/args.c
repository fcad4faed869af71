#include "script/args.h"

#include "base/text.h"
#include "base/units.h"

#include <lauxlib.h>
#include <string.h>

/* ---- times ------------------------------------------------------------------------------------- */

bool args_read_duration(lua_State *L, int index, msec *out, struct error *e)
{
    if (lua_type(L, index) == LUA_TNUMBER)
        return duration_from_seconds(lua_tonumber(L, index), out, e);
    if (lua_type(L, index) == LUA_TSTRING)
        return duration_parse(lua_tostring(L, index), out, e);
    return failure(e, "expected a time such as 0.5 or \"500ms\", got %s", luaL_typename(L, index));
}

msec args_duration(lua_State *L, int arg)
{
    struct error e;
    msec time = 0;

    if (!args_read_duration(L, arg, &time, &e))
        luaL_argerror(L, arg, lua_pushstring(L, e.text));
    return time;
}

msec args_optional_duration(lua_State *L, int arg, msec otherwise)
{
    return lua_isnoneornil(L, arg) ? otherwise : args_duration(L, arg);
}

/* ---- texts ------------------------------------------------------------------------------------- */

const char *args_text(lua_State *L, int arg)
{
    const char *text = luaL_checkstring(L, arg);

    luaL_argcheck(L, strlen(text) == lua_rawlen(L, arg), arg, "the text has a zero byte in it");
    return text;
}

/* ---- fields ------------------------------------------------------------------------------------ */

static void check_name(lua_State *L, const char *const *names)
{
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    const char *nearest;

    if (name == NULL)
        luaL_error(L, "an option has a name: this one is a %s", luaL_typename(L, -2));
    if (text_is_among(name, names))
        return;
    nearest = text_nearest(name, names);
    if (nearest != NULL)
        luaL_error(L, "unknown option '%s', did you mean '%s'?", name, nearest);
    luaL_error(L, "unknown option '%s'", name);
}

void args_check_fields(lua_State *L, int index, const char *const *names)
{
    index = lua_absindex(L, index);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        check_name(L, names);
        lua_pop(L, 1);
    }
}

bool args_push_field(lua_State *L, int index, const char *name)
{
    index = lua_absindex(L, index);
    lua_pushstring(L, name);
    if (lua_rawget(L, index) != LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

static void complain(lua_State *L, const char *name, const char *why)
{
    luaL_error(L, "'%s': %s", name, why);
}

void args_expect(lua_State *L, const char *name, const char *what)
{
    const char *got = lua_type(L, -1) == LUA_TNUMBER ? lua_tostring(L, -1) : luaL_typename(L, -1);

    luaL_error(L, "'%s': expected %s, got %s", name, what, got);
}

const char *args_plain_text(lua_State *L, int index, const char *name)
{
    const char *text = lua_tostring(L, index);

    if (strlen(text) != lua_rawlen(L, index))
        complain(L, name, "a text has a zero byte in it");
    return text;
}

const char *args_text_field(lua_State *L, int index, const char *name, size_t *length)
{
    const char *text;

    if (!args_push_field(L, index, name))
        return NULL;
    if (lua_type(L, -1) != LUA_TSTRING)
        args_expect(L, name, "a text");
    text = lua_tolstring(L, -1, length);
    if (length == NULL && strlen(text) != lua_rawlen(L, -1))
        complain(L, name, "the text has a zero byte in it");
    lua_pop(L, 1);
    return text;
}

msec args_duration_field(lua_State *L, int index, const char *name, msec otherwise)
{
    struct error e;
    msec time = otherwise;

    if (!args_push_field(L, index, name))
        return otherwise;
    if (!args_read_duration(L, -1, &time, &e))
        complain(L, name, e.text);
    lua_pop(L, 1);
    return time;
}

int64_t args_size_field(lua_State *L, int index, const char *name, int64_t otherwise)
{
    struct error e;
    int64_t size = otherwise;

    if (!args_push_field(L, index, name))
        return otherwise;
    if (lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 0)
        size = lua_tointeger(L, -1);
    else if (lua_type(L, -1) != LUA_TSTRING)
        args_expect(L, name, "a size such as 65536 or \"64KB\"");
    else if (!size_parse(lua_tostring(L, -1), &size, &e))
        complain(L, name, e.text);
    lua_pop(L, 1);
    return size;
}

bool args_bool_field(lua_State *L, int index, const char *name, bool otherwise)
{
    bool yes;

    if (!args_push_field(L, index, name))
        return otherwise;
    if (lua_type(L, -1) != LUA_TBOOLEAN)
        args_expect(L, name, "true or false");
    yes = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return yes;
}
