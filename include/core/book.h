/* book: the last entries of something, each of any bytes. They lie in pages of a snapshot, so that a next life finds
 * them, wherever this one ended; without a snapshot, in the heap. */
#ifndef CORE_BOOK_H
#define CORE_BOOK_H

#include "os/former.h"
#include "os/snapshot.h"

#include <stddef.h>
#include <stdint.h>

enum { BOOK_PAGES = 16, BOOK_PAGE_SIZE = (4 << 10) - 32 }; /* with what the snapshot puts before it: 4 KB */

struct book_page {
    char *memory;         /* NULL: it was not needed yet */
    unsigned name, entry; /* in the snapshot; entry 0: the memory is the heap's */
};

/* All zero but for the kind is an empty one. */
struct book {
    const char *kind;          /* of the entries of the snapshot; static */
    struct snapshot *snapshot; /* borrowed; NULL: there is none */
    struct book_page page[BOOK_PAGES];
    uint32_t turn; /* how many pages were begun */
};

void book_free(struct book *b);

/* Write one more, and forget a page of the oldest when all are full. What is larger than a page is not kept. */
void book_add(struct book *b, const void *entry, size_t length);

/* Oldest first. The bytes are lent for the call. */
typedef void book_fn(const char *entry, size_t length, void *arg);
void book_each(const struct book *b, book_fn *fn, void *arg);

/* From now on it lies in there, with what it has. Once more: what had to be in the heap tries again. */
void book_keep(struct book *b, struct snapshot *snapshot);

/* Begin with what a former life has left. Its memory may say anything. */
void book_resume(struct book *b, const struct former *former);

#endif
