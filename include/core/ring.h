/* ring: the last bytes of a stream. Grows up to its size, allocates nothing before the first byte. */
#ifndef CORE_RING_H
#define CORE_RING_H

#include "base/buffer.h"

#include <stddef.h>

struct ring {
    char *data; /* owned */
    size_t size, used, next;
    size_t capacity; /* allocated so far: doubles up to `size` */
};

void ring_init(struct ring *r, size_t size);
void ring_free(struct ring *r);
void ring_add(struct ring *r, const char *data, size_t length);

/* The last `lines` lines (an unfinished one counts); SIZE_MAX: all that is kept, from the first whole line on. */
void ring_tail(const struct ring *r, size_t lines, struct buffer *out);

/* All bytes that are kept, the oldest first. */
void ring_copy(const struct ring *r, struct buffer *out);

/* Keep fewer or more bytes from now on. */
void ring_resize(struct ring *r, size_t size);

#endif
