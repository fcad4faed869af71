#include "script/handle.h"

#include "base/units.h"
#include "core/history.h"
#include "core/output.h"
#include "script/args.h"
#include "script/box.h"
#include "script/errand.h"
#include "script/event.h"
#include "script/lib.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

static const char type_name[] = "reeve.process";

/* Its names are known also when it is gone. */
struct handle {
    unsigned id;
    int index;
    char program[80], name[96];
};

void handle_push_process(lua_State *L, const struct process *p)
{
    struct handle *h = lua_newuserdatauv(L, sizeof *h, 0);

    *h = (struct handle){ .id = process_id(p), .index = process_index(p) };
    snprintf(h->program, sizeof h->program, "%s", process_program(p)->name);
    snprintf(h->name, sizeof h->name, "%s", process_name(p));
    luaL_setmetatable(L, type_name);
}

const char *handle_process_name(lua_State *L, int index)
{
    const struct handle *h = luaL_testudata(L, index, type_name);

    return h != NULL ? h->name : NULL;
}

int handle_push_result(lua_State *L, bool good, const struct error *e)
{
    if (good) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushnil(L);
    lua_pushstring(L, e->text);
    return 2;
}

static const struct handle *check_handle(lua_State *L)
{
    return luaL_checkudata(L, 1, type_name);
}

/* NULL, with the reason, if it is gone: it was removed by a reload, or scaled away. */
static struct process *find(const struct handle *h, struct error *e)
{
    struct supervisor *s = script_supervisor();
    struct process *p = s != NULL ? supervisor_process(s, h->id) : NULL;

    if (p == NULL)
        failure(e, "process '%s' is gone", h->name);
    return p;
}

struct process *handle_find_process(lua_State *L, int index, struct error *e)
{
    return find(luaL_checkudata(L, index, type_name), e);
}

/* ---- what it does ---- */

static int act(lua_State *L, errand_fn *action)
{
    struct error e;
    struct process *p = find(check_handle(L), &e);

    return handle_push_result(L, p != NULL && errand_run(L, p, action, &e), &e);
}

bool handle_may_start(struct error *e)
{
    return !supervisor_is_ending(script_supervisor()) || failure(e, "reeve is stopping");
}

static int act_up(lua_State *L, errand_fn *action)
{
    struct error e;
    struct process *p = find(check_handle(L), &e);

    return handle_push_result(L, p != NULL && handle_may_start(&e) && errand_run(L, p, action, &e), &e);
}

/* process:start() -> true | nil, message: it is wished up */
static int lib_start(lua_State *L)
{
    return act_up(L, process_start);
}

/* process:stop() -> true | nil, message */
static int lib_stop(lua_State *L)
{
    return act(L, process_stop);
}

/* process:restart() -> true | nil, message */
static int lib_restart(lua_State *L)
{
    return act_up(L, process_restart);
}

static int check_signal(lua_State *L, int arg)
{
    struct error e;
    int number = 0;

    if (!signal_parse(args_text(L, arg), &number, &e))
        luaL_argerror(L, arg, lua_pushstring(L, e.text));
    return number;
}

/* process:signal("HUP") -> true | nil, message */
static int lib_signal(lua_State *L)
{
    const struct handle *h = check_handle(L);
    int number = check_signal(L, 2);
    struct error e;
    struct process *p = find(h, &e);

    return handle_push_result(L, p != NULL && process_signal(p, number, &e), &e);
}

/* ---- what it says ---- */

static int check_stream(lua_State *L, int arg)
{
    const char *name = luaL_optstring(L, arg, "stdout");
    bool is_err = strcmp(name, "stderr") == 0;

    luaL_argcheck(L, is_err || strcmp(name, "stdout") == 0, arg, "expected \"stdout\" or \"stderr\"");
    return is_err ? 2 : 1;
}

static bool read_tail(struct process *p, int stream, size_t lines, struct buffer *out, struct error *e)
{
    const struct program *program = process_program(p);

    return output_tail(process_output(p, stream), stream == 1 ? &program->out : &program->err, lines, out, e);
}

/* process:tail(n [, "stdout" | "stderr"]) -> text | nil, message: its last lines */
static int lib_tail(lua_State *L)
{
    const struct handle *h = check_handle(L);
    lua_Integer lines = luaL_optinteger(L, 2, 10);
    int stream = check_stream(L, 3);
    struct buffer *text = box_buffer(L);
    struct error e;
    struct process *p = find(h, &e);

    luaL_argcheck(L, lines >= 0, 2, "expected a number of lines");
    if (p == NULL || !read_tail(p, stream, (size_t)lines, text, &e))
        return handle_push_result(L, false, &e);
    lua_pushlstring(L, text->data, text->length);
    buffer_free(text);
    return 1;
}

/* process:ends([n]) -> list of exits | nil, message: how its last runs ended, the newest first */
static int lib_ends(lua_State *L)
{
    const struct handle *h = check_handle(L);
    lua_Integer most = luaL_optinteger(L, 2, HISTORY_KEPT);
    struct error e;
    const struct process *p = find(h, &e);

    if (p == NULL)
        return handle_push_result(L, false, &e);
    lua_newtable(L);
    for (lua_Integer i = 0; i < most && process_end(p, (size_t)i) != NULL; i++) {
        event_push_exit(L, process_end(p, (size_t)i));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static const luaL_Reg methods[] = { { "start", lib_start },   { "stop", lib_stop },      { "restart", lib_restart },
                                    { "signal", lib_signal }, { "tail", lib_tail },      { "ends", lib_ends },
                                    { "wait", handle_wait },  { "usage", handle_usage }, { NULL, NULL } };

/* ---- what it is ---- */

static void push_pid(lua_State *L, const struct process *p)
{
    if (process_pid(p) > 0)
        lua_pushinteger(L, process_pid(p));
    else
        lua_pushnil(L);
}

static void push_state(lua_State *L, const struct process *p)
{
    lua_pushstring(L, process_state_name(process_state(p)));
}

static void push_uptime(lua_State *L, const struct process *p)
{
    if (process_uptime(p) >= 0)
        lua_pushnumber(L, (lua_Number)process_uptime(p) / 1000);
    else
        lua_pushnil(L);
}

static void push_restarts(lua_State *L, const struct process *p)
{
    lua_pushinteger(L, process_restarts(p));
}

static const struct {
    const char *name;
    void (*push)(lua_State *L, const struct process *p);
} facts[] = { { "pid", push_pid }, { "state", push_state }, { "uptime", push_uptime }, { "restarts", push_restarts } };

/* Of one that is gone there is nothing to say. */
static int push_fact(lua_State *L, const struct handle *h, const char *name)
{
    const struct process *p = find(h, NULL);

    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (strcmp(facts[i].name, name) != 0)
            continue;
        if (p == NULL)
            return 0;
        facts[i].push(L, p);
        return 1;
    }
    return luaL_error(L, "a process has no '%s'", name);
}

/* process.name .program .index .pid .state .uptime .restarts */
static int lib_index(lua_State *L)
{
    const struct handle *h = check_handle(L);
    const char *name = luaL_checkstring(L, 2);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (strcmp(name, "name") == 0)
        lua_pushstring(L, h->name);
    else if (strcmp(name, "program") == 0)
        lua_pushstring(L, h->program);
    else if (strcmp(name, "index") == 0)
        lua_pushinteger(L, h->index);
    else
        return push_fact(L, h, name);
    return 1;
}

static int lib_equal(lua_State *L)
{
    const struct handle *a = luaL_testudata(L, 1, type_name);
    const struct handle *b = luaL_testudata(L, 2, type_name);

    lua_pushboolean(L, a != NULL && b != NULL && a->id == b->id);
    return 1;
}

static int lib_tostring(lua_State *L)
{
    lua_pushstring(L, check_handle(L)->name);
    return 1;
}

static const luaL_Reg special[] = {
    { "__index", lib_index }, { "__eq", lib_equal }, { "__tostring", lib_tostring }, { NULL, NULL }
};

/* ---- finding one ---- */

struct search {
    const struct process *found;
    size_t count;
};

static void on_found(struct process *p, void *arg)
{
    struct search *search = arg;

    search->found = p;
    search->count++;
}

/* reeve.process(name) -> process | nil, message: "web", or "web:2" */
static int lib_process(lua_State *L)
{
    const char *name = args_text(L, 1);
    struct supervisor *s = script_supervisor();
    struct search search = { 0 };
    struct error e;
    bool known;

    if (s != NULL)
        supervisor_each(s, name, on_found, &search, &known);
    if (search.count == 1) {
        handle_push_process(L, search.found);
        return 1;
    }
    if (search.count > 1)
        return handle_push_result(L, failure(&e, "'%s' means %zu processes", name, search.count), &e);
    return handle_push_result(L, failure(&e, "there is no process '%s'", name), &e);
}

void lib_open_process(lua_State *L)
{
    userdata_open(L, type_name, "process", methods, special);
    lua_pushcfunction(L, lib_process);
    lua_setfield(L, -2, "process");
}
