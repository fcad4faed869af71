/* http: a request as Lua describes it. */
#ifndef SCRIPT_HTTP_H
#define SCRIPT_HTTP_H

#include "os/transfer.h"

#include <lua.h>

enum { HTTP_HEADERS_MOST = 100 };

/* Read the table at `options` into `r`, whose `header` has room for HTTP_HEADERS_MOST. What is not NULL comes before
 * it. The texts are Lua's: they are kept by the table, and by what is left on the stack. Raises what is wrong; `name`
 * is the function that was called. */
void http_read(lua_State *L, int options, const char *name, const char *url, const char *body, size_t body_length,
               struct transfer_request *r, struct transfer_header *headers);

/* reeve.http.stream: into the table on top of the stack. */
void http_open_stream(lua_State *L);

/* All of them, before transfers_close: those of generations that are left are collected later. */
void http_close_streams(void);

/* In a forked copy of reeve: none of them is ours, and Lua frees them without a word. */
void http_leave_streams(void);

#endif
