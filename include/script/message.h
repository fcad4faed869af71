/* message: what Lua says of an error, taken apart. */
#ifndef SCRIPT_MESSAGE_H
#define SCRIPT_MESSAGE_H

#include "base/buffer.h"
#include "script/state.h"

#include <lua.h>

/* If `message` begins with "FILE:LINE: " for the file `path` (which Lua shortens), what follows that and the line;
 * else NULL. */
const char *message_after_place(const char *message, const char *path, int *line);

/* Take the error value at `index` apart, in a message handler or when its stack still stands. */
void message_explain(lua_State *L, int index, struct spot *spot, struct buffer *text);

/* The stack of `co` from `level` on, on one line: "stack traceback: a.lua:3: in function 'f'; a.lua:9: in …". */
void message_traceback(lua_State *L, lua_State *co, int level, struct buffer *out);

#endif
