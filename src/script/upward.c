/* What the supervisor asks of the room above it. */
#include "base/log.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "script/call.h"
#include "script/errand.h"
#include "script/event.h"
#include "script/handle.h"
#include "script/hooks.h"
#include "script/questions.h"
#include "script/reader.h"
#include "script/script.h"
#include "script/store.h"
#include "script/task.h"
#include "script/worker.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOW_MOST = 8, SLOW_REST = 1000 };

static struct plan *load(void *arg, struct problems *problems)
{
    return script_load(arg, problems);
}

static struct plan *load_text(void *arg, const char *text, size_t length, struct problems *problems)
{
    (void)arg;
    return script_load_kept(text, length, problems);
}

static void each_task(void *arg, task_info_fn *fn, void *fn_arg)
{
    (void)arg;
    tasks_each(fn, fn_arg);
}

static bool linger(void *arg, loop_fn *end, void *end_arg)
{
    (void)arg;
    return tasks_linger(end, end_arg);
}

static void applied(void *arg, struct plan *before, struct plan *now)
{
    (void)arg;
    (void)before;
    hooks_set_current(now->script);
}

/* ---- advisors: autorestart = function(process, exit) … end ------------------------------------- */

static bool read_delay(double seconds, struct verdict *verdict, struct error *e)
{
    msec delay;

    if (!duration_from_seconds(seconds, &delay, e))
        return failure_in(e, "as a delay");
    *verdict = (struct verdict){ .kind = VERDICT_RESTART, .delay = delay };
    return true;
}

/* What it answered, at `index`; nil leaves `verdict` as it is. False: it cannot be an answer. */
static bool read_answer(lua_State *L, int index, struct verdict *verdict, struct error *e)
{
    switch (lua_type(L, index)) {
    case LUA_TNONE:
    case LUA_TNIL:
        return true;
    case LUA_TBOOLEAN:
        *verdict = (struct verdict){ .kind = lua_toboolean(L, index) ? VERDICT_RESTART : VERDICT_LEAVE };
        return true;
    case LUA_TNUMBER:
        return read_delay(lua_tonumber(L, index), verdict, e);
    case LUA_TSTRING:
        if (strcmp(lua_tostring(L, index), "fatal") != 0)
            return failure(e, "answered '%.100s'", lua_tostring(L, index));
        *verdict = (struct verdict){ .kind = VERDICT_GIVE_UP, .text = "its advisor gave up" };
        return true;
    default:
        return failure(e, "answered with a %s", luaL_typename(L, index));
    }
}

static void log_wrong_answer(const struct process *p, const struct function *f, const struct error *e)
{
    log_warning("advisor of %s (%s): %s; expected true, false, a number of seconds, \"fatal\" or nil: the default "
                "rule holds",
                process_name(p), f->where, e->text);
}

/* Advisors that were cut off a moment ago. Where many processes end together, each would be held up by all the others'
 * questions. */
static struct slow {
    const struct script *script;
    int reference;
    msec until;
} slow[SLOW_MOST];

static bool is_slow(const struct script *s, int reference)
{
    msec now = clock_now();

    for (size_t i = 0; i < SLOW_MOST; i++)
        if (slow[i].script == s && slow[i].reference == reference && slow[i].until > now)
            return true;
    return false;
}

/* In the place of the one that rests least. */
static void remember_slow(const struct script *s, int reference)
{
    struct slow *place = slow;

    for (size_t i = 1; i < SLOW_MOST; i++)
        if (slow[i].until < place->until)
            place = &slow[i];
    *place = (struct slow){ s, reference, clock_now() + SLOW_REST };
}

static bool advise(void *arg, struct process *p, const struct function *f, const struct process_exit *exit,
                   struct verdict *verdict)
{
    struct script *s = script_owner(f->reference);
    bool answered = false;
    char what[200];
    struct error e;
    struct call c;

    (void)arg;
    if (s == NULL)
        return false;
    if (is_slow(s, f->reference)) {
        log_warning("advisor of %s, the default rule holds: it is not asked, for it has just taken too long",
                    process_name(p));
        return false;
    }
    call_begin(&c, s);
    script_push_function(s, c.L, f->reference);
    handle_push_process(c.L, p);
    event_push_exit(c.L, exit);
    snprintf(what, sizeof what, "advisor of %s, the default rule holds", process_name(p));
    if (!call_run(&c, s->hook_time))
        call_log(&c, what);
    else if (!read_answer(c.L, 1, verdict, &e))
        log_wrong_answer(p, f, &e);
    else
        answered = !lua_isnoneornil(c.L, 1);
    if (errands_stop(p))
        *verdict = (struct verdict){ .kind = VERDICT_LEAVE };
    if (c.cut_off)
        remember_slow(s, f->reference);
    call_end(&c);
    return answered;
}

/* ---- settings that are functions of the process ------------------------------------------------- */

static void on_problem(const char *path, const char *text, void *arg)
{
    struct error *e = arg;

    if (e->text[0] != '\0')
        return;
    if (*path != '\0')
        failure(e, "in the result, '%s': %s", path, text);
    else
        failure(e, "the result: %s", text);
}

static bool read_result(struct call *c, const struct function *f, struct value *out, struct error *e)
{
    struct reader r = { .script = c->script, .L = c->L, .on_problem = on_problem, .arg = e };

    e->text[0] = '\0';
    lua_settop(c->L, 1);
    reader_read(&r, 1, out);
    if (e->text[0] == '\0')
        return true;
    value_clear(out);
    return failure_in(e, "%s", f->where);
}

static bool explain(const struct call *c, struct error *e)
{
    struct buffer text = { 0 };

    call_explain(c, &text);
    failure(e, "%s", text.data);
    buffer_free(&text);
    return false;
}

static bool compute(void *arg, struct process *p, const struct function *f, struct value *out, struct error *e)
{
    struct script *s = script_owner(f->reference);
    struct error why;
    struct call c;
    bool good;

    (void)arg;
    *out = (struct value){ .kind = VALUE_NIL };
    if (s == NULL)
        return failure(e, "the function of %s is gone", f->where);
    call_begin(&c, s);
    script_push_function(s, c.L, f->reference);
    handle_push_process(c.L, p);
    good = call_run(&c, s->hook_time) ? read_result(&c, f, out, &why) : explain(&c, &why);
    call_end(&c);
    return good || failure(e, "%s", why.text);
}

void script_attach(struct supervisor_upward *up, const char *path)
{
    *up = (struct supervisor_upward){ .arg = xstrdup(path),
                                      .load = load,
                                      .load_text = load_text,
                                      .advise = advise,
                                      .compute = compute,
                                      .request = questions_request,
                                      .withdraw = questions_withdraw,
                                      .before_fork = worker_before_fork,
                                      .body = worker_live,
                                      .match = questions_match,
                                      .each_task = each_task,
                                      .linger = linger,
                                      .applied = applied };
}

void script_keep(struct snapshot *snapshot)
{
    store_keep(snapshot);
}

static void take(const char *data, size_t length, void *arg)
{
    bool *good = arg;

    *good = store_take(data, length) && *good;
}

bool script_resume(const struct former *former, struct error *e)
{
    bool good = true;

    former_each(former, "store", take, &good);
    return good || failure(e, "reeve.store is broken in the state");
}

void script_put_away(void)
{
    if (hooks_current() != NULL)
        hooks_say_farewell(hooks_current(), "upgrade");
}

void script_detach(struct supervisor_upward *up)
{
    free(up->arg);
    *up = (struct supervisor_upward){ 0 };
}
