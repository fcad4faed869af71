#include "script/call.h"

#include "base/log.h"
#include "script/budget.h"
#include "script/message.h"
#include "script/task.h"

#include <lauxlib.h>
#include <stdlib.h>

static unsigned long errors_logged;

void call_interrupted(lua_State *L)
{
    struct script *s = script_of(L);
    struct call *c = s->call;

    if (c->cut_off)
        return;
    s->limited = false;
    c->cut_off = true;
    c->spot = script_spot(L, 0);
    buffer_clear(&c->traceback);
    message_traceback(L, L, 0, &c->traceback);
    s->limited = !c->own;
}

/* In the message handler: the stack below still stands. Our own needs are not counted against the user's ceiling. The
 * error stays what it is: `__close` handlers get it. */
static int explain(lua_State *L)
{
    struct script *s = script_of(L);
    struct call *c = s->call;

    s->limited = false;
    if (!c->cut_off) {
        buffer_clear(&c->text);
        buffer_clear(&c->traceback);
        message_explain(L, 1, &c->spot, &c->text);
        message_traceback(L, L, 1, &c->traceback);
    }
    s->limited = !c->own;
    lua_settop(L, 1);
    return 1;
}

static void fail_for_memory(struct call *c)
{
    c->failed = true;
    buffer_clear(&c->text);
    buffer_addf(&c->text, "not enough memory: all of them together may use %zu MB%s", c->script->ceiling >> 20,
                c->script->loading == NULL ? " (hook_memory)" : "");
}

static int finish(lua_State *L, int status, lua_KContext context)
{
    struct call *c = script_of(L)->call;

    (void)context;
    if (status == LUA_OK || status == LUA_YIELD)
        return lua_gettop(L) - 1;
    c->failed = true;
    if (status == LUA_ERRMEM)
        fail_for_memory(c);
    else if (c->text.length == 0)
        buffer_add_text(&c->text, "an error within the handling of an error");
    return 0;
}

/* What every coroutine begins with. Errors end in here, where hooks are on again when `__close` handlers run; after an
 * error that left the coroutine nothing could stop those. */
static int run(lua_State *L)
{
    lua_pushcfunction(L, explain);
    lua_insert(L, 1);
    return finish(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, finish), 0);
}

void call_enter(struct call *c, struct script *s, lua_State *L, struct task *task)
{
    *c = (struct call){ .script = s, .L = L, .task = task, .outer = s->call, .was_limited = s->limited };
    c->own = task != NULL && task_is_own(task);
    s->limited = false;
    s->call = c;
}

void call_prepare(lua_State *L)
{
    lua_pushcfunction(L, run);
}

void call_begin(struct call *c, struct script *s)
{
    call_enter(c, s, NULL, NULL);
    c->thread = script_take_thread(s, s->L);
    c->L = c->thread.L;
    call_prepare(c->L);
}

/* It was stopped in the middle: `__close` handlers still run, and are stopped in their turn. */
static void cut(struct call *c)
{
    struct script *s = c->script;

    s->limited = !c->own;
    lua_resetthread(c->L);
    s->limited = false;
}

static void say_cut_off(struct call *c, msec limit)
{
    c->failed = true;
    c->cut_off = true;
    buffer_clear(&c->text);
    buffer_add_text(&c->text, "ran for more than ");
    duration_format(&c->text, limit);
    buffer_add_text(&c->text, " and was cut off");
}

static void resume(struct call *c, msec limit)
{
    struct script *s = c->script;
    lua_State *from = budget_running();
    bool begins = lua_status(c->L) == LUA_OK;
    int results, status;

    if (!budget_enter(c->L)) {
        c->failed = true;
        buffer_add_text(&c->text, "too many calls within each other");
        return;
    }
    s->limited = !c->own;
    status = lua_resume(c->L, from, begins ? lua_gettop(c->L) - 1 : 0, &results);
    s->limited = false;
    c->waits = status == LUA_YIELD && c->task != NULL && !c->cut_off;
    if (status == LUA_YIELD && !c->waits)
        cut(c);
    if ((status == LUA_YIELD && !c->waits) || (c->failed && budget_is_spent()))
        say_cut_off(c, limit);
    else if (status != LUA_OK && status != LUA_YIELD)
        fail_for_memory(c);
    budget_leave();
}

bool call_run(struct call *c, msec limit)
{
    bool outermost = budget_start(limit);

    resume(c, limit);
    if (outermost)
        budget_stop();
    return !c->failed;
}

void call_close(struct call *c, msec limit)
{
    bool outermost = budget_start(limit);

    if (budget_enter(c->L)) {
        cut(c);
        budget_leave();
    }
    if (outermost)
        budget_stop();
}

unsigned long call_errors_logged(void)
{
    return errors_logged;
}

bool call_is_own(const struct script *s)
{
    return s->call != NULL && s->call->own;
}

void call_explain(const struct call *c, struct buffer *out)
{
    if (c->spot.line > 0)
        buffer_addf(out, "%s:%d: ", c->spot.file, c->spot.line);
    buffer_add_text(out, c->text.data);
}

void call_log(const struct call *c, const char *what)
{
    struct buffer line = { 0 };

    errors_logged++;
    call_explain(c, &line);
    if (c->traceback.length > 0)
        buffer_addf(&line, " (%s)", c->traceback.data);
    log_warning("%s: %s", what, line.data);
    buffer_free(&line);
}

void call_end(struct call *c)
{
    struct script *s = c->script;

    buffer_free(&c->text);
    buffer_free(&c->traceback);
    s->call = c->outer;
    s->limited = c->was_limited;
    if (c->thread.L != NULL)
        script_give_thread(s, c->thread, c->cut_off || lua_status(c->L) != LUA_OK);
    if (s->doomed && s->call == NULL)
        script_free(s);
}
