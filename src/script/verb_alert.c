/* `alert test`: a task of the module reeve.alert, and what it has to say. */
#include "base/xalloc.h"
#include "script/hooks.h"
#include "script/task.h"
#include "verbs_private.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

struct test {
    struct task *task;
    struct reply *reply; /* NULL: nobody waits for it any more */
};

static void on_cancel(struct reply *r, void *work)
{
    struct test *test = work;

    (void)r;
    test->reply = NULL; /* what is on its way arrives */
}

static void tell_one(lua_State *L, struct reply *r)
{
    const char *name, *why;

    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "why");
    name = lua_tostring(L, -2);
    why = lua_tostring(L, -1);
    reply_result(r, name != NULL ? name : "?", why == NULL ? REPLY_OK : REPLY_FAILED, why == NULL ? "sent" : why);
    lua_pop(L, 2);
}

static void tell(const struct call *c, struct reply *r)
{
    lua_State *L = c->L;

    if (c->failed)
        reply_fail(r, REPLY_FAILED, "%s", c->text.data);
    for (lua_Integer i = 1; !c->failed && lua_istable(L, 1) && lua_rawgeti(L, 1, i) == LUA_TTABLE; i++) {
        tell_one(L, r);
        lua_settop(L, 1);
    }
}

static void on_end(const struct call *c, void *arg)
{
    struct test *test = arg;
    struct reply *r = test->reply;

    if (c != NULL && c->failed)
        call_log(c, task_name(test->task));
    free(test);
    if (r == NULL)
        return;
    if (c != NULL)
        tell(c, r);
    else
        reply_fail(r, REPLY_FAILED, "reeve ends, or another configuration has come into force");
    reply_end(r);
}

static void begin(struct script *s, struct reply *r)
{
    struct test *test = xcalloc(1, sizeof *test);

    test->reply = r;
    test->task = task_new(s, NULL, "alert test");
    task_make_own(test->task, true);
    lua_rawgeti(task_stack(test->task), LUA_REGISTRYINDEX, s->alert_test);
    task_on_end(test->task, on_end, test);
    reply_later(r, on_cancel, test);
    task_start(test->task);
}

static void run(const struct request *q, struct reply *r)
{
    struct script *s = hooks_current();

    if (strcmp(q->args[0], "test") != 0)
        reply_fail(r, REPLY_USAGE, "alert: what is '%s'? There is only `alert test`", q->args[0]);
    else if (s == NULL || s->alert_test == 0)
        reply_fail(r, REPLY_FAILED,
                   "no alert is set up: see require(\"reeve.alert\").email, .syslog and .webhook in supervisor.lua(5)");
    else {
        begin(s, r);
        return;
    }
    reply_end(r);
}

const struct command verb_alert = {
    "alert",
    "test",
    "send a test alert now\n"
    "Every alert of the configuration sends one, whatever it usually tells; a line for each says what became of it.",
    "",
    1,
    1,
    true,
    run
};
