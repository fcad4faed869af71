/* transfer: an HTTP request or a mail that a task waits for. */
#ifndef SCRIPT_TRANSFER_H
#define SCRIPT_TRANSFER_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/words.h"
#include "os/transfer.h"
#include "script/task.h"

#include <lua.h>

/* It lies on the stack of its task, and is freed with it. */
struct carrier {
    struct task *task;
    struct transfer *transfer; /* NULL: it is over */
    struct words words;        /* for whoever makes the request; until it has begun */
    struct buffer text;        /* likewise; then the body of the answer */
    struct buffer headers;     /* of the answer: names and values in turn, each with a zero behind it */
    int status;
    struct error error; /* "": the server answered */
};

struct carrier *carrier_push(lua_State *L);

/* Begin, and wait: `return carrier_wait(…)`. `go_on` gets the carrier. */
int carrier_wait(lua_State *L, struct carrier *c, struct task *t, const struct transfer_request *request,
                 lua_KFunction go_on);

#endif
