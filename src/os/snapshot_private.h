/* What the memory of a snapshot looks like, for who writes it (snapshot.c) and who reads it (former.c): a row of
 * blocks, each of which is in use or free.
 *
 *     | head | block | block | block …                          end |
 *
 * Two blocks of the same entry are there at most for a moment: the later one counts. */
#ifndef OS_SNAPSHOT_PRIVATE_H
#define OS_SNAPSHOT_PRIVATE_H

#include "os/snapshot.h"

#include <stdint.h>

/* It grows when a reader must know more than the version before did; entries and fields that are new do not count,
 * since they are passed over. */
enum { SNAPSHOT_VERSION = 2 };

enum { UNIT = 64 };

static const char snapshot_magic[16] = "reeve snapshot";

struct head {
    char magic[16];
    uint32_t version;
    uint32_t end; /* in units: behind the last block */
    char rest[UNIT - 24];
};

enum { FREE = 0x46, LIVE = 0x4c };

struct block {
    uint32_t state;
    uint32_t units; /* all of it */
    uint32_t length;
    uint32_t entry; /* its name; of a free one, the place of the next of its size */
    uint32_t turn;  /* how often the entry was written */
    char kind[SNAPSHOT_KIND_MOST];
    char data[];
};

_Static_assert(sizeof(struct head) == UNIT, "blocks begin at units");
_Static_assert(sizeof(struct block) == 32, "the same for every compiler");

#endif
