/* slots: low descriptor numbers, kept free for what the next child shall have. A child copies the
 * descriptors below the last slot and none of the thousands above. */
#ifndef OS_SLOTS_H
#define OS_SLOTS_H

#include <stdbool.h>

/* Three for stdio, one for a pipe, and some for sockets. */
enum { SLOT_COUNT = 8 };

struct slots {
    int filler; /* what an empty slot holds */
    int number[SLOT_COUNT];
};

/* Occupy the lowest numbers that are free; those that cannot be had are done without. */
void slots_open(struct slots *s);
void slots_close(struct slots *s);

/* Whether the number of `fd` is as good as a slot: above `above`, and low. */
bool slots_need_no(const struct slots *s, int fd, int above);

/* A copy of `fd`, close-on-exec: in the `i`th slot, or, if there is none above the number `above`, at the
 * lowest number above it. -1 with errno. */
int slots_fill(const struct slots *s, int i, int fd, int above);

/* Take that copy away again: a slot must not keep somebody's pipe open. */
void slots_empty(struct slots *s, int i, int copy);

#endif
