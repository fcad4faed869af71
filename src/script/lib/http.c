/* reeve.http */
#include "script/http.h"

#include "script/args.h"
#include "script/handle.h"
#include "script/lib.h"
#include "script/transfer.h"

#include <lauxlib.h>
#include <string.h>

static const char *const fields[] = { "url",      "method",   "headers",  "body",    "timeout",
                                      "max_body", "user",     "password", "ca_file", "cert_file",
                                      "key_file", "insecure", "proxy",    "follow",  NULL };

/* The table stays on the stack, and keeps the texts. */
static size_t read_headers(lua_State *L, int options, struct transfer_header *out)
{
    size_t count = 0;

    if (!args_push_field(L, options, "headers"))
        return 0;
    if (lua_type(L, -1) != LUA_TTABLE)
        args_expect(L, "headers", "a table");
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        if (lua_type(L, -2) != LUA_TSTRING || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "'headers': expected names and texts");
        if (count == HTTP_HEADERS_MOST)
            luaL_error(L, "'headers': more than %d", HTTP_HEADERS_MOST);
        out[count++] = (struct transfer_header){ args_plain_text(L, -2, "headers"), args_plain_text(L, -1, "headers") };
        lua_pop(L, 1);
    }
    return count;
}

static void set_header(lua_State *L, const char *name, const char *value)
{
    if (lua_getfield(L, -1, name) == LUA_TSTRING)
        lua_pushfstring(L, "%s, %s", lua_tostring(L, -1), value);
    else
        lua_pushstring(L, value);
    lua_setfield(L, -3, name);
    lua_pop(L, 1);
}

static void push_headers(lua_State *L, const struct buffer *headers)
{
    const char *p = headers->data, *end = p + headers->length;

    lua_newtable(L);
    while (p < end) {
        const char *value = p + strlen(p) + 1;

        set_header(L, p, value);
        p = value + strlen(value) + 1;
    }
}

/* The server may have said how it went, and then too much or nothing. */
static int push_failure(lua_State *L, const struct carrier *c)
{
    int count = handle_push_result(L, false, &c->error);

    if (c->status == 0)
        return count;
    lua_pushinteger(L, c->status);
    return count + 1;
}

static int go_on(lua_State *L, int status, lua_KContext context)
{
    struct carrier *c = (struct carrier *)context;

    (void)status;
    if (c->error.text[0] != '\0')
        return push_failure(L, c);
    lua_createtable(L, 0, 3);
    lua_pushinteger(L, c->status);
    lua_setfield(L, -2, "status");
    push_headers(L, &c->headers);
    lua_setfield(L, -2, "headers");
    lua_pushlstring(L, c->text.data, c->text.length);
    lua_setfield(L, -2, "body");
    buffer_free(&c->text);
    return 1;
}

void http_read(lua_State *L, int options, const char *name, const char *url, const char *body, size_t body_length,
               struct transfer_request *r, struct transfer_header *headers)
{
    args_check_fields(L, options, fields);
    r->url = url != NULL ? url : args_text_field(L, options, "url", NULL);
    if (r->url == NULL)
        luaL_error(L, "%s: 'url' is missing", name);
    r->body = body != NULL ? body : args_text_field(L, options, "body", &r->body_length);
    r->body_length = body != NULL ? body_length : r->body_length;
    r->method = args_text_field(L, options, "method", NULL);
    r->timeout = args_duration_field(L, options, "timeout", 0);
    r->max_body = (size_t)args_size_field(L, options, "max_body", 0);
    r->user = args_text_field(L, options, "user", NULL);
    r->password = args_text_field(L, options, "password", NULL);
    r->ca_file = args_text_field(L, options, "ca_file", NULL);
    r->cert_file = args_text_field(L, options, "cert_file", NULL);
    r->key_file = args_text_field(L, options, "key_file", NULL);
    r->proxy = args_text_field(L, options, "proxy", NULL);
    r->insecure = args_bool_field(L, options, "insecure", false);
    r->follow = args_bool_field(L, options, "follow", false);
    r->header = headers;
    r->header_count = read_headers(L, options, headers);
    if (r->key_file != NULL && r->cert_file == NULL)
        luaL_error(L, "%s: 'key_file' means nothing without 'cert_file'", name);
    if (strncmp(r->url, "http:", 5) != 0 && strncmp(r->url, "https:", 6) != 0)
        luaL_error(L, "%s: '%s' does not begin with http: or https:", name, r->url);
}

/* With the options, a table, at `options`; what is not NULL comes before them. */
static int request(lua_State *L, int options, const char *name, const char *url, const char *body, size_t body_length)
{
    struct transfer_header headers[HTTP_HEADERS_MOST];
    struct transfer_request r = { 0 };
    struct task *t = task_to_wait(L, name);

    http_read(L, options, name, url, body, body_length, &r, headers);
    return carrier_wait(L, carrier_push(L), t, &r, go_on);
}

static void check_options(lua_State *L, int arg)
{
    if (lua_isnoneornil(L, arg)) {
        lua_settop(L, arg - 1);
        lua_newtable(L);
    }
    luaL_checktype(L, arg, LUA_TTABLE);
    lua_settop(L, arg);
}

/* reeve.http.get(url [, options]) -> { status, headers, body } | nil, message [, status] (the body could not be had) */
static int lib_get(lua_State *L)
{
    const char *url = args_text(L, 1);

    check_options(L, 2);
    return request(L, 2, "reeve.http.get", url, NULL, 0);
}

/* reeve.http.post(url, body [, options]) -> as above */
static int lib_post(lua_State *L)
{
    size_t length;
    const char *url = args_text(L, 1);
    const char *body = luaL_checklstring(L, 2, &length);

    check_options(L, 3);
    return request(L, 3, "reeve.http.post", url, body, length);
}

/* reeve.http.request { url=, method=, headers=, body=, timeout=, max_body=, … } -> as above */
static int lib_request(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    return request(L, 1, "reeve.http.request", NULL, NULL, 0);
}

static const luaL_Reg functions[] = {
    { "get", lib_get }, { "post", lib_post }, { "request", lib_request }, { NULL, NULL }
};

void lib_open_http(lua_State *L)
{
    luaL_newlib(L, functions);
    http_open_stream(L);
    lua_setfield(L, -2, "http");
}
