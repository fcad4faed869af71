/* Replies that go on until the client goes: tail -f, attach, log -f, events -f. */
#ifndef CORE_COMMAND_STREAM_H
#define CORE_COMMAND_STREAM_H

#include "command_private.h"

enum { STREAM_STDOUT = 1, STREAM_STDERR = 2, STREAM_BOTH = STREAM_STDOUT | STREAM_STDERR };

/* Add lines, each behind the name of whose it is; the last one may lack its newline, and gets it. */
void stream_add_prefixed(const char *name, const char *data, size_t length, struct buffer *out);

/* Send `recent`, then what the processes write from now on. Ends when the last of them is gone. */
void stream_processes(struct reply *r, const struct targets *t, int streams, const struct buffer *recent);

#endif
