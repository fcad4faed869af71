/* box: memory of C that is freed with a value of Lua, whatever is raised in between. */
#ifndef SCRIPT_BOX_H
#define SCRIPT_BOX_H

#include "base/buffer.h"

#include <lua.h>

/* Push a box with an empty buffer. It may be freed before its time: buffer_free(box_buffer(…)). */
struct buffer *box_buffer(lua_State *L);

/* Push a box with a pointer, NULL at first, that `release` is called with. */
typedef void box_release_fn(void *held);
void **box_pointer(lua_State *L, box_release_fn *release);

#endif
