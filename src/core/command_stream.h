/* Replies that go on until the client goes: tail -f, attach, log -f, events -f. */
#ifndef CORE_COMMAND_STREAM_H
#define CORE_COMMAND_STREAM_H

#include "command_private.h"

enum { STREAM_STDOUT = 1, STREAM_STDERR = 2, STREAM_BOTH = STREAM_STDOUT | STREAM_STDERR };

/* Send `recent`, then what the processes write from now on. Ends when the last of them is gone. */
void stream_processes(struct reply *r, const struct targets *t, int streams, const struct buffer *recent);

#endif
