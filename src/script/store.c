#include "script/store.h"

#include "base/hash.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "os/snapshot.h"
#include "script/box.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { DEEPEST = 32 };

/* The first byte says what follows. */
enum {
    PACKED_FALSE = 'f',
    PACKED_TRUE = 't',
    PACKED_INTEGER = 'i',
    PACKED_NUMBER = 'n',
    PACKED_TEXT = 's',
    PACKED_TABLE = '{',
    PACKED_END = '}'
};

struct entry {
    UT_hash_handle hh;
    char *key;
    size_t key_length;
    struct buffer value;
    unsigned kept; /* in the snapshot */
};

static struct snapshot *snapshot;
static struct entry *entries;
static size_t used;

/* ---- packing ----------------------------------------------------------------------------------- */

static void add_raw(struct buffer *b, char kind, const void *data, size_t length)
{
    buffer_add_char(b, kind);
    buffer_add(b, data, length);
}

static void pack(lua_State *L, int index, struct buffer *b, int depth);

static void pack_table(lua_State *L, int index, struct buffer *b, int depth)
{
    if (depth == DEEPEST)
        luaL_error(L, "reeve.store: the table is deeper than %d, or contains itself", DEEPEST);
    if (lua_getmetatable(L, index))
        luaL_error(L, "reeve.store: a table with a metatable cannot be kept");
    luaL_checkstack(L, 4, NULL);
    buffer_add_char(b, PACKED_TABLE);
    lua_pushnil(L);
    while (lua_next(L, index)) {
        pack(L, lua_gettop(L) - 1, b, depth + 1);
        pack(L, lua_gettop(L), b, depth + 1);
        lua_pop(L, 1);
    }
    buffer_add_char(b, PACKED_END);
}

static void pack_lua_number(lua_State *L, int index, struct buffer *b)
{
    lua_Integer integer = lua_tointeger(L, index);
    lua_Number number = lua_tonumber(L, index);

    if (lua_isinteger(L, index))
        add_raw(b, PACKED_INTEGER, &integer, sizeof integer);
    else
        add_raw(b, PACKED_NUMBER, &number, sizeof number);
}

static void pack_lua_text(lua_State *L, int index, struct buffer *b)
{
    size_t length;
    const char *text = lua_tolstring(L, index, &length);

    add_raw(b, PACKED_TEXT, &length, sizeof length);
    buffer_add(b, text, length);
}

static void pack(lua_State *L, int index, struct buffer *b, int depth)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        buffer_add_char(b, lua_toboolean(L, index) ? PACKED_TRUE : PACKED_FALSE);
        break;
    case LUA_TNUMBER:
        pack_lua_number(L, index, b);
        break;
    case LUA_TSTRING:
        pack_lua_text(L, index, b);
        break;
    case LUA_TTABLE:
        pack_table(L, index, b, depth);
        break;
    default:
        luaL_error(L, "reeve.store keeps texts, numbers, booleans and plain tables, not a %s", luaL_typename(L, index));
    }
    if (b->length > STORE_MOST)
        luaL_error(L, "reeve.store: more than 1 MB");
}

/* ---- unpacking: what we packed ourselves is well formed ------------------------------------------ */

static const char *unpack(lua_State *L, const char *p);

static const char *unpack_table(lua_State *L, const char *p)
{
    luaL_checkstack(L, 4, NULL);
    lua_newtable(L);
    while (*p != PACKED_END) {
        p = unpack(L, p);
        p = unpack(L, p);
        lua_rawset(L, -3);
    }
    return p + 1;
}

static const char *unpack_lua_text(lua_State *L, const char *p)
{
    size_t length;

    memcpy(&length, p, sizeof length);
    lua_pushlstring(L, p + sizeof length, length);
    return p + sizeof length + length;
}

static const char *unpack(lua_State *L, const char *p)
{
    lua_Integer integer;
    lua_Number number;
    char kind = *p++;

    switch (kind) {
    case PACKED_INTEGER:
        memcpy(&integer, p, sizeof integer);
        lua_pushinteger(L, integer);
        return p + sizeof integer;
    case PACKED_NUMBER:
        memcpy(&number, p, sizeof number);
        lua_pushnumber(L, number);
        return p + sizeof number;
    case PACKED_TEXT:
        return unpack_lua_text(L, p);
    case PACKED_TABLE:
        return unpack_table(L, p);
    default:
        lua_pushboolean(L, kind == PACKED_TRUE);
        return p;
    }
}

/* ---- entries ----------------------------------------------------------------------------------- */

static struct entry *find(const char *key, size_t length)
{
    struct entry *e = NULL;

    if (entries != NULL)
        HASH_FIND(hh, entries, key, length, e);
    return e;
}

static size_t size_of(const struct entry *e)
{
    return e != NULL ? e->key_length + e->value.length : 0;
}

static void keep(struct entry *e)
{
    struct buffer out = { 0 };

    if (snapshot == NULL)
        return;
    pack_bytes(&out, "key", e->key, e->key_length);
    pack_bytes(&out, "value", e->value.data, e->value.length);
    snapshot_put(snapshot, &e->kept, "store", &out);
    buffer_free(&out);
}

static void drop(struct entry *e)
{
    snapshot_drop(snapshot, &e->kept);
    used -= size_of(e);
    HASH_DEL(entries, e);
    buffer_free(&e->value);
    free(e->key);
    free(e);
}

static struct entry *add(const char *key, size_t length)
{
    struct entry *e = xcalloc(1, sizeof *e);

    e->key = memcpy(xmalloc(length + 1), key, length); /* there may be zeros in it */
    e->key_length = length;
    HASH_ADD_KEYPTR(hh, entries, e->key, length, e);
    used += length;
    return e;
}

void store_push(lua_State *L, const char *key, size_t length)
{
    const struct entry *e = find(key, length);

    if (e != NULL)
        unpack(L, e->value.data);
    else
        lua_pushnil(L);
}

void store_set(lua_State *L, const char *key, size_t length, int index)
{
    struct entry *e = find(key, length);
    struct buffer *packed;

    if (lua_isnil(L, index)) {
        if (e != NULL)
            drop(e);
        return;
    }
    packed = box_buffer(L);
    pack(L, index, packed, 0);
    if (used - size_of(e) + length + packed->length > STORE_MOST)
        luaL_error(L, "reeve.store is full: 1 MB is all it keeps");
    if (e == NULL)
        e = add(key, length);
    used += packed->length - e->value.length;
    buffer_free(&e->value);
    e->value = *packed;
    *packed = (struct buffer){ 0 };
    keep(e);
    lua_pop(L, 1);
}

void store_push_keys(lua_State *L)
{
    lua_Integer i = 0;

    lua_createtable(L, (int)(entries != NULL ? HASH_COUNT(entries) : 0), 0);
    for (const struct entry *e = entries; e != NULL; e = e->hh.next) {
        lua_pushlstring(L, e->key, e->key_length);
        lua_rawseti(L, -2, ++i);
    }
}

/* ---- from life to life ----------------------------------------------------------------------- */

void store_keep(struct snapshot *s)
{
    bool is_another = s != snapshot;

    snapshot = s;
    for (struct entry *e = entries; e != NULL; e = e->hh.next) {
        if (is_another)
            e->kept = 0;
        keep(e);
    }
}

/* Past the value at `p`; NULL: there is no whole one. */
static const char *skip_value(const char *p, const char *end, int depth);

static const char *skip_text(const char *p, const char *end)
{
    size_t length;

    if ((size_t)(end - p) < sizeof length)
        return NULL;
    memcpy(&length, p, sizeof length);
    p += sizeof length;
    return length <= (size_t)(end - p) ? p + length : NULL;
}

/* A NaN is no key, and neither is what we would not have written. */
static const char *skip_key(const char *p, const char *end, int depth)
{
    lua_Number number;

    if (p < end && *p == PACKED_NUMBER && (size_t)(end - p) > sizeof number) {
        memcpy(&number, p + 1, sizeof number);
        if (number != number)
            return NULL;
    }
    return skip_value(p, end, depth);
}

static const char *skip_table(const char *p, const char *end, int depth)
{
    while (p != NULL && p < end && *p != PACKED_END) {
        p = skip_key(p, end, depth + 1);
        if (p != NULL)
            p = skip_value(p, end, depth + 1);
    }
    return p != NULL && p < end ? p + 1 : NULL;
}

static const char *skip_value(const char *p, const char *end, int depth)
{
    if (p == end || depth > DEEPEST)
        return NULL;
    switch (*p++) {
    case PACKED_FALSE:
    case PACKED_TRUE:
        return p;
    case PACKED_INTEGER:
    case PACKED_NUMBER:
        return end - p >= 8 ? p + 8 : NULL;
    case PACKED_TEXT:
        return skip_text(p, end);
    case PACKED_TABLE:
        return skip_table(p, end, depth);
    default:
        return NULL;
    }
}

bool store_take(const char *data, size_t length)
{
    struct unpack u;
    const char *key, *value;
    size_t key_length, value_length;
    struct entry *e;

    if (!unpack_begin(&u, data, length))
        return false;
    key = unpack_bytes(&u, "key", &key_length);
    value = unpack_bytes(&u, "value", &value_length);
    if (key == NULL || value == NULL || skip_value(value, value + value_length, 0) != value + value_length ||
        used + key_length + value_length > STORE_MOST || find(key, key_length) != NULL)
        return false;
    e = add(key, key_length);
    buffer_add(&e->value, value, value_length);
    used += value_length;
    return true;
}

void store_clear(void)
{
    while (entries != NULL)
        drop(entries);
}
