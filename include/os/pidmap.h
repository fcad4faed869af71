/* pidmap: finds a record by its pid, for ten bytes a record or two. */
#ifndef OS_PIDMAP_H
#define OS_PIDMAP_H

#include <stddef.h>
#include <sys/types.h>

/* Open addressing; all zero is empty. Holds the address of each record's pid, which is the record's first member. */
struct pidmap {
    pid_t **slot; /* owned; NULL: free */
    size_t room;  /* a power of two, or 0 */
    size_t count;
};

/* The next pidmap_add needs no memory. */
void pidmap_make_room(struct pidmap *map);

/* No record with this pid may be there. */
void pidmap_add(struct pidmap *map, pid_t *record);

/* NULL if there is none. */
pid_t *pidmap_find(const struct pidmap *map, pid_t pid);

/* It must be there. */
void pidmap_remove(struct pidmap *map, pid_t pid);

void pidmap_free(struct pidmap *map);

#endif
