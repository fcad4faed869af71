/* ring: the last bytes of a stream. Grows up to its size, allocates nothing before the first byte. Its memory may be
 * that of a snapshot, so that a next life finds the last bytes, whatever ended this one. */
#ifndef CORE_RING_H
#define CORE_RING_H

#include "base/buffer.h"
#include "os/snapshot.h"

#include <stddef.h>

/* All zero is one that keeps nothing. */
struct ring {
    char *data; /* owned */
    size_t size, used, next;
    size_t capacity;           /* allocated so far: doubles up to `size` */
    struct snapshot *snapshot; /* NULL: the memory is the heap's */
    unsigned name, entry;      /* in the snapshot; entry 0: the memory is the heap's */
};

/* Its memory is to be the snapshot's, under the name that is returned. Once more: if it had to be the heap's, it tries
 * again. */
unsigned ring_keep(struct ring *r, struct snapshot *snapshot);

/* The bytes of a ring of a former life. Its memory may say anything. */
void ring_restore(struct ring *r, const char *memory, size_t length);

void ring_free(struct ring *r);
void ring_add(struct ring *r, const char *data, size_t length);

/* What is added from now on begins a line. */
void ring_end_line(struct ring *r);

/* The last `lines` lines (an unfinished one counts); SIZE_MAX: all that is kept, from the first whole line on. */
void ring_tail(const struct ring *r, size_t lines, struct buffer *out);

/* Keep fewer or more bytes from now on. */
void ring_resize(struct ring *r, size_t size);

#endif
