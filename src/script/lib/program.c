#include "base/json.h"
#include "script/args.h"
#include "script/box.h"
#include "script/errand.h"
#include "script/handle.h"
#include "script/json_value.h"
#include "script/lib.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

static const char type_name[] = "reeve.program";

static void push_program(lua_State *L, const char *name)
{
    lua_newuserdatauv(L, 0, 1);
    lua_pushstring(L, name);
    lua_setiuservalue(L, -2, 1);
    luaL_setmetatable(L, type_name);
}

/* The name is on top of the stack then, which keeps it. */
static const char *check_name(lua_State *L)
{
    luaL_checkudata(L, 1, type_name);
    lua_getiuservalue(L, 1, 1);
    return lua_tostring(L, -1);
}

static struct program *find(const char *name, struct error *e)
{
    struct supervisor *s = script_supervisor();
    struct program *program = s != NULL ? plan_find(supervisor_plan(s), name) : NULL;

    if (program == NULL)
        failure(e, "there is no program '%s'", name);
    return program;
}

struct listing {
    unsigned *ids;
    size_t count, capacity; /* 0: only count */
};

static void on_process(struct process *p, void *arg)
{
    struct listing *l = arg;

    if (l->count < l->capacity)
        l->ids[l->count] = process_id(p);
    l->count++;
}

/* The ids of all processes of a target, as memory of Lua's on top of the stack. */
static unsigned *push_ids(lua_State *L, const char *target, size_t *count)
{
    struct supervisor *s = script_supervisor();
    struct listing l = { 0 };
    bool known;

    if (s != NULL)
        supervisor_each(s, target, on_process, &l, &known);
    l.ids = lua_newuserdatauv(L, l.count * sizeof *l.ids, 0);
    l.capacity = l.count;
    l.count = 0;
    if (l.capacity > 0)
        supervisor_each(s, target, on_process, &l, &known);
    *count = l.capacity;
    return l.ids;
}

int handle_push_processes(lua_State *L, const char *target)
{
    size_t count;
    const unsigned *ids = push_ids(L, target, &count);

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        handle_push_process(L, supervisor_process(script_supervisor(), ids[i]));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* program:processes() -> list of processes */
static int lib_processes(lua_State *L)
{
    return handle_push_processes(L, check_name(L));
}

/* One action may make others go. */
static int act(lua_State *L, errand_fn *action, bool up)
{
    const char *name = check_name(L);
    size_t count;
    const unsigned *ids = push_ids(L, name, &count);
    struct error e;
    bool good = find(name, &e) != NULL && (!up || handle_may_start(&e));

    for (size_t i = 0; good && i < count; i++) {
        struct process *p = supervisor_process(script_supervisor(), ids[i]);

        good = p == NULL || errand_run(L, p, action, &e);
    }
    return handle_push_result(L, good, &e);
}

/* program:start() -> true | nil, message: all its processes */
static int lib_start(lua_State *L)
{
    return act(L, process_start, true);
}

/* program:stop() -> true | nil, message */
static int lib_stop(lua_State *L)
{
    return act(L, process_stop, false);
}

/* program:restart() -> true | nil, message */
static int lib_restart(lua_State *L)
{
    return act(L, process_restart, true);
}

/* program:scale(n) -> how many are kept now | nil, message: within its bounds */
static int lib_scale(lua_State *L)
{
    lua_Integer wanted = luaL_checkinteger(L, 2);
    const char *name = check_name(L);
    struct error e;
    struct program *program = find(name, &e);
    int count = (int)wanted;

    luaL_checktype(L, 2, LUA_TNUMBER); /* the text "+1" would count as 1 */
    luaL_argcheck(L, wanted >= 0 && wanted <= PROCESSES_MOST, 2, "expected a number of processes");
    if (program == NULL || !handle_may_start(&e) || !errand_scale(L, program, &count, &e))
        return handle_push_result(L, false, &e);
    lua_pushinteger(L, count);
    return 1;
}

/* program:busy() -> how many of its workers say that they are busy */
static int lib_busy(lua_State *L)
{
    const struct program *program = find(check_name(L), NULL);

    lua_pushinteger(L, program != NULL ? supervisor_busy(script_supervisor(), program) : 0);
    return 1;
}

/* program:idle() -> how many of its processes do not */
static int lib_idle(lua_State *L)
{
    struct supervisor *s = script_supervisor();
    const struct program *program = find(check_name(L), NULL);

    lua_pushinteger(L, program != NULL ? supervisor_count(s, program) - supervisor_busy(s, program) : 0);
    return 1;
}

static void on_first_pid(struct process *p, void *arg)
{
    pid_t *pid = arg;

    if (*pid == 0)
        *pid = process_pid(p);
}

/* program:pid() -> of its first process that has one | nil */
static int lib_pid(lua_State *L)
{
    struct supervisor *s = script_supervisor();
    const char *name = check_name(L);
    pid_t pid = 0;
    bool known;

    if (s != NULL)
        supervisor_each(s, name, on_first_pid, &pid, &known);
    if (pid == 0)
        return 0;
    lua_pushinteger(L, pid);
    return 1;
}

static const luaL_Reg methods[] = { { "processes", lib_processes }, { "start", lib_start }, { "stop", lib_stop },
                                    { "restart", lib_restart },     { "scale", lib_scale }, { "pid", lib_pid },
                                    { "busy", lib_busy },           { "idle", lib_idle },   { NULL, NULL } };

/* As `reeve plan --json` prints them; what is unset is nil. */
static int push_settings(lua_State *L, const char *name)
{
    struct buffer *json = box_buffer(L);
    const struct program *program = find(name, NULL);

    if (program == NULL)
        return 0;
    record_print(program, json);
    return json_value_decode(L, json->data, json->length, false);
}

/* program.name .settings */
static int lib_index(lua_State *L)
{
    const char *key = luaL_checkstring(L, 2);
    const char *name = check_name(L);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    if (strcmp(key, "name") == 0)
        return 1;
    if (strcmp(key, "settings") == 0)
        return push_settings(L, name);
    return luaL_error(L, "a program has no '%s'", key);
}

static int lib_equal(lua_State *L)
{
    lua_getiuservalue(L, 1, 1);
    lua_getiuservalue(L, 2, 1);
    lua_pushboolean(L, lua_rawequal(L, -1, -2));
    return 1;
}

static int lib_tostring(lua_State *L)
{
    check_name(L);
    return 1;
}

static const luaL_Reg special[] = {
    { "__index", lib_index }, { "__eq", lib_equal }, { "__tostring", lib_tostring }, { NULL, NULL }
};

/* reeve.programs() -> list of programs, in the order of the plan */
static int lib_programs(lua_State *L)
{
    struct supervisor *s = script_supervisor();
    const struct plan *plan = s != NULL ? supervisor_plan(s) : NULL;
    size_t count = plan != NULL ? plan->program_count : 0;

    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        push_program(L, plan->programs[i]->name);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* reeve.program(name) -> program | nil, message */
static int lib_program(lua_State *L)
{
    const char *name = args_text(L, 1);
    struct error e;

    if (find(name, &e) == NULL)
        return handle_push_result(L, false, &e);
    push_program(L, name);
    return 1;
}

void lib_open_program(lua_State *L)
{
    userdata_open(L, type_name, "program", methods, special);
    lua_pushcfunction(L, lib_programs);
    lua_setfield(L, -2, "programs");
    lua_pushcfunction(L, lib_program);
    lua_setfield(L, -2, "program");
}
