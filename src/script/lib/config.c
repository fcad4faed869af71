#include "core/plan.h"
#include "os/resume.h"
#include "script/budget.h"
#include "script/lib.h"
#include "script/loading.h"
#include "script/reader.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

/* What is being declared, for the problems of its table. */
struct reading {
    struct loading *loading;
    const struct declaration *declaration;
};

static void on_problem(const char *path, const char *text, void *arg)
{
    const struct reading *r = arg;
    const struct declaration *d = r->declaration;
    struct spot origin = loading_origin(d->source, d->line);
    char what[160], key[64];

    snprintf(key, sizeof key, "%.*s", (int)strcspn(path, "["), path);
    origin.line = loading_line(d, key);
    snprintf(what, sizeof what, d->name != NULL ? "%s '%s'" : "%s", loading_word(d), d->name);
    if (*path != '\0')
        problems_add(r->loading->problems, origin.file, origin.line, "%s: '%s': %s", what, path, text);
    else
        problems_add(r->loading->problems, origin.file, origin.line, "%s: %s", what, text);
}

static void read_table(lua_State *L, int index, struct declaration *d)
{
    struct script *s = script_of(L);
    struct reading reading = { s->loading, d };
    struct reader r = { .script = s, .L = L, .takes_functions = true, .on_problem = on_problem, .arg = &reading };

    d->has_table = true;
    if (lua_type(L, index) == LUA_TTABLE)
        reader_read(&r, index, &d->value);
    else if (lua_isnone(L, index))
        loading_problem(L, "%s expects a table", loading_word(d));
    else
        loading_problem(L, "%s expects a table, not a %s", loading_word(d), luaL_typename(L, index));
}

static struct loading *check_loading(lua_State *L, const char *word)
{
    struct loading *l = script_of(L)->loading;

    if (l == NULL)
        luaL_error(L, "%s works only while the file is evaluated", word);
    return l;
}

/* ---- supervisor ---- */

/* The file says how long its own evaluation may take: from here on that holds. */
static void apply_load_time(struct loading *l, const struct value *supervisor)
{
    const struct value *said = supervisor->kind == VALUE_TABLE ? value_get(supervisor->table, "load_time") : NULL;
    struct supervisor_settings scratch;

    if (said == NULL)
        return;
    record_init(&scratch, &supervisor_record);
    if (setting_read(setting_find(&supervisor_record, "load_time"), &scratch, said, NULL)) {
        l->load_time = scratch.load_time;
        resume_watch_extend(loading_limit(l));
        budget_change(loading_limit(l));
    }
    record_clear(&scratch);
}

/* supervisor { … }; supervisor "name" { … } is told as well, and the file goes on. */
static int lib_supervisor(lua_State *L)
{
    struct loading *l = check_loading(L, "supervisor");
    struct spot spot = script_spot(L, 1);
    struct declaration *d = loading_add_declaration(l, DECLARED_SUPERVISOR, NULL, &spot);

    read_table(L, 1, d);
    apply_load_time(l, &d->value);
    if (lua_type(L, 1) != LUA_TSTRING)
        return 0;
    lua_pushcfunction(L, loading_stand_in);
    return 1;
}

/* ---- program "web" { … }, group "backend" { … }, socket "web" { … } ---- */

/* The second half: its table. */
static int take_table(lua_State *L)
{
    struct declaration *d;

    check_loading(L, "a declaration");
    d = lua_touserdata(L, lua_upvalueindex(1));
    if (d->has_table)
        loading_problem(L, "%s '%s' has a table already", loading_word(d), d->name);
    else
        read_table(L, 1, d);
    return 0;
}

static const char *name_argument(lua_State *L)
{
    const char *name = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;

    return name != NULL && strlen(name) == lua_rawlen(L, 1) ? name : NULL;
}

/* After a wrong name the table is taken all the same, so that the file goes on. */
static int declare(lua_State *L, enum declaration_kind kind, const char *word)
{
    struct loading *l = check_loading(L, word);
    const char *name = name_argument(L);
    struct spot spot = script_spot(L, 1);
    struct declaration *d;

    if (name == NULL) {
        loading_problem(L, "%s expects a name and a table: %s \"NAME\" { ... }; the name is a %s", word, word,
                        luaL_typename(L, 1));
        lua_pushcfunction(L, loading_stand_in);
        return 1;
    }
    d = loading_add_declaration(l, kind, name, &spot);
    if (!lua_isnoneornil(L, 2)) {
        read_table(L, 2, d);
        return 0;
    }
    lua_pushlightuserdata(L, d);
    lua_pushcclosure(L, take_table, 1);
    return 1;
}

static int lib_program(lua_State *L)
{
    return declare(L, DECLARED_PROGRAM, "program");
}

static int lib_group(lua_State *L)
{
    return declare(L, DECLARED_GROUP, "group");
}

static int lib_socket(lua_State *L)
{
    return declare(L, DECLARED_SOCKET, "socket");
}

void lib_open_config(lua_State *L)
{
    lua_register(L, "supervisor", lib_supervisor);
    lua_register(L, "program", lib_program);
    lua_register(L, "group", lib_group);
    lua_register(L, "socket", lib_socket);
}
