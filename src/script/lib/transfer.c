/* What reeve.http and reeve.mail share: a transfer that a task waits for. */
#include "script/transfer.h"

#include "script/handle.h"
#include "script/userdata.h"

#include <lauxlib.h>
#include <string.h>

static void cancel(void *work)
{
    struct carrier *c = work;

    transfer_cancel(c->transfer);
    c->transfer = NULL;
}

static int collect(lua_State *L)
{
    struct carrier *c = lua_touserdata(L, 1);

    cancel(c);
    buffer_free(&c->text);
    buffer_free(&c->headers);
    words_free(&c->words);
    return 0;
}

struct carrier *carrier_push(lua_State *L)
{
    struct carrier *c = lua_newuserdatauv(L, sizeof *c, 0);

    *c = (struct carrier){ .task = NULL };
    userdata_collect(L, "reeve.carrier", collect);
    return c;
}

/* Names and values end with zeros. */
static void keep_headers(struct carrier *c, const struct transfer_result *r)
{
    for (size_t i = 0; i < r->header_count; i++) {
        buffer_add(&c->headers, r->header[i].name, strlen(r->header[i].name) + 1);
        buffer_add(&c->headers, r->header[i].value, strlen(r->header[i].value) + 1);
    }
}

static void on_done(const struct transfer_result *r, void *arg)
{
    struct carrier *c = arg;

    c->transfer = NULL;
    c->status = r->status;
    buffer_clear(&c->text);
    if (r->error != NULL) {
        failure(&c->error, "%s", r->error);
    } else {
        keep_headers(c, r);
        buffer_add(&c->text, r->body, r->body_length);
    }
    task_wake(c->task);
}

int carrier_wait(lua_State *L, struct carrier *c, struct task *t, const struct transfer_request *request,
                 lua_KFunction go_on)
{
    struct error e;

    c->task = t;
    c->transfer = transfer_start(tasks_loop(), request, on_done, c, &e);
    words_free(&c->words);
    buffer_free(&c->text);
    if (c->transfer == NULL)
        return handle_push_result(L, false, &e);
    return task_wait(L, t, cancel, c, go_on);
}
