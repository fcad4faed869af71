#include "script/json_value.h"

#include "base/json.h"
#include "script/box.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const char array_name[] = "reeve.json.array";

static void add_value(lua_State *L, int index, struct buffer *b, int depth);

void json_value_mark_array(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (luaL_newmetatable(L, array_name)) {
        lua_pushliteral(L, "array");
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, index);
}

static bool is_marked(lua_State *L, int index)
{
    bool marked;

    if (!lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, array_name);
    marked = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return marked;
}

/* Whether it is to be an array: everything in it has one of the numbers 1…n, and there is something. */
static bool is_array(lua_State *L, int index)
{
    lua_Unsigned length = lua_rawlen(L, index);
    bool is_list = length > 0 || is_marked(L, index);

    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_isinteger(L, -1) && (lua_Unsigned)lua_tointeger(L, -1) - 1 < length)
            continue;
        if (is_list || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "JSON has no table with the key %s beside %s", luaL_tolstring(L, -1, NULL),
                       is_list ? "the elements of a list" : "others");
    }
    return is_list;
}

static void add_array(lua_State *L, int index, struct buffer *b, int depth)
{
    lua_Unsigned length = lua_rawlen(L, index);

    json_open_array(b);
    for (lua_Unsigned i = 1; i <= length; i++) {
        lua_rawgeti(L, index, (lua_Integer)i);
        add_value(L, -1, b, depth);
        lua_pop(L, 1);
    }
    json_close_array(b);
}

struct key {
    const char *text; /* the table holds it */
    size_t length;
};

static int compare_keys(const void *a, const void *b)
{
    const struct key *left = a, *right = b;
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, shorter);

    return order != 0 ? order : (left->length > right->length) - (left->length < right->length);
}

/* Push memory with the sorted keys of the table. */
static struct key *sorted_keys(lua_State *L, int index, size_t *count)
{
    struct key *keys;
    size_t n = 0;

    lua_pushnil(L);
    while (lua_next(L, index)) {
        n++;
        lua_pop(L, 1);
    }
    keys = lua_newuserdatauv(L, n * sizeof *keys, 0);
    *count = 0;
    lua_pushnil(L);
    while (lua_next(L, index)) {
        struct key *key = &keys[(*count)++];

        lua_pop(L, 1);
        key->text = lua_tolstring(L, -1, &key->length);
    }
    if (n > 1)
        qsort(keys, n, sizeof *keys, compare_keys);
    return keys;
}

static void add_object(lua_State *L, int index, struct buffer *b, int depth)
{
    size_t count;
    const struct key *keys = sorted_keys(L, index, &count);

    json_open_object(b);
    for (size_t i = 0; i < count; i++) {
        json_bytes(b, keys[i].text, keys[i].length);
        buffer_add_char(b, ':');
        lua_pushlstring(L, keys[i].text, keys[i].length);
        lua_rawget(L, index);
        add_value(L, -1, b, depth);
        lua_pop(L, 1);
    }
    json_close_object(b);
    lua_pop(L, 1);
}

static void add_table(lua_State *L, int index, struct buffer *b, int depth)
{
    if (depth == JSON_DEEPEST)
        luaL_error(L, "a table within more than %d others, or within itself", JSON_DEEPEST);
    luaL_checkstack(L, 8, NULL);
    if (is_array(L, index))
        add_array(L, index, b, depth + 1);
    else
        add_object(L, index, b, depth + 1);
}

static void add_number(lua_State *L, int index, struct buffer *b)
{
    if (lua_isinteger(L, index))
        json_int(b, lua_tointeger(L, index));
    else if (isfinite(lua_tonumber(L, index)))
        json_double(b, lua_tonumber(L, index));
    else
        luaL_error(L, "JSON has no word for %s", luaL_tolstring(L, index, NULL));
}

static void add_string(lua_State *L, int index, struct buffer *b)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);

    json_bytes(b, text, length);
}

static void add_value(lua_State *L, int index, struct buffer *b, int depth)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TNIL:
        json_none(b);
        break;
    case LUA_TBOOLEAN:
        json_bool(b, lua_toboolean(L, index));
        break;
    case LUA_TNUMBER:
        add_number(L, index, b);
        break;
    case LUA_TSTRING:
        add_string(L, index, b);
        break;
    case LUA_TTABLE:
        add_table(L, index, b, depth);
        break;
    default:
        if (!lua_islightuserdata(L, index) || lua_touserdata(L, index) != NULL)
            luaL_error(L, "JSON has no word for a %s", luaL_typename(L, index));
        json_none(b);
    }
    if (b->length > JSON_LARGEST)
        luaL_error(L, "more than %d MB of JSON", JSON_LARGEST >> 20);
}

void json_value_encode(lua_State *L, int index)
{
    struct buffer *b;

    index = lua_absindex(L, index);
    b = box_buffer(L);
    add_value(L, index, b, 0);
    lua_pushlstring(L, b->data, b->length);
    buffer_free(b);
    lua_remove(L, -2);
}
