/* spout: writes to a descriptor that may be slow, and never waits for it.
 *
 * reeve's own stdout and stderr are shared with others, who would be surprised by O_NONBLOCK: there a look (poll) goes
 * before each small write. */
#ifndef OS_SPOUT_H
#define OS_SPOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spout {
    int fd;       /* owned; -1: none */
    bool regular; /* a file on a disk: always takes what it is given */
    bool socket;
    size_t step; /* so much at most after a look; 0: no look is needed */
};

/* Own `fd`; `kind`: what it is, as fstat tells. */
void spout_open(struct spout *s, int fd, mode_t kind);
void spout_close(struct spout *s);

/* Write until all is written, the descriptor is full or it fails: the number of bytes, and in `*reason` 0, EAGAIN
 * or what failed. */
size_t spout_write(const struct spout *s, const char *data, size_t length, int *reason);

#endif
