/* require "reeve.gearman.worker": what lua/reeve/gearman.lua is made of. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/value.h"
#include "os/clock.h"
#include "script/hooks.h"
#include "script/loading.h"
#include "script/locate.h"
#include "script/modules.h"
#include "script/reader.h"
#include "script/task.h"

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
    const struct source *source = loading_find_source(calling->loading, calling->spot.file);
    int line = 0;

    if (source != NULL && *path != '\0')
        line = locate_setting(source->text, source->length, calling->spot.line, "supervise", NULL, path);
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

/* ---- the provider of a list -------------------------------------------------------------------- */

struct question {
    struct task *task;   /* NULL: it could not be asked */
    struct timer *timer; /* its time, or of one that could not be asked the answer */
    provider_fn *fn;
    void *arg;
};

/* The question is spent. */
static void answer(struct question *q, const struct value *list, const char *why)
{
    provider_fn *fn = q->fn;
    void *arg = q->arg;

    timer_stop(&q->timer);
    free(q);
    fn(list, why, arg);
}

/* What was read of a list, and what could not be. A number that is no element's belongs to the name of a field. */
struct reading {
    struct value list;
    size_t *bad; /* owned: numbers of its elements, from 1 */
    size_t bad_count;
    struct error whole;
};

/* One row of a table that somebody edits must not take the others with it. */
static void on_bad_value(const char *path, const char *text, void *arg)
{
    struct reading *r = arg;
    size_t number;
    int used = 0;

    if (sscanf(path, "[%zu]%n", &number, &used) != 1 || used == 0) {
        failure(&r->whole, "in the list, '%s': %s", path, text);
        return;
    }
    path += used + (path[used] == '.');
    log_error("gearman: function %zu: %s%s%s%s", number, *path != '\0' ? "'" : "", path, *path != '\0' ? "': " : "",
              text);
    r->bad = xrealloc(r->bad, (r->bad_count + 1) * sizeof *r->bad);
    r->bad[r->bad_count++] = number;
}

static void drop_bad_elements(struct reading *r)
{
    for (size_t i = 0; i < r->bad_count; i++)
        if (r->bad[i] >= 1 && r->bad[i] <= r->list.table->elements)
            value_clear(&r->list.table->field[r->bad[i] - 1].value);
    free(r->bad);
}

/* A list, or nil and a message. */
static void answer_with_result(struct question *q, const struct call *c)
{
    lua_State *L = c->L;
    struct reading reading = { .whole = { "" } };
    struct reader r = { .script = c->script, .L = L, .on_problem = on_bad_value, .arg = &reading };
    size_t count;

    if (lua_type(L, 1) != LUA_TTABLE) {
        if (lua_isnoneornil(L, 1) && lua_isstring(L, 2))
            answer(q, NULL, lua_tostring(L, 2));
        else
            answer(q, NULL, "its function returned no list");
        return;
    }
    reader_read(&r, 1, &reading.list);
    drop_bad_elements(&reading);
    if (reading.whole.text[0] != '\0')
        answer(q, NULL, reading.whole.text);
    else if (!value_is_list(&reading.list, &count))
        answer(q, NULL, "its function returned no list: its table has names");
    else
        answer(q, &reading.list, NULL);
    value_clear(&reading.list);
}

static void answer_with_error(struct question *q, const struct call *c)
{
    struct buffer text = { 0 };

    call_explain(c, &text);
    answer(q, NULL, text.data);
    buffer_free(&text);
}

static void on_end(const struct call *c, void *arg)
{
    struct question *q = arg;

    q->task = NULL;
    if (c == NULL)
        answer(q, NULL, "its function was ended");
    else if (c->failed)
        answer_with_error(q, c);
    else
        answer_with_result(q, c);
}

static void on_late(void *arg)
{
    struct question *q = arg;
    struct task *t = q->task;

    q->timer = NULL;
    q->task = NULL;
    if (t != NULL) {
        task_on_end(t, NULL, NULL);
        task_cancel(t);
    }
    answer(q, NULL, t != NULL ? "its function takes too long" : "its function is gone");
}

void *provider_ask(struct loop *loop, const struct function *f, msec limit, provider_fn *fn, void *arg)
{
    struct script *s = script_owner(f->reference);
    struct question *q = xcalloc(1, sizeof *q);

    *q = (struct question){ .fn = fn, .arg = arg };
    q->timer = timer_start(loop, s != NULL ? limit : 0, on_late, q);
    if (s == NULL)
        return q;
    q->task = task_new(s, NULL, "gearman: list of functions of %.70s", f->where);
    script_push_function(s, task_stack(q->task), f->reference);
    task_on_end(q->task, on_end, q);
    task_start(q->task);
    return q;
}

void provider_cancel(void *question)
{
    struct question *q = question;

    if (q == NULL)
        return;
    timer_stop(&q->timer);
    if (q->task != NULL) {
        task_on_end(q->task, NULL, NULL);
        task_cancel(q->task);
    }
    free(q);
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
