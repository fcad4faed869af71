/* fingerprint: whether two functions do the same, wherever they stand. */
#ifndef SCRIPT_FINGERPRINT_H
#define SCRIPT_FINGERPRINT_H

#include <lua.h>
#include <stdint.h>

/* Of the code of the function on top of the stack: comments, layout and its lines do not count. */
uint64_t fingerprint(lua_State *L);

#endif
