/* telnet: takes the negotiation out of what a telnet client sends. What does not negotiate passes unchanged, so every
 * client may be taken for one. */
#ifndef CONTROL_TELNET_H
#define CONTROL_TELNET_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero at first. */
struct telnet {
    unsigned char state, verb;
    bool after_return;
    bool interrupted; /* the user wants to stop what runs (IAC IP, IAC BRK); for the reader to set back */
};

/* Add to `plain` what is meant, with CR LF and CR NUL as a newline, and to `answer` what the other side must be told:
 * it is refused every option. */
void telnet_filter(struct telnet *t, const char *data, size_t length, struct buffer *plain, struct buffer *answer);

#endif
