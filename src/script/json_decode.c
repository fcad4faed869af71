#include "script/json_value.h"

#include "script/box.h"

#include <jansson.h>
#include <lauxlib.h>

static void push_value(lua_State *L, const json_t *value, bool keeps_null);

static void push_array(lua_State *L, const json_t *array, bool keeps_null)
{
    size_t count = json_array_size(array);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_value(L, json_array_get(array, i), keeps_null);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    json_value_mark_array(L, -1);
}

/* `keeps_null`: what becomes of null among its members. */
static void push_object(lua_State *L, const json_t *object, bool keeps_null)
{
    json_t *o = (json_t *)object; /* jansson's iterators are not const, though they change nothing */
    const char *key;
    json_t *value;

    lua_createtable(L, 0, (int)json_object_size(object));
    json_object_foreach(o, key, value)
    {
        if (json_is_null(value) && !keeps_null)
            continue;
        lua_pushstring(L, key);
        push_value(L, value, keeps_null);
        lua_rawset(L, -3);
    }
}

static void push_value(lua_State *L, const json_t *value, bool keeps_null)
{
    luaL_checkstack(L, 8, NULL);
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        push_object(L, value, keeps_null);
        break;
    case JSON_ARRAY:
        push_array(L, value, keeps_null);
        break;
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        break;
    case JSON_NULL:
        lua_pushlightuserdata(L, NULL);
        break;
    }
}

static void release(void *value)
{
    json_decref(value);
}

/* How deep brackets are nested, as far as it takes to see that it is too much: jansson itself goes on to 2048. */
static bool is_too_deep(const char *text, size_t length)
{
    bool in_string = false;
    int depth = 0;

    for (size_t i = 0; i < length && depth <= JSON_DEEPEST; i++) {
        char c = text[i];

        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string)
            depth += (c == '[' || c == '{') - (c == ']' || c == '}');
    }
    return depth > JSON_DEEPEST;
}

static int fail(lua_State *L, const char *why)
{
    lua_pushnil(L);
    lua_pushstring(L, why);
    return 2;
}

int json_value_decode(lua_State *L, const char *text, size_t length, bool keeps_null)
{
    json_error_t error;
    void **held;

    if (length > JSON_LARGEST)
        return fail(L, "more than 16 MB of JSON");
    if (is_too_deep(text, length))
        return fail(L, "more than 64 levels deep");
    held = box_pointer(L, release);
    *held = json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (*held == NULL) {
        lua_pushfstring(L, "line %d: %s", error.line, error.text);
        return fail(L, lua_tostring(L, -1));
    }
    push_value(L, *held, keeps_null);
    json_decref(*held);
    *held = NULL;
    return 1;
}
