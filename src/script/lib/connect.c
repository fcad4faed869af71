/* reeve.connect, and its streams. A stream reads only while somebody waits for it: what the other side sends meanwhile
 * stays with the kernel, which makes the other side wait. */
#include "os/dial.h"
#include "script/args.h"
#include "script/channel.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/task.h"
#include "script/userdata.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TIMEOUT = 30000, PIECE = 16 << 10, LINE_LONGEST = 1 << 20, READ_MOST = 16 << 20 };

static const char type_name[] = "reeve.stream";

enum wish { WISH_NOTHING, WISH_CONNECT, WISH_LINE, WISH_BYTES, WISH_WRITE };

struct stream {
    int fd;                /* -1: closed, or not connected yet */
    struct script *script; /* that counts it; NULL: none does */
    msec timeout;          /* of a wait that names no other */
    msec patience;         /* of this one */
    enum wish wish;        /* of the one task that may wait for it */
    struct task *task;
    struct dial *dial;
    struct watch *watch;
    struct timer *limit;
    struct buffer in, out;
    size_t wanted; /* bytes */
    bool ended;    /* the other side sends no more */
    struct error error;
    char address[128];
};

/* ---- waiting ----------------------------------------------------------------------------------- */

static void stop_waiting(void *work)
{
    struct stream *s = work;

    dial_stop(&s->dial);
    watch_stop(&s->watch);
    timer_stop(&s->limit);
    s->wish = WISH_NOTHING;
}

static void wake(struct stream *s)
{
    stop_waiting(s);
    task_wake(s->task);
}

static void on_limit(void *arg)
{
    struct stream *s = arg;
    struct buffer time = { 0 };

    s->limit = NULL;
    duration_format(&time, s->patience);
    failure(&s->error, "%s: no answer within %s", s->address, time.data);
    buffer_free(&time);
    wake(s);
}

static int wait_for(lua_State *L, struct stream *s, struct task *t, enum wish wish, lua_KFunction go_on)
{
    s->task = t;
    s->wish = wish;
    s->limit = timer_start(tasks_loop(), s->patience, on_limit, s);
    return task_wait(L, t, stop_waiting, s, go_on);
}

static void shut(struct stream *s)
{
    stop_waiting(s);
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    if (s->script != NULL)
        script_closed(s->script);
    s->script = NULL;
}

static void count(lua_State *L, struct stream *s)
{
    s->script = script_of(L);
    script_opened(L);
}

static int fail(lua_State *L, struct stream *s)
{
    return handle_push_result(L, false, &s->error);
}

/* ---- connect ----------------------------------------------------------------------------------- */

static void on_connected(int fd, const char *why, void *arg)
{
    struct stream *s = arg;

    s->dial = NULL;
    s->fd = fd;
    if (fd < 0)
        failure(&s->error, "%s: %s", s->address, why);
    wake(s);
}

static int after_connect(lua_State *L, int status, lua_KContext context)
{
    struct stream *s = (struct stream *)context;

    (void)status;
    if (s->fd < 0)
        return fail(L, s);
    count(L, s);
    return 1;
}

/* "unix:/path", "tcp:host:port", "host:port". */
static struct dial *begin_dial(struct stream *s, const char *text, struct error *e)
{
    struct endpoint endpoint;
    struct address address;

    if (*text == '/' || strncmp(text, "unix:", 5) == 0)
        return address_parse(text, &address, e) ? dial_address(tasks_loop(), &address, on_connected, s) : NULL;
    if (strncmp(text, "tcp:", 4) == 0)
        text += 4;
    return endpoint_parse(text, &endpoint, e) ? dial_endpoint(tasks_loop(), &endpoint, on_connected, s) : NULL;
}

static struct stream *push_stream(lua_State *L, msec timeout)
{
    struct stream *s = lua_newuserdatauv(L, sizeof *s, 0);

    *s = (struct stream){ .fd = -1, .timeout = timeout, .patience = timeout };
    luaL_setmetatable(L, type_name);
    return s;
}

void channel_push(lua_State *L, int fd, const char *address)
{
    struct stream *s = push_stream(L, TIMEOUT);

    s->fd = fd;
    snprintf(s->address, sizeof s->address, "%s", address);
    count(L, s);
}

static msec read_timeout(lua_State *L, int index)
{
    static const char *const fields[] = { "timeout", NULL };

    if (lua_isnoneornil(L, index))
        return TIMEOUT;
    luaL_checktype(L, index, LUA_TTABLE);
    args_check_fields(L, index, fields);
    return args_duration_field(L, index, "timeout", TIMEOUT);
}

/* reeve.connect(address [, { timeout= }]) -> stream | nil, message: "tcp:HOST:PORT" or "unix:PATH"; the time is for
 * each wait that names no other, also later */
static int lib_connect(lua_State *L)
{
    const char *address = args_text(L, 1);
    msec timeout = read_timeout(L, 2);
    struct task *t = task_to_wait(L, "reeve.connect");
    struct stream *s = push_stream(L, timeout);

    snprintf(s->address, sizeof s->address, "%s", address);
    s->dial = begin_dial(s, address, &s->error);
    if (s->dial == NULL)
        return luaL_argerror(L, 1, lua_pushstring(L, s->error.text));
    return wait_for(L, s, t, WISH_CONNECT, after_connect);
}

/* ---- reading ----------------------------------------------------------------------------------- */

static bool is_served(const struct stream *s, enum wish wish)
{
    if (s->ended)
        return true;
    if (wish == WISH_BYTES)
        return s->in.length >= s->wanted;
    return s->in.length > LINE_LONGEST || (s->in.length > 0 && memchr(s->in.data, '\n', s->in.length) != NULL);
}

static void on_readable(int fd, int what, void *arg)
{
    struct stream *s = arg;
    ssize_t n;

    (void)what;
    buffer_reserve(&s->in, PIECE);
    n = recv(fd, s->in.data + s->in.length, PIECE, MSG_DONTWAIT);
    if (n > 0)
        s->in.length += (size_t)n;
    else if (n == 0)
        s->ended = true;
    else if (errno != EAGAIN && errno != EINTR)
        s->ended = !failure_errno(&s->error, "%s: the connection broke", s->address);
    if (is_served(s, s->wish))
        wake(s);
}

static int give(lua_State *L, struct stream *s, size_t length, size_t used)
{
    lua_pushlstring(L, s->in.data, length);
    buffer_drop(&s->in, used);
    if (s->in.length == 0)
        buffer_free(&s->in);
    return 1;
}

static int nothing_left(lua_State *L, struct stream *s)
{
    if (s->error.text[0] == '\0')
        failure(&s->error, "%s: the other side has closed the connection", s->address);
    return fail(L, s);
}

static int after_line(lua_State *L, int status, lua_KContext context)
{
    struct stream *s = (struct stream *)context;
    const char *newline = s->in.length > 0 ? memchr(s->in.data, '\n', s->in.length) : NULL;
    size_t length;

    (void)status;
    if (newline != NULL) {
        length = (size_t)(newline - s->in.data);
        return give(L, s, length > 0 && newline[-1] == '\r' ? length - 1 : length, length + 1);
    }
    if (s->in.length > LINE_LONGEST)
        return handle_push_result(L, failure(&s->error, "a line is longer than %d bytes", LINE_LONGEST), &s->error);
    if (s->error.text[0] == '\0' && s->ended && s->in.length > 0)
        return give(L, s, s->in.length, s->in.length);
    return nothing_left(L, s);
}

static int after_bytes(lua_State *L, int status, lua_KContext context)
{
    struct stream *s = (struct stream *)context;
    size_t length = s->in.length < s->wanted ? s->in.length : s->wanted;

    (void)status;
    if (s->in.length >= s->wanted || (s->ended && s->in.length > 0 && s->error.text[0] == '\0'))
        return give(L, s, length, length);
    return nothing_left(L, s);
}

/* Whose argument `time`, which may be left out, says how long it waits. */
static struct stream *check_stream(lua_State *L, const char *method, int time)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);

    if (s->fd < 0)
        luaL_error(L, "%s: the stream is closed", method);
    if (s->wish != WISH_NOTHING)
        luaL_error(L, "%s: another task waits for this stream", method);
    s->patience = args_optional_duration(L, time, s->timeout);
    s->error.text[0] = '\0';
    return s;
}

static int read_some(lua_State *L, struct stream *s, enum wish wish, const char *method, lua_KFunction go_on)
{
    struct task *t;

    if (is_served(s, wish))
        return go_on(L, LUA_OK, (lua_KContext)s);
    t = task_to_wait(L, method);
    s->watch = watch_start(tasks_loop(), s->fd, WATCH_READ, on_readable, s);
    return wait_for(L, s, t, wish, go_on);
}

/* stream:read_line([time]) -> line | nil, message: without its end; the last one may have none */
static int lib_read_line(lua_State *L)
{
    return read_some(L, check_stream(L, "stream:read_line", 2), WISH_LINE, "stream:read_line", after_line);
}

/* stream:read(n [, time]) -> n bytes, or fewer at the end | nil, message */
static int lib_read(lua_State *L)
{
    struct stream *s = check_stream(L, "stream:read", 3);
    lua_Integer n = luaL_checkinteger(L, 2);

    luaL_argcheck(L, n > 0 && n <= READ_MOST, 2, "expected a number of bytes from 1 to 16 MB");
    s->wanted = (size_t)n;
    return read_some(L, s, WISH_BYTES, "stream:read", after_bytes);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void send_some(struct stream *s)
{
    ssize_t n;

    while (s->out.length > 0) {
        n = send(s->fd, s->out.data, s->out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno != EAGAIN) {
            failure_errno(&s->error, "%s: the connection broke", s->address);
            buffer_free(&s->out);
        }
        if (n < 0)
            return;
        buffer_drop(&s->out, (size_t)n);
    }
}

static void on_writable(int fd, int what, void *arg)
{
    struct stream *s = arg;

    (void)fd;
    (void)what;
    send_some(s);
    if (s->out.length == 0)
        wake(s);
}

static int after_write(lua_State *L, int status, lua_KContext context)
{
    struct stream *s = (struct stream *)context;

    (void)status;
    buffer_free(&s->out);
    return handle_push_result(L, s->error.text[0] == '\0', &s->error);
}

/* stream:write(text [, time]) -> true | nil, message: when the kernel has all of it */
static int lib_write(lua_State *L)
{
    struct stream *s = check_stream(L, "stream:write", 3);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);
    struct task *t;

    buffer_add(&s->out, text, length);
    send_some(s);
    if (s->out.length == 0)
        return after_write(L, LUA_OK, (lua_KContext)s);
    t = task_to_wait(L, "stream:write");
    s->watch = watch_start(tasks_loop(), s->fd, WATCH_WRITE, on_writable, s);
    return wait_for(L, s, t, WISH_WRITE, after_write);
}

/* ---- the end ----------------------------------------------------------------------------------- */

/* stream:close(): whoever waits for it is told that it is closed */
static int lib_close(lua_State *L)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);

    if (s->wish != WISH_NOTHING) {
        failure(&s->error, "the stream was closed");
        wake(s);
    }
    shut(s);
    return 0;
}

static int collect(lua_State *L)
{
    struct stream *s = luaL_checkudata(L, 1, type_name);

    shut(s);
    buffer_free(&s->in);
    buffer_free(&s->out);
    return 0;
}

static const luaL_Reg methods[] = {
    { "read_line", lib_read_line }, { "read", lib_read }, { "write", lib_write }, { "close", lib_close }, { NULL, NULL }
};

static const luaL_Reg special[] = { { "__gc", collect }, { "__close", lib_close }, { NULL, NULL } };

void lib_open_connect(lua_State *L)
{
    userdata_open(L, type_name, "stream", methods, special);
    lua_pushcfunction(L, lib_connect);
    lua_setfield(L, -2, "connect");
}
