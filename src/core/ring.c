#include "core/ring.h"

#include "base/xalloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST = 512 };

struct ring_head {
    uint32_t used, next;
};

static void release(struct ring *r)
{
    if (r->entry != 0)
        snapshot_drop(r->snapshot, &r->entry);
    else
        free(r->data);
    r->data = NULL;
}

void ring_free(struct ring *r)
{
    release(r);
    *r = (struct ring){ 0 };
}

/* What stands before the bytes in the snapshot. */
static void note(const struct ring *r)
{
    struct ring_head *head;

    if (r->entry == 0)
        return;
    head = (struct ring_head *)(r->data - sizeof *head);
    head->used = (uint32_t)r->used;
    head->next = (uint32_t)r->next;
}

/* Memory for so many bytes in place of what there is, which stays valid in `old` until it is released. */
static void take_memory(struct ring *r, size_t capacity, struct ring *old)
{
    char *memory = NULL;

    *old = *r;
    if (r->snapshot != NULL)
        memory = snapshot_reserve(r->snapshot, r->name, &r->entry, "ring", sizeof(struct ring_head) + capacity);
    if (memory == NULL)
        r->entry = 0;
    r->data = memory != NULL ? memory + sizeof(struct ring_head) : xmalloc(capacity);
    r->capacity = capacity;
}

/* The kept bytes lie in two pieces: the older one ends where the memory ends. */
static size_t older(const struct ring *r)
{
    return r->used < r->capacity ? 0 : r->capacity - r->next;
}

/* Oldest first. */
static void copy_out(const struct ring *r, char *to)
{
    size_t first = older(r);

    if (first > 0)
        memcpy(to, r->data + r->next, first);
    if (r->used > first)
        memcpy(to + first, r->data, r->used - first);
}

/* Move the kept bytes into new memory, where nothing wraps; the last of them if there are too many. */
static void move_to(struct ring *r, size_t capacity)
{
    char *all = xmalloc(r->used + 1);
    size_t kept = r->used < capacity ? r->used : capacity;
    struct ring old;

    copy_out(r, all);
    take_memory(r, capacity, &old);
    memcpy(r->data, all + (old.used - kept), kept);
    r->used = kept;
    r->next = kept < capacity ? kept : 0;
    note(r);
    release(&old);
    free(all);
}

unsigned ring_keep(struct ring *r, struct snapshot *snapshot)
{
    if (r->name == 0)
        r->name = snapshot_name(snapshot);
    r->snapshot = snapshot;
    if (r->entry == 0 && r->capacity > 0)
        move_to(r, r->capacity);
    return r->name;
}

static void grow(struct ring *r, size_t needed)
{
    size_t capacity = r->capacity > 0 ? r->capacity : FIRST;

    while (capacity < needed && capacity < r->size)
        capacity = capacity < r->size / 2 ? 2 * capacity : r->size;
    if (capacity > r->size)
        capacity = r->size;
    if (capacity > r->capacity)
        move_to(r, capacity);
}

void ring_add(struct ring *r, const char *data, size_t length)
{
    size_t first;

    if (length > r->size) {
        data += length - r->size;
        length = r->size;
    }
    if (length == 0)
        return;
    if (r->used + length > r->capacity && r->capacity < r->size)
        grow(r, r->used + length);

    first = r->capacity - r->next;
    first = length < first ? length : first;
    memcpy(r->data + r->next, data, first);
    memcpy(r->data, data + first, length - first);
    r->next = (r->next + length) % r->capacity;
    r->used = r->used + length < r->capacity ? r->used + length : r->capacity;
    note(r);
}

void ring_end_line(struct ring *r)
{
    if (r->used > 0 && r->data[(r->next + r->capacity - 1) % r->capacity] != '\n')
        ring_add(r, "\n", 1);
}

void ring_restore(struct ring *r, const char *memory, size_t length)
{
    struct ring_head head;
    size_t capacity, first;

    if (length < sizeof head)
        return;
    memcpy(&head, memory, sizeof head);
    memory += sizeof head;
    capacity = length - sizeof head;
    if (head.used > capacity || head.next > capacity)
        return;
    first = head.used < capacity ? 0 : head.next;
    ring_add(r, memory + first, head.used - first);
    ring_add(r, memory, first);
}

/* Where the last `lines` lines begin; SIZE_MAX: the first whole line, or what there is of the only one. */
static size_t start_of_tail(const char *data, size_t length, size_t lines, bool whole)
{
    size_t end = length > 0 && data[length - 1] == '\n' ? length - 1 : length;
    const char *newline;

    for (; lines > 0 && (newline = memrchr(data, '\n', end)) != NULL; lines--)
        end = (size_t)(newline - data);
    if (lines == 0)
        return end + 1;
    if (whole || (newline = memchr(data, '\n', length)) == NULL || newline + 1 == data + length)
        return 0;
    return (size_t)(newline + 1 - data);
}

void ring_tail(const struct ring *r, size_t lines, struct buffer *out)
{
    size_t before = out->length;
    size_t start;
    char *kept;

    if (r->used == 0 || lines == 0)
        return;
    buffer_reserve(out, r->used);
    kept = out->data + before;
    copy_out(r, kept);
    start = start_of_tail(kept, r->used, lines, r->used < r->size);
    memmove(kept, kept + start, r->used - start);
    out->length += r->used - start;
    out->data[out->length] = '\0';
}

static void forget_all(struct ring *r)
{
    release(r);
    r->used = r->next = r->capacity = 0;
}

void ring_resize(struct ring *r, size_t size)
{
    if (size == r->size)
        return;
    r->size = size;
    if (size == 0)
        forget_all(r);
    else if (size < r->capacity)
        move_to(r, size);
}
