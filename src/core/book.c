/* A page is begun, filled, and in its turn begun again; no entry is moved. One counts when `used` says so, which is
 * written last. */
#include "core/book.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

struct head {
    uint32_t turn; /* it was the turn-th to be begun; 0: it never was */
    uint32_t used; /* bytes of entries: the length of each, and then itself */
};

enum { ROOM = BOOK_PAGE_SIZE - sizeof(struct head), LENGTH = sizeof(uint32_t), OLD_MOST = 64 };

static void release(struct book *b, struct book_page *page)
{
    if (page->entry != 0)
        snapshot_drop(b->snapshot, &page->entry);
    else
        free(page->memory);
    page->memory = NULL;
}

void book_free(struct book *b)
{
    for (int i = 0; i < BOOK_PAGES; i++)
        release(b, &b->page[i]);
    *b = (struct book){ .kind = b->kind };
}

/* ---- pages ------------------------------------------------------------------------------------- */

static struct head *head_of(const struct book_page *page)
{
    return (struct head *)(void *)page->memory;
}

/* NULL: there is no snapshot, or no room in it. */
static char *reserve(const struct book *b, struct book_page *page)
{
    if (b->snapshot == NULL)
        return NULL;
    if (page->name == 0)
        page->name = snapshot_name(b->snapshot);
    return snapshot_reserve(b->snapshot, page->name, &page->entry, b->kind, BOOK_PAGE_SIZE);
}

static struct book_page *page_of(struct book *b, uint32_t turn)
{
    return &b->page[turn % BOOK_PAGES];
}

static struct book_page *begin_page(struct book *b)
{
    struct book_page *page = page_of(b, ++b->turn);

    if (page->memory == NULL)
        page->memory = reserve(b, page);
    if (page->memory == NULL)
        page->memory = xcalloc(1, BOOK_PAGE_SIZE);
    __atomic_store_n(&head_of(page)->used, 0, __ATOMIC_RELEASE);
    head_of(page)->turn = b->turn;
    return page;
}

void book_add(struct book *b, const void *entry, size_t length)
{
    struct book_page *page = b->turn > 0 ? page_of(b, b->turn) : NULL;
    uint32_t size = (uint32_t)length;
    struct head *head;
    char *at;

    if (length > ROOM - LENGTH)
        return;
    if (page == NULL || head_of(page)->used + LENGTH + size > ROOM)
        page = begin_page(b);
    head = head_of(page);
    at = (char *)(head + 1) + head->used;
    memcpy(at, &size, LENGTH);
    memcpy(at + LENGTH, entry, size);
    __atomic_store_n(&head->used, head->used + LENGTH + size, __ATOMIC_RELEASE);
}

/* ---- reading ----------------------------------------------------------------------------------- */

/* Up to the first one that is broken. */
static void each_of_page(const char *memory, size_t length, book_fn *fn, void *arg)
{
    struct head head;
    uint32_t size;

    memcpy(&head, memory, sizeof head);
    if (head.used > length - sizeof head)
        return;
    memory += sizeof head;
    for (size_t at = 0; head.used - at >= LENGTH; at += LENGTH + size) {
        memcpy(&size, memory + at, LENGTH);
        if (size > head.used - at - LENGTH)
            return;
        fn(memory + at + LENGTH, size, arg);
    }
}

void book_each(const struct book *b, book_fn *fn, void *arg)
{
    uint32_t first = b->turn > BOOK_PAGES ? b->turn - BOOK_PAGES : 0;

    for (uint32_t turn = first + 1; turn <= b->turn; turn++)
        each_of_page(b->page[turn % BOOK_PAGES].memory, BOOK_PAGE_SIZE, fn, arg);
}

/* ---- from life to life ------------------------------------------------------------------------- */

void book_keep(struct book *b, struct snapshot *snapshot)
{
    b->snapshot = snapshot;
    for (int i = 0; i < BOOK_PAGES; i++) {
        struct book_page *page = &b->page[i];
        char *memory = page->memory != NULL && page->entry == 0 ? reserve(b, page) : NULL;

        if (memory == NULL)
            continue;
        memcpy(memory, page->memory, BOOK_PAGE_SIZE);
        free(page->memory);
        page->memory = memory;
    }
}

struct old_pages {
    struct {
        const char *memory;
        size_t length;
        uint32_t turn;
    } page[OLD_MOST];
    size_t count;
};

/* In the order in which they were begun. */
static void sort_in(const char *memory, size_t length, void *arg)
{
    struct old_pages *old = arg;
    struct head head;
    size_t i;

    if (length < sizeof head || old->count == OLD_MOST)
        return;
    memcpy(&head, memory, sizeof head);
    for (i = old->count++; i > 0 && old->page[i - 1].turn > head.turn; i--)
        old->page[i] = old->page[i - 1];
    old->page[i].memory = memory;
    old->page[i].length = length;
    old->page[i].turn = head.turn;
}

static void add_again(const char *entry, size_t length, void *arg)
{
    book_add(arg, entry, length);
}

void book_resume(struct book *b, const struct former *former)
{
    struct old_pages old = { 0 };

    former_each(former, b->kind, sort_in, &old);
    for (size_t i = 0; i < old.count; i++)
        each_of_page(old.page[i].memory, old.page[i].length, add_again, b);
}
