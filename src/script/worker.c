/*          fork                 body returns, or fails
 *   (reeve) ----> LIVING -----------------------------> (status)
 *                   |  ^
 *              QUIT |  | worker:alive() has said so
 *                   v  |
 *                 HURRIED: nothing sleeps, nobody is accepted
 */
#include "script/worker.h"

#include "base/buffer.h"
#include "base/log.h"
#include "os/board.h"
#include "os/file.h"
#include "os/manager.h"
#include "os/quit.h"
#include "os/title.h"
#include "script/budget.h"
#include "script/hooks.h"
#include "script/lib.h"
#include "script/task.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* So much may be made anew between two collections: the heap that a worker shares is not yet due for one then. */
enum { SLACK = 256 * 1024 };

static struct {
    const struct worker_start *start;
    struct loop *loop;
    struct script *script;
    struct children *children; /* NULL: it has run nothing yet */
    bool told;                 /* worker:alive() has said that it is not wanted any more */
    int status;
} self;

const struct worker_start *worker_self(void)
{
    return self.start;
}

struct children *worker_children(void)
{
    if (self.children == NULL)
        self.children = children_new(self.loop);
    return self.children;
}

/* ---- before ------------------------------------------------------------------------------------ */

void worker_before_fork(void *arg, const struct function *body)
{
    struct script *s = script_owner(body->reference);

    (void)arg;
    if (s == NULL || (s->collected > 0 && s->used < s->collected + SLACK))
        return;
    lua_gc(s->L, LUA_GCCOLLECT);
    s->collected = s->used;
}

/* ---- being wanted ------------------------------------------------------------------------------ */

bool worker_is_unwanted(void)
{
    return quit_came();
}

bool worker_is_hurried(void)
{
    return self.start != NULL && quit_came() && !self.told;
}

void worker_was_told(void)
{
    self.told = true;
}

static void on_quit(void *arg)
{
    (void)arg;
    tasks_rouse(self.script);
}

/* ---- the end ----------------------------------------------------------------------------------- */

void worker_print(const char *text, size_t length)
{
    file_write(STDOUT_FILENO, text, length);
}

/* As Lua itself would: the call's traceback is on one line. */
static void add_traceback(struct buffer *out, const char *trace)
{
    const char *end;

    for (; (end = strstr(trace, "; ")) != NULL; trace = end + 2)
        buffer_addf(out, "%.*s\n\t", (int)(end - trace), trace);
    buffer_addf(out, "%s\n", trace);
}

static void tell_error(const struct call *c)
{
    struct buffer text = { 0 };

    buffer_addf(&text, "%s: ", process_name(self.start->process));
    call_explain(c, &text);
    buffer_add_char(&text, '\n');
    if (c->traceback.length > 0)
        add_traceback(&text, c->traceback.data);
    file_write(STDERR_FILENO, text.data, text.length);
    buffer_free(&text);
}

/* What it returned: nothing is 0, and so is what means nothing to a shell. */
static int status_of(lua_State *L)
{
    lua_Integer status = 0;
    int is_integer = 1;

    if (lua_type(L, 1) == LUA_TNUMBER)
        status = lua_tointegerx(L, 1, &is_integer);
    else if (lua_isboolean(L, 1))
        status = !lua_toboolean(L, 1);
    if (is_integer && status >= 0 && status <= 255)
        return (int)status;
    log_error("%s: its function returned %s, which is no exit status from 0 to 255", process_name(self.start->process),
              luaL_tolstring(L, 1, NULL));
    return 1;
}

static void on_end(const struct call *c, void *arg)
{
    (void)arg;
    if (c == NULL || c->failed)
        self.status = 1;
    else
        self.status = status_of(c->L);
    if (c != NULL && c->failed)
        tell_error(c);
    loop_end(self.loop);
}

/* ---- the beginning ----------------------------------------------------------------------------- */

/* Nothing here gives anything back: what the parent holds is the parent's, and its loop must not hear of us. */
static void leave_parent(struct script *s)
{
    hooks_leave();
    budget_leave_parent();
    tasks_leave_parent(self.loop);
    lib_leave_parent(s->L);
}

/* No limits but the process's own. */
static void set_free(struct script *s)
{
    s->call = NULL;
    s->limited = false;
    s->ceiling = SIZE_MAX;
    s->hook_time = BUDGET_UNLIMITED;
    s->in_force = true;
}

static void begin(struct script *s, const struct function *body)
{
    struct task *t = task_new(s, NULL, "worker %s", process_name(self.start->process));

    script_push_function(s, task_stack(t), body->reference);
    worker_push(task_stack(t));
    task_on_end(t, on_end, NULL);
    task_start(t);
}

int worker_live(void *arg, const struct worker_start *start, const struct function *body)
{
    struct script *s = script_owner(body->reference);
    struct error e;

    (void)arg;
    self.start = start;
    self.script = s;
    environ = (char **)start->environment;
    title_set(process_name(start->process));
    manager_find();
    board_enter(start->board, start->bell);
    self.loop = loop_new();
    if (s == NULL || !quit_open(self.loop, on_quit, NULL, &e)) {
        log_error("%s: %s", process_name(start->process), s == NULL ? "its function is gone" : e.text);
        return 1;
    }
    leave_parent(s);
    set_free(s);
    begin(s, body);
    loop_run(self.loop);
    return self.status;
}
