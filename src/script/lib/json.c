#include "script/json_value.h"
#include "script/lib.h"

#include <lauxlib.h>

/* reeve.json.encode(value) -> text: keys are sorted, integers stay integers, bytes that are no UTF-8 become U+FFFD */
static int lib_encode(lua_State *L)
{
    luaL_checkany(L, 1);
    json_value_encode(L, 1);
    return 1;
}

/* reeve.json.decode(text) -> value | nil, message: null is reeve.json.null, not nil */
static int lib_decode(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);

    return json_value_decode(L, text, length, true);
}

/* reeve.json.array(t) -> t: an array also when it is empty */
static int lib_array(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    json_value_mark_array(L, 1);
    return 1;
}

static const luaL_Reg functions[] = {
    { "encode", lib_encode }, { "decode", lib_decode }, { "array", lib_array }, { NULL, NULL }
};

void lib_open_json(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_pushlightuserdata(L, NULL);
    lua_setfield(L, -2, "null");
    lua_setfield(L, -2, "json");
}
