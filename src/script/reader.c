#include "script/reader.h"

#include "base/xalloc.h"
#include "script/fingerprint.h"

#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    VALUES_MOST = 100000, /* of one declaration; tables that share tables multiply */
    TEXT_LONGEST = 1024 * 1024
};

static void __attribute__((format(printf, 2, 3))) problem(struct reader *r, const char *format, ...)
{
    char text[256];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    r->problems++;
    r->on_problem(r->path, text, r->arg);
}

/* ---- where we are ---- */

/* The path is needed for problems only, and is written for every value: by hand, as it is much quicker. What does not
 * fit is cut off. */
static void add_to_path(struct reader *r, size_t at, const char *text)
{
    size_t length = strlen(text), room = sizeof r->path - 1 - at;

    if (length > room)
        length = room;
    memcpy(r->path + at, text, length);
    r->path[at + length] = '\0';
}

static size_t enter_key(struct reader *r, const char *key)
{
    size_t before = strlen(r->path);

    if (before > 0)
        add_to_path(r, before, ".");
    add_to_path(r, before + strlen(r->path + before), key);
    return before;
}

static size_t enter_element(struct reader *r, size_t i)
{
    size_t before = strlen(r->path);
    char text[24], *digit = text + sizeof text - 1;

    *digit = '\0';
    *--digit = ']';
    do
        *--digit = (char)('0' + i % 10);
    while ((i /= 10) > 0);
    *--digit = '[';
    add_to_path(r, before, digit);
    return before;
}

/* ---- functions ---- */

static void read_function(struct reader *r, int index, struct value *out)
{
    lua_State *L = r->L;
    char where[600];
    lua_Debug ar;
    uint64_t code;

    if (!r->takes_functions) {
        problem(r, "a function cannot stand here");
        return;
    }
    lua_pushvalue(L, index);
    lua_getinfo(L, ">S", &ar);
    if (ar.linedefined > 0)
        snprintf(where, sizeof where, "%s:%d", *ar.source == '@' ? ar.source + 1 : ar.short_src, ar.linedefined);
    else
        snprintf(where, sizeof where, "[C]");
    lua_pushvalue(L, index);
    code = fingerprint(L);
    out->function = function_new(script_keep_function(r->script, L), code, where);
    out->kind = VALUE_FUNCTION;
}

/* ---- tables ---- */

static bool is_being_read(const struct reader *r, const void *table)
{
    for (int i = 0; i < r->depth; i++)
        if (r->tables[i] == table)
            return true;
    return false;
}

/* A text that C can hold. */
static bool is_name(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TSTRING && strlen(lua_tostring(L, index)) == lua_rawlen(L, index);
}

/* A key that is neither text nor the number of an element has no meaning. */
static bool check_key(struct reader *r, size_t elements)
{
    lua_State *L = r->L;

    if (is_name(L, -2))
        return true;
    if (lua_type(L, -2) == LUA_TSTRING) {
        problem(r, "a key has a zero byte in it");
    } else if (lua_isinteger(L, -2)) {
        lua_Integer i = lua_tointeger(L, -2);

        if (i >= 1 && (lua_Unsigned)i <= elements)
            return true;
        problem(r, "element %lld stands alone: a list begins with 1 and has no gaps", (long long)i);
    } else {
        problem(r, "a key must be a text, not a %s", luaL_typename(L, -2));
    }
    return false;
}

/* How many fields have a name; the wrong ones are told, not counted. */
static size_t count_named(struct reader *r, int index, size_t elements)
{
    size_t count = 0;

    lua_pushnil(r->L);
    while (lua_next(r->L, index)) {
        if (check_key(r, elements) && is_name(r->L, -2))
            count++;
        lua_pop(r->L, 1);
    }
    return count;
}

static void read_elements(struct reader *r, int index, struct value_table *t)
{
    for (size_t i = 0; i < t->elements; i++) {
        size_t before = enter_element(r, i + 1);

        if (lua_rawgeti(r->L, index, (lua_Integer)i + 1) == LUA_TNIL)
            problem(r, "is nil: a list has no gaps");
        reader_read(r, -1, &t->field[i].value);
        lua_pop(r->L, 1);
        r->path[before] = '\0';
    }
}

/* A setting that is partly wrong is not read at all: what is left of it would be wrong in another way. */
static void read_field(struct reader *r, struct value *out)
{
    size_t before = r->problems;

    reader_read(r, -1, out);
    if (r->depth == 1 && r->problems > before)
        value_clear(out);
}

static void read_named(struct reader *r, int index, struct value_table *t)
{
    struct value_field *field = t->field + t->elements;
    lua_State *L = r->L;

    lua_pushnil(L);
    while (lua_next(L, index)) {
        if (is_name(L, -2)) {
            size_t before = enter_key(r, lua_tostring(L, -2));

            field->key = xstrdup(lua_tostring(L, -2));
            read_field(r, &field->value);
            field++;
            r->path[before] = '\0';
        }
        lua_pop(L, 1);
    }
}

/* The new table hangs on `out` from the start. */
static void fill_table(struct reader *r, int index, struct value *out)
{
    size_t elements = lua_rawlen(r->L, index);
    size_t named = count_named(r, index, elements);

    if (elements > VALUES_MOST || named > VALUES_MOST || (r->count += elements + named) > VALUES_MOST) {
        problem(r, "has more than %d values", VALUES_MOST);
        return;
    }
    out->table = value_table_new(elements, named);
    out->kind = VALUE_TABLE;
    read_elements(r, index, out->table);
    read_named(r, index, out->table);
    value_table_sort(out->table);
}

static void read_table(struct reader *r, int index, struct value *out)
{
    const void *table = lua_topointer(r->L, index);

    if (is_being_read(r, table)) {
        problem(r, "the table contains itself");
    } else if (r->depth == READER_DEEPEST || !lua_checkstack(r->L, 8)) {
        problem(r, "tables are nested deeper than %d", READER_DEEPEST);
    } else {
        r->tables[r->depth++] = table;
        fill_table(r, index, out);
        r->depth--;
    }
}

/* ---- plain values ---- */

static void read_text(struct reader *r, int index, struct value *out)
{
    size_t length;
    const char *text = lua_tolstring(r->L, index, &length);

    if (length > TEXT_LONGEST) {
        problem(r, "the text is longer than 1 MB");
    } else if (strlen(text) != length) {
        problem(r, "the text has a zero byte in it");
    } else {
        out->text = xstrndup(text, length);
        out->kind = VALUE_TEXT;
    }
}

static void read_number(struct reader *r, int index, struct value *out)
{
    if (lua_isinteger(r->L, index))
        *out = (struct value){ .kind = VALUE_INT, .integer = lua_tointeger(r->L, index) };
    else
        *out = (struct value){ .kind = VALUE_NUMBER, .number = lua_tonumber(r->L, index) };
}

void reader_read(struct reader *r, int index, struct value *out)
{
    index = lua_absindex(r->L, index);
    *out = (struct value){ .kind = VALUE_NIL };
    switch (lua_type(r->L, index)) {
    case LUA_TNIL:
        break;
    case LUA_TBOOLEAN:
        *out = (struct value){ .kind = VALUE_BOOL, .yes = lua_toboolean(r->L, index) };
        break;
    case LUA_TNUMBER:
        read_number(r, index, out);
        break;
    case LUA_TSTRING:
        read_text(r, index, out);
        break;
    case LUA_TTABLE:
        read_table(r, index, out);
        break;
    case LUA_TFUNCTION:
        read_function(r, index, out);
        break;
    default:
        problem(r, "a %s cannot stand here", luaL_typename(r->L, index));
    }
}
