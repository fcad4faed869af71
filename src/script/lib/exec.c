/* reeve.exec */
#include "base/units.h"
#include "base/xalloc.h"
#include "core/tool.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"
#include "script/worker.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OUTPUT = 1024 * 1024 };

/* One that runs; it lies on the stack of its task. */
struct run {
    struct task *task;
    struct tool *tool; /* NULL: it has ended */
    int code, signal;
    struct buffer out, err;
    struct error error;
    struct words cmd, env; /* only until it has begun */
    struct gathering words;
};

static void cancel(void *work)
{
    struct run *r = work;

    tool_cancel(r->tool);
    r->tool = NULL;
}

static int collect(lua_State *L)
{
    struct run *r = lua_touserdata(L, 1);

    cancel(r);
    buffer_free(&r->out);
    buffer_free(&r->err);
    words_free(&r->cmd);
    words_free(&r->env);
    gathering_free(&r->words);
    return 0;
}

static struct run *push_run(lua_State *L)
{
    struct run *r = lua_newuserdatauv(L, sizeof *r, 0);

    *r = (struct run){ .task = NULL };
    userdata_collect(L, "reeve.run", collect);
    return r;
}

/* ---- what to run ---- */

/* The text on top of the stack, which is popped. */
static void gather(lua_State *L, struct run *r, const char *name)
{
    gathering_add(&r->words, args_plain_text(L, -1, name));
    lua_pop(L, 1);
}

static void read_list(lua_State *L, struct run *r)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);

    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_rawgeti(L, -1, i) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER)
            luaL_error(L, "'cmd': element %d is a %s, not a text", (int)i, luaL_typename(L, -1));
        gather(L, r, "cmd");
    }
    words_add_all(&r->cmd, &r->words);
}

/* A text is split by the shell's quoting rules; a list is taken as it is. */
static void read_cmd(lua_State *L, struct run *r)
{
    struct error e;

    if (!args_push_field(L, 1, "cmd"))
        luaL_error(L, "'cmd' is missing");
    if (lua_type(L, -1) == LUA_TTABLE)
        read_list(L, r);
    else if (lua_type(L, -1) != LUA_TSTRING)
        args_expect(L, "cmd", "a text or a list of words");
    else if (strlen(lua_tostring(L, -1)) != lua_rawlen(L, -1))
        luaL_error(L, "'cmd': the text has a zero byte in it");
    else if (!words_split(&r->cmd, lua_tostring(L, -1), &e))
        luaL_error(L, "'cmd': %s", e.text);
    if (r->cmd.count == 0)
        luaL_error(L, "'cmd' is empty");
    lua_pop(L, 1);
}

static void read_env(lua_State *L, struct run *r)
{
    if (!args_push_field(L, 1, "env"))
        return;
    if (lua_type(L, -1) != LUA_TTABLE)
        args_expect(L, "env", "a table");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING || (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER))
            luaL_error(L, "'env': expected names and texts");
        lua_pushvalue(L, -2);
        lua_pushliteral(L, "=");
        lua_rotate(L, -3, 2);
        lua_concat(L, 3);
        gather(L, r, "env");
    }
    words_add_all(&r->env, &r->words);
    lua_pop(L, 1);
}

static struct tool_request read_request(lua_State *L, struct run *r)
{
    static const char *const fields[] = { "cmd", "stdin", "env", "user", "workingdir", "timeout", "max_output", NULL };
    struct tool_request request = { .cmd = &r->cmd, .env = &r->env };

    args_check_fields(L, 1, fields);
    read_cmd(L, r);
    read_env(L, r);
    request.input = args_text_field(L, 1, "stdin", &request.input_length);
    request.user = args_text_field(L, 1, "user", NULL);
    request.workingdir = args_text_field(L, 1, "workingdir", NULL);
    request.timeout = args_duration_field(L, 1, "timeout", -1);
    request.max_output = (size_t)args_size_field(L, 1, "max_output", MAX_OUTPUT);
    return request;
}

/* ---- what came of it ---- */

static void on_end(const struct tool_result *result, void *arg)
{
    struct run *r = arg;

    r->tool = NULL;
    r->code = result->code;
    r->signal = result->signal;
    if (result->error != NULL)
        failure(&r->error, "%s", result->error);
    r->out = *result->out;
    r->err = *result->err;
    *result->out = *result->err = (struct buffer){ 0 };
    task_wake(r->task);
}

static void set_text(lua_State *L, const char *key, struct buffer *b)
{
    lua_pushlstring(L, b->data, b->length);
    lua_setfield(L, -2, key);
    buffer_free(b);
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct run *r = (struct run *)context;

    (void)status;
    if (r->error.text[0] != '\0')
        return handle_push_result(L, false, &r->error);
    lua_createtable(L, 0, 4);
    if (r->code >= 0) {
        lua_pushinteger(L, r->code);
        lua_setfield(L, -2, "code");
    } else {
        lua_pushstring(L, signal_name(r->signal));
        lua_setfield(L, -2, "signal");
    }
    set_text(L, "stdout", &r->out);
    set_text(L, "stderr", &r->err);
    return 1;
}

/* reeve.exec { cmd=, stdin=, env=, user=, workingdir=, timeout=, max_output= } -> { code, signal, stdout, stderr } |
 * nil, message */
static int lib_exec(lua_State *L)
{
    struct supervisor *s = script_supervisor();
    struct children *children;
    struct task *t = task_to_wait(L, "reeve.exec");
    struct tool_request request;
    struct run *r;
    struct error e;
    char *what;

    luaL_checktype(L, 1, LUA_TTABLE);
    r = push_run(L);
    request = read_request(L, r);
    children = s != NULL ? supervisor_children(s) : worker_children();
    what = xasprintf("%s: the command '%s'", task_name(t), r->cmd.word[0]);
    request.what = what;
    r->tool = tool_start(children, tasks_loop(), &request, on_end, r, &e);
    free(what);
    words_free(&r->cmd);
    words_free(&r->env);
    if (r->tool == NULL)
        return handle_push_result(L, false, &e);
    r->task = t;
    return task_wait(L, t, cancel, r, go_on);
}

void lib_open_exec(lua_State *L)
{
    lua_pushcfunction(L, lib_exec);
    lua_setfield(L, -2, "exec");
}
