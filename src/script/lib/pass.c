/* reeve.pass: `require "reeve.pass"`, for reeve's own modules. */
#include "script/pass.h"

#include "base/xalloc.h"
#include "script/lib.h"
#include "script/task.h"

#include <assert.h>
#include <lauxlib.h>
#include <stdlib.h>

static struct {
    bool expected;
    int function; /* the newest one; 0: none */
} pass;

struct end {
    struct task *task;
    pass_end_fn *fn;
    void *arg;
};

void script_expect_pass(void)
{
    pass.expected = true;
}

bool script_offers_pass(void)
{
    return pass.function != 0 && script_owner(pass.function) != NULL;
}

static void on_end(const struct call *c, void *arg)
{
    struct end end = *(struct end *)arg;

    free(arg);
    if (c == NULL)
        return;
    if (c->failed) {
        call_log(c, task_name(end.task));
        end.fn(1, NULL, end.arg);
        return;
    }
    end.fn((int)lua_tointeger(c->L, 1), lua_tostring(c->L, 2), end.arg);
}

void script_run_pass(const char *what, const char *name, pass_end_fn *fn, void *arg)
{
    struct script *s = script_owner(pass.function);
    struct end *end = xmalloc(sizeof *end);

    assert(s != NULL);
    *end = (struct end){ .task = task_new(s, NULL, "reeve reconcile"), .fn = fn, .arg = arg };
    script_push_function(s, task_stack(end->task), pass.function);
    lua_pushstring(task_stack(end->task), what);
    lua_pushstring(task_stack(end->task), name);
    task_on_end(end->task, on_end, end);
    task_make_own(end->task, true);
    task_start(end->task);
}

/* pass.offer(f) -> whether this is for one pass only; raises when no file is evaluated */
static int lib_offer(lua_State *L)
{
    struct script *s = script_of(L);

    luaL_checktype(L, 1, LUA_TFUNCTION);
    if (s->loading == NULL)
        return luaL_error(L, "it is for the file itself, not for its hooks");
    lua_settop(L, 1);
    pass.function = script_keep_function(s, L);
    lua_pushboolean(L, pass.expected);
    return 1;
}

static const luaL_Reg functions[] = { { "offer", lib_offer }, { NULL, NULL } };

int lib_module_pass(lua_State *L)
{
    luaL_newlib(L, functions);
    return 1;
}
