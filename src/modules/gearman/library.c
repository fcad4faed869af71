/* require "reeve.gearman.worker": what lua/reeve/gearman.lua is made of. */
#include "gearman_private.h"

#include "base/xalloc.h"
#include "os/clock.h"
#include "script/hooks.h"
#include "script/loading.h"
#include "script/locate.h"
#include "script/modules.h"
#include "script/reader.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- supervise { … } --------------------------------------------------------------------------- */

static void free_crews(void *data)
{
    struct crews_settings *crews = data;

    for (size_t i = 0; i < crews->count; i++)
        record_clear(&crews->item[i]);
    free(crews->item);
    free(crews);
}

static struct crew_settings *add_crew(struct loading *l)
{
    struct crews_settings *crews = annex_find(l->annexes, &crews_key);

    if (crews == NULL) {
        crews = xcalloc(1, sizeof *crews);
        loading_add_annex(l, &crews_key, crews, free_crews);
    }
    crews->item = xrealloc(crews->item, (crews->count + 1) * sizeof *crews->item);
    record_init(&crews->item[crews->count], &crew_record);
    return &crews->item[crews->count++];
}

/* Where the call stands. */
struct calling {
    struct loading *loading;
    struct spot spot;
};

/* The line of a setting in its table. */
static int line_of(const char *path, void *arg)
{
    const struct calling *calling = arg;
    struct source *source = loading_find_source(calling->loading, calling->spot.file);
    int line = 0;

    if (source != NULL && *path != '\0')
        line = locate_setting(&source->lexer, calling->spot.line, "supervise", NULL, path);
    return line > 0 ? line : calling->spot.line;
}

static void on_problem(const char *path, const char *text, void *arg)
{
    const struct calling *calling = arg;
    char key[64];

    snprintf(key, sizeof key, "%.*s", (int)strcspn(path, "["), path);
    problems_add(calling->loading->problems, calling->spot.file, line_of(key, arg), "gearman: '%s': %s", path, text);
}

static void read_settings(lua_State *L, struct calling *calling)
{
    struct reader r = {
        .script = script_of(L), .L = L, .takes_functions = true, .on_problem = on_problem, .arg = calling
    };
    struct crew_settings *settings = add_crew(calling->loading);
    const struct record_source from = { .noun = "gearman",
                                        .file = calling->spot.file,
                                        .line = calling->spot.line,
                                        .line_of = line_of,
                                        .arg = calling,
                                        .problems = calling->loading->problems };
    struct value table;

    reader_read(&r, 1, &table);
    if (table.kind == VALUE_TABLE) {
        record_read(settings, table.table, &from);
        crew_settings_check(settings, &from);
        if (!calling->loading->is_kept)
            crew_settings_check_people(settings, &from);
    }
    value_clear(&table);
}

/* supervise { servers=, functions=, … }: only said now, done when the plan is in force */
static int lib_supervise(lua_State *L)
{
    struct calling calling = { .loading = script_of(L)->loading, .spot = script_spot(L, 1) };

    if (calling.loading == NULL)
        return luaL_error(L, "gearman.supervise works only while the file is evaluated");
    luaL_checktype(L, 1, LUA_TTABLE);
    read_settings(L, &calling);
    return 0;
}

/* ---- hooks ------------------------------------------------------------------------------------- */

struct telling {
    const char *event;
    const struct job *job;
    const char *why;
};

static void set_text(lua_State *L, const char *key, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, key);
}

static void push_job(lua_State *L, void *arg)
{
    const struct telling *t = arg;

    lua_createtable(L, 0, 8);
    set_text(L, "event", t->event);
    set_text(L, "name", t->job->ability->definition.name);
    set_text(L, "job", t->job->handle);
    set_text(L, "unique", t->job->unique);
    set_text(L, "reason", t->why);
    lua_pushnumber(L, (lua_Number)(clock_now() - t->job->started) / 1000);
    lua_setfield(L, -2, "runtime");
    lua_pushnumber(L, (lua_Number)clock_wall() / 1000);
    lua_setfield(L, -2, "at");
}

void library_tell(const char *event, const struct job *j, const char *why)
{
    struct telling t = { event, j, why };

    hooks_tell(event, j->ability->definition.name, push_job, &t);
}

/* ---- the library ------------------------------------------------------------------------------- */

static int open_library(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, lib_supervise);
    lua_setfield(L, -2, "supervise");
    return 1;
}

void library_register(void)
{
    static struct script_module module = { .name = "reeve.gearman.worker", .open = open_library };
    static bool added;

    if (!added)
        script_add_module(&module);
    added = true;
}
