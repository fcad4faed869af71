/* reeve.http.stream: an answer that may go on for ever, read by lines. What comes meanwhile is kept, within bounds. Who
 * reads waits for each line, also for one that is there: a server that says more than can be heard holds nobody up. */
#include "script/handle.h"
#include "script/http.h"
#include "script/task.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <string.h>
#include <sys/queue.h>

enum { UNREAD_MOST = 8 << 20 };

static const char type_name[] = "reeve.http_stream";

struct stream {
    LIST_ENTRY(stream) link;
    struct transfer *transfer; /* NULL: it is over */
    struct task *task;         /* that waits for a line, or for its turn to read one; NULL: none */
    struct buffer in;
    size_t at;        /* of `in`: what is before it was read */
    struct error why; /* it is over; "" while it is not */
};

/* Their transfers go before they do: Lua collects them whenever it likes. */
static LIST_HEAD(, stream) streams = LIST_HEAD_INITIALIZER(streams);

/* ---- what comes -------------------------------------------------------------------------------- */

static size_t unread(const struct stream *s)
{
    return s->in.length - s->at;
}

/* The end of the next line; NULL: it has not come yet. */
static const char *end_of_line(const struct stream *s)
{
    return unread(s) > 0 ? memchr(s->in.data + s->at, '\n', unread(s)) : NULL;
}

static void forget(struct stream *s)
{
    buffer_free(&s->in);
    s->at = 0;
}

static bool is_served(const struct stream *s)
{
    return s->transfer == NULL || end_of_line(s) != NULL;
}

static void stop_waiting(void *work)
{
    struct stream *s = work;

    timer_stop(task_timer(s->task));
    s->task = NULL;
}

static void wake(struct stream *s)
{
    struct task *t = s->task;

    stop_waiting(s);
    task_wake(t);
}

static void wake_if_served(struct stream *s)
{
    if (s->task != NULL && is_served(s))
        wake(s);
}

static void on_part(const char *data, size_t length, void *arg)
{
    struct stream *s = arg;

    if (unread(s) + length > UNREAD_MOST) {
        transfer_cancel(s->transfer);
        s->transfer = NULL;
        forget(s);
        failure(&s->why, "more than %d MB of the answer were not read, or are one line", UNREAD_MOST >> 20);
    } else {
        buffer_add(&s->in, data, length);
    }
    wake_if_served(s);
}

static void on_done(const struct transfer_result *r, void *arg)
{
    struct stream *s = arg;

    s->transfer = NULL;
    buffer_add(&s->in, r->body, r->body_length);
    if (r->error != NULL)
        failure(&s->why, "%s", r->error);
    else if (r->status < 200 || r->status > 299)
        failure(&s->why, "it answered with status %d", r->status);
    else
        failure(&s->why, "the answer has ended");
    wake_if_served(s);
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* What was read is kept until it is more than the rest, which has to be moved then: there may be very many lines. */
static int give(lua_State *L, struct stream *s, size_t length, size_t used)
{
    lua_pushlstring(L, s->in.data + s->at, length);
    s->at += used;
    if (s->at > unread(s)) {
        buffer_drop(&s->in, s->at);
        s->at = 0;
    }
    return 1;
}

static int after_line(lua_State *L, int status, lua_KContext context)
{
    struct stream *s = (struct stream *)context;
    const char *end = end_of_line(s);
    size_t length = end != NULL ? (size_t)(end - (s->in.data + s->at)) : unread(s);

    (void)status;
    if (end != NULL)
        return give(L, s, length > 0 && end[-1] == '\r' ? length - 1 : length, length + 1);
    if (length > 0)
        return give(L, s, length, length);
    return handle_push_result(L, false, &s->why);
}

static void on_turn(void *arg)
{
    struct stream *s = arg;

    *task_timer(s->task) = NULL;
    wake(s);
}

/* stream:read_line() -> line | nil, message: without its end */
static int lib_read_line(lua_State *L)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);
    struct task *t;

    if (s->task != NULL)
        luaL_error(L, "stream:read_line: another task waits for this stream");
    if (s->transfer == NULL && unread(s) == 0)
        return after_line(L, LUA_OK, (lua_KContext)s);
    t = task_to_wait(L, "stream:read_line");
    s->task = t;
    if (is_served(s))
        *task_timer(t) = timer_start(tasks_loop(), 0, on_turn, s);
    return task_wait(L, t, stop_waiting, s, after_line);
}

static void shut(struct stream *s, const char *why)
{
    if (s->transfer == NULL)
        return;
    transfer_cancel(s->transfer);
    s->transfer = NULL;
    failure(&s->why, "%s", why);
}

/* stream:close(): whoever waits for it is told that it is closed */
static int lib_close(lua_State *L)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);

    shut(s, "the stream was closed");
    forget(s);
    wake_if_served(s);
    return 0;
}

static int collect(lua_State *L)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);

    shut(s, "");
    LIST_REMOVE(s, link);
    buffer_free(&s->in);
    return 0;
}

/* reeve.http.stream { url=, … } -> stream | nil, message: as reeve.http.request, but the timeout is for each silence */
static int lib_stream(lua_State *L)
{
    struct transfer_header headers[HTTP_HEADERS_MOST];
    struct transfer_request r = { .on_part = on_part };
    struct stream *s;
    struct error e;

    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    task_to_wait(L, "reeve.http.stream");
    http_read(L, 1, "reeve.http.stream", NULL, NULL, 0, &r, headers);
    s = lua_newuserdatauv(L, sizeof *s, 0);
    *s = (struct stream){ .transfer = NULL };
    LIST_INSERT_HEAD(&streams, s, link);
    luaL_setmetatable(L, type_name);
    s->transfer = transfer_start(tasks_loop(), &r, on_done, s, &e);
    return s->transfer != NULL ? 1 : handle_push_result(L, false, &e);
}

void http_close_streams(void)
{
    struct stream *s;

    LIST_FOREACH(s, &streams, link)
    shut(s, "reeve ends");
}

void http_leave_streams(void)
{
    LIST_INIT(&streams);
}

static const luaL_Reg methods[] = { { "read_line", lib_read_line }, { "close", lib_close }, { NULL, NULL } };

static const luaL_Reg special[] = { { "__gc", collect }, { "__close", lib_close }, { NULL, NULL } };

void http_open_stream(lua_State *L)
{
    userdata_open(L, type_name, "stream", methods, special);
    lua_pushcfunction(L, lib_stream);
    lua_setfield(L, -2, "stream");
}
