/* channel: a connection as a value of Lua: what reeve.connect gives, and socket:accept. */
#ifndef SCRIPT_CHANNEL_H
#define SCRIPT_CHANNEL_H

#include <lua.h>

/* Push one of a connected, non-blocking socket, which it owns from now on. `address` is for messages. */
void channel_push(lua_State *L, int fd, const char *address);

#endif
