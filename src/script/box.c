#include "script/box.h"
#include "script/userdata.h"

#include <lauxlib.h>

struct box {
    void *held;
    box_release_fn *release;
};

static int free_pointer(lua_State *L)
{
    struct box *box = lua_touserdata(L, 1);

    if (box->held != NULL)
        box->release(box->held);
    box->held = NULL;
    return 0;
}

static int free_buffer(lua_State *L)
{
    buffer_free(lua_touserdata(L, 1));
    return 0;
}

struct buffer *box_buffer(lua_State *L)
{
    struct buffer *b = lua_newuserdatauv(L, sizeof *b, 0);

    *b = (struct buffer){ 0 };
    userdata_collect(L, "reeve.buffer", free_buffer);
    return b;
}

void **box_pointer(lua_State *L, box_release_fn *release)
{
    struct box *box = lua_newuserdatauv(L, sizeof *box, 0);

    *box = (struct box){ NULL, release };
    userdata_collect(L, "reeve.box", free_pointer);
    return &box->held;
}
