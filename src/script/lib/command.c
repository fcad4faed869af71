/* reeve.command */
#include "core/command.h"
#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <string.h>

/* One that waits for its answer; it lies on the stack of its task. */
struct question {
    struct task *task;   /* NULL: it does not wait yet */
    struct reply *reply; /* NULL: it has ended */
    bool good;
    struct buffer text;
    struct error error;
};

static void on_piece(struct reply *r, const char *data, size_t length, void *arg)
{
    struct question *q = arg;

    (void)r;
    buffer_add(&q->text, data, length);
}

static void on_end(struct reply *r, void *arg)
{
    struct question *q = arg;

    q->reply = NULL;
    q->good = r->code == REPLY_OK;
    buffer_add(&q->text, r->text.data, r->text.length);
    if (!q->good)
        failure(&q->error, "%s", r->message);
    if (q->task != NULL)
        task_wake(q->task);
}

static void cancel(void *work)
{
    struct question *q = work;

    if (q->reply != NULL)
        reply_cancel(q->reply);
    q->reply = NULL;
}

static int collect(lua_State *L)
{
    struct question *q = lua_touserdata(L, 1);

    cancel(q);
    buffer_free(&q->text);
    return 0;
}

/* The last newline is the dialect's, not the text's. */
static void trim(struct buffer *b)
{
    while (b->length > 0 && b->data[b->length - 1] == '\n')
        b->data[--b->length] = '\0';
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct question *q = (struct question *)context;

    (void)status;
    trim(&q->text);
    if (!q->good)
        return handle_push_result(L, false, &q->error);
    lua_pushlstring(L, q->text.data, q->text.length);
    return 1;
}

static struct question *push_question(lua_State *L)
{
    struct question *q = lua_newuserdatauv(L, sizeof *q, 0);

    *q = (struct question){ .task = NULL };
    userdata_collect(L, "reeve.question", collect);
    return q;
}

/* Who shuts down when something ends hears of many ends then: a hook that repeats itself is not in a hurry. */
static bool is_said_already(const struct words *words)
{
    return strcmp(words->word[0], "shutdown") == 0 && supervisor_is_ending(script_supervisor());
}

static void run(struct question *q, const struct words *words)
{
    struct reply *r = reply_new(false, on_piece, on_end, q);

    q->reply = r;
    if (is_said_already(words)) {
        reply_line(r, "stopping everything");
        reply_end(r);
        return;
    }
    command_run(script_supervisor(), "a hook", words, r);
    if (q->reply == NULL || !q->reply->streaming)
        return;
    cancel(q);
    failure(&q->error, "this command would never end");
}

/* reeve.command("restart web") -> text | nil, message: any verb of the control port */
static int lib_command(lua_State *L)
{
    const char *line = args_text(L, 1);
    struct task *t = task_to_wait(L, "reeve.command");
    struct question *q = push_question(L);
    struct words words = { 0 };
    struct error e;

    if (script_supervisor() == NULL)
        return handle_push_result(L, failure(&e, "a worker is a process of its own: it reaches reeve by REEVE_SOCKET"),
                                  &e);
    if (!words_split(&words, line, &e) || words.count == 0) {
        words_free(&words);
        return luaL_argerror(L, 1, "expected a command such as \"restart web\"");
    }
    run(q, &words);
    words_free(&words);
    if (q->reply == NULL)
        return go_on(L, LUA_OK, (lua_KContext)q);
    q->task = t;
    return task_wait(L, t, cancel, q, go_on);
}

void lib_open_command(lua_State *L)
{
    lua_pushcfunction(L, lib_command);
    lua_setfield(L, -2, "command");
}
