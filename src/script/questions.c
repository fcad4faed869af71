/* A function runs at once, within the time of a hook; only its answer is told later. */
#include "script/questions.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "script/call.h"
#include "script/handle.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- functions --------------------------------------------------------------------------------- */

struct question {
    struct timer *soon;
    bool ok;
    char *why; /* owned; NULL: nothing was said */
    answer_fn *on_answer;
    void *arg;
};

static void question_free(struct question *q)
{
    timer_stop(&q->soon);
    free(q->why);
    free(q);
}

static void on_soon(void *arg)
{
    struct question *q = arg;

    q->soon = NULL;
    q->on_answer(q->ok, q->why, q->arg);
    question_free(q);
}

static void take_answer(struct question *q, struct call *c)
{
    q->ok = lua_toboolean(c->L, 1);
    if (lua_type(c->L, 2) == LUA_TSTRING)
        q->why = xstrdup(lua_tostring(c->L, 2));
}

static void ask(struct question *q, struct process *p, const struct function *f, const char *extra)
{
    struct script *s = script_owner(f->reference);
    char what[160];
    struct call c;

    if (s == NULL) {
        q->why = xasprintf("the function of %s is gone", f->where);
        return;
    }
    call_begin(&c, s);
    script_push_function(s, c.L, f->reference);
    handle_push_process(c.L, p);
    if (extra != NULL)
        lua_pushstring(c.L, extra);
    snprintf(what, sizeof what, "function of %s", process_name(p));
    if (call_run(&c, s->hook_time)) {
        take_answer(q, &c);
    } else {
        call_log(&c, what);
        q->why = xstrdup(c.text.data);
    }
    call_end(&c);
}

void *questions_request(void *arg, struct process *p, const struct function *f, const char *extra, answer_fn *on_answer,
                        void *answer_arg)
{
    struct question *q = xcalloc(1, sizeof *q);

    (void)arg;
    q->on_answer = on_answer;
    q->arg = answer_arg;
    ask(q, p, f, extra);
    q->soon = timer_start(supervisor_loop(process_supervisor(p)), 0, on_soon, q);
    return q;
}

void questions_withdraw(void *arg, void *question)
{
    (void)arg;
    question_free(question);
}

/* ---- patterns ---------------------------------------------------------------------------------- */

/* A state of its own: patterns are there also where no function is. */
static lua_State *matcher(void)
{
    static lua_State *L;

    if (L == NULL) {
        L = luaL_newstate();
        if (L == NULL)
            abort();
        luaL_requiref(L, LUA_STRLIBNAME, luaopen_string, 0);
        lua_getfield(L, -1, "find");
        lua_replace(L, 1);
        lua_settop(L, 1);
    }
    return L;
}

/* Leaves one value: where it matched, nil, or the error. */
static bool find(lua_State *L, const char *pattern, const char *line, size_t length)
{
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, line, length);
    lua_pushstring(L, pattern);
    return lua_pcall(L, 2, 1, 0) == LUA_OK;
}

/* Once for each pattern, not for each line. */
static void complain(const char *pattern, const char *why)
{
    static char *told;

    if (told != NULL && strcmp(told, pattern) == 0)
        return;
    log_warning("ready.line: '%.100s' is no Lua pattern: %s", pattern, why);
    free(told);
    told = xstrdup(pattern);
}

bool questions_match(void *arg, const char *pattern, const char *line, size_t length)
{
    lua_State *L = matcher();

    (void)arg;
    if (find(L, pattern, line, length))
        return !lua_isnil(L, -1);
    complain(pattern, lua_tostring(L, -1));
    return false;
}

/* Lua only sees what it reaches. Most patterns nearly match themselves. */
bool questions_check_pattern(const char *pattern, struct error *e)
{
    lua_State *L = matcher();

    return find(L, pattern, pattern, strlen(pattern)) || failure(e, "'%.100s' is no Lua pattern: %s", pattern, lua_tostring(L, -1));
}
