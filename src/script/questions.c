/* A function is a task: it may wait as long as whoever asks has patience. */
#include "script/questions.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "script/handle.h"
#include "script/task.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- functions --------------------------------------------------------------------------------- */

struct question {
    struct task *task;   /* NULL: nobody is going to answer */
    struct timer *timer; /* of one that could not be asked */
    bool strict;         /* of readiness: only true is a yes, the result of a failed command is none */
    answer_fn *fn;
    void *arg;
};

/* `why` may go with the question. */
static void answer(struct question *q, bool ok, const char *why)
{
    answer_fn *fn = q->fn;
    void *arg = q->arg;

    free(q);
    fn(ok, why, arg);
}

static void answer_with_error(struct question *q, const struct call *c)
{
    struct buffer text = { 0 };

    call_explain(c, &text);
    answer(q, false, text.data);
    buffer_free(&text);
}

static bool is_yes(const struct question *q, lua_State *L)
{
    return q->strict ? lua_isboolean(L, 1) && lua_toboolean(L, 1) : lua_toboolean(L, 1);
}

/* Results that are texts or numbers; what else it says is no reason. */
static const char *reason(const struct question *q, lua_State *L)
{
    static char other[48];

    if (lua_gettop(L) >= 2 && lua_isstring(L, 2))
        return lua_tostring(L, 2);
    if (q->strict && !lua_isnoneornil(L, 1) && !lua_isboolean(L, 1)) {
        snprintf(other, sizeof other, "it returned a %s, not true", luaL_typename(L, 1));
        return other;
    }
    return lua_isboolean(L, 1) && !lua_toboolean(L, 1) ? "it returned false" : NULL;
}

static void on_end(const struct call *c, void *arg)
{
    struct question *q = arg;

    if (c != NULL && c->failed)
        call_log(c, task_name(q->task));
    q->task = NULL;
    if (c == NULL)
        return;
    if (c->failed) {
        answer_with_error(q, c);
    } else {
        answer(q, is_yes(q, c->L), reason(q, c->L));
    }
}

static void on_nobody(void *arg)
{
    struct question *q = arg;

    q->timer = NULL;
    answer(q, false, "its function is gone");
}

/* A hook may be running, which has asked for the start that this gate is of: its ceiling of memory is not ours. */
static struct task *begin_task(struct script *s, struct process *p, const struct function *f, const char *extra)
{
    struct task *t = task_new(s, NULL, "function %.80s of %s", f->where, process_name(p));
    bool was_limited = s->limited;

    task_concerns(t, process_id(p));
    s->limited = false;
    script_push_function(s, task_stack(t), f->reference);
    handle_push_process(task_stack(t), p);
    if (extra != NULL)
        lua_pushstring(task_stack(t), extra);
    s->limited = was_limited;
    return t;
}

void *questions_request(void *arg, struct process *p, const struct function *f, const char *extra, answer_fn *on_answer,
                        void *answer_arg)
{
    struct script *s = script_owner(f->reference);
    struct question *q = xcalloc(1, sizeof *q);

    (void)arg;
    *q = (struct question){ .strict = f == program_function(process_program(p), "ready"),
                            .fn = on_answer,
                            .arg = answer_arg };
    if (s == NULL) {
        q->timer = timer_start(supervisor_loop(process_supervisor(p)), 0, on_nobody, q);
        return q;
    }
    q->task = begin_task(s, p, f, extra);
    task_on_end(q->task, on_end, q);
    task_start(q->task);
    return q;
}

void questions_withdraw(void *arg, void *question)
{
    struct question *q = question;

    (void)arg;
    timer_stop(&q->timer);
    if (q->task != NULL)
        task_on_end(q->task, NULL, NULL);
    if (q->task != NULL && !task_is_running(q->task)) /* it may stop its own process: then it goes on to its end */
        task_cancel(q->task);
    free(q);
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

    return find(L, pattern, pattern, strlen(pattern)) ||
           failure(e, "'%.100s' is no Lua pattern: %s", pattern, lua_tostring(L, -1));
}
