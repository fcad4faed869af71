/* The memory grows and never moves, and what was freed is used again: free blocks are in the list of their size. */
#include "os/snapshot.h"

#include "base/xalloc.h"
#include "snapshot_private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    LEAST = 2,  /* units of a block: a process that is started takes the place of one that was not */
    SMALL = 16, /* sizes in steps of a unit; above that, each is a quarter larger than the one before, or less */
    CLASSES = 16 + 4 * 21,
    FIRST_ROOM = 64 << 10,
    LARGE = 64 << 10, /* bytes of content */
};

static const size_t reserved = (size_t)1 << 30;

struct snapshot {
    int fd;
    char *memory;
    size_t room; /* that the descriptor has */
    uint32_t last_entry;
    uint32_t free_list[CLASSES]; /* place of a block, whose `entry` names the next; 0: none */
    int failure;                 /* an errno: why not all was kept */
    bool left;
};

static struct head *head_of(const struct snapshot *s)
{
    return (struct head *)s->memory;
}

static struct block *block_at(const struct snapshot *s, unsigned place)
{
    return (struct block *)(s->memory + (size_t)place * UNIT);
}

/* -- making ----------------------------------------------------------------------------------------------------- */

/* Memory that the system has promised: without it, a write would kill us. */
static bool make_room(struct snapshot *s, size_t needed)
{
    size_t room = s->room;

    while (room < needed)
        room = room == 0 ? FIRST_ROOM : room + room / 4 / UNIT * UNIT;
    if (room > reserved)
        errno = ENOMEM;
    if (room > reserved || fallocate(s->fd, 0, 0, (off_t)room) < 0)
        return false;
    s->room = room;
    return true;
}

struct snapshot *snapshot_new(struct error *e)
{
    struct snapshot *s = xcalloc(1, sizeof *s);

    s->memory = MAP_FAILED;
    s->fd = memfd_create("reeve", MFD_CLOEXEC);
    if (s->fd >= 0 && make_room(s, FIRST_ROOM))
        s->memory = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, s->fd, 0);
    if (s->memory == MAP_FAILED) {
        failure_errno(e, "no memory that outlives an exec");
        snapshot_free(s);
        return NULL;
    }
    madvise(s->memory, reserved, MADV_DONTDUMP);
    *head_of(s) = (struct head){ .version = SNAPSHOT_VERSION, .end = 1 };
    memcpy(head_of(s)->magic, snapshot_magic, sizeof snapshot_magic);
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (s == NULL)
        return;
    if (s->memory != MAP_FAILED)
        munmap(s->memory, reserved);
    if (s->fd >= 0)
        close(s->fd);
    free(s);
}

void snapshot_leave(struct snapshot *s)
{
    if (s != NULL)
        s->left = true;
}

int snapshot_fd(const struct snapshot *s)
{
    return s->fd;
}

const char *snapshot_bytes(const struct snapshot *s, size_t *length)
{
    *length = (size_t)head_of(s)->end * UNIT;
    return s->memory;
}

/* -- writing ---------------------------------------------------------------------------------------------------- */

/* The class of blocks that have at least so many units, and how many these have. */
static unsigned class_of(size_t units, uint32_t *size)
{
    unsigned number = SMALL - 1;
    uint32_t step = SMALL / 4;

    if (units <= SMALL) {
        *size = (uint32_t)units;
        return (unsigned)units - 1;
    }
    for (*size = SMALL; *size < units; *size += step) {
        if (*size == 8 * step)
            step *= 2;
        number++;
    }
    return number;
}

static uint32_t take_new(struct snapshot *s, uint32_t size)
{
    struct head *head = head_of(s);
    uint32_t place = head->end;

    if (((size_t)place + size) * UNIT > s->room && !make_room(s, ((size_t)place + size) * UNIT))
        return 0;
    block_at(s, place)->units = size;
    block_at(s, place)->state = FREE;
    __atomic_store_n(&head->end, place + size, __ATOMIC_RELEASE);
    return place;
}

static uint32_t take_block(struct snapshot *s, size_t length)
{
    size_t units = (sizeof(struct block) + length + UNIT - 1) / UNIT;
    uint32_t size;
    unsigned number = class_of(units > LEAST ? units : LEAST, &size);
    uint32_t place = s->free_list[number];

    if (place == 0)
        return take_new(s, size);
    s->free_list[number] = block_at(s, place)->entry;
    return place;
}

static void give_back(struct snapshot *s, uint32_t place)
{
    struct block *b = block_at(s, place);
    uint32_t size;
    unsigned number = class_of(b->units, &size);

    __atomic_store_n(&b->state, FREE, __ATOMIC_RELEASE);
    b->entry = s->free_list[number];
    s->free_list[number] = place;
}

void snapshot_make_room(struct snapshot *s, size_t bytes)
{
    size_t needed = (size_t)head_of(s)->end * UNIT + bytes;

    if (!s->left && needed > s->room && !make_room(s, needed))
        s->failure = errno;
}

static bool is_unchanged(const struct block *b, const struct buffer *content)
{
    return b->length == content->length && memcmp(b->data, content->data, content->length) == 0;
}

/* A block of the entry `name` that is complete but for its content. */
static struct block *begin_entry(struct snapshot *s, const struct block *old, unsigned name, const char *kind,
                                 size_t length, uint32_t *place)
{
    struct block *b;

    assert(strlen(kind) <= SNAPSHOT_KIND_MOST);
    errno = ENOMEM;
    *place = length < reserved ? take_block(s, length) : 0;
    if (*place == 0) {
        s->failure = errno;
        return NULL;
    }
    b = block_at(s, *place);
    b->length = (uint32_t)length;
    b->entry = old != NULL ? old->entry : name;
    b->turn = old != NULL ? old->turn + 1 : 1;
    memset(b->kind, 0, sizeof b->kind);
    memcpy(b->kind, kind, strlen(kind));
    return b;
}

/* What is large (the text of a plan) is not looked at in this life: written, it takes none of our own pages. */
static void fill(struct snapshot *s, struct block *b, const struct buffer *content)
{
    off_t at = b->data - s->memory;

    if (content->length >= LARGE && pwrite(s->fd, content->data, content->length, at) == (ssize_t)content->length)
        return;
    if (content->length > 0)
        memcpy(b->data, content->data, content->length);
}

unsigned snapshot_name(struct snapshot *s)
{
    return s != NULL ? ++s->last_entry : 0;
}

void *snapshot_reserve(struct snapshot *s, unsigned name, unsigned *entry, const char *kind, size_t length)
{
    const struct block *old = *entry != 0 ? block_at(s, *entry) : NULL;
    uint32_t place;
    struct block *b = s->left ? NULL : begin_entry(s, old, name, kind, length, &place);

    if (b == NULL)
        return NULL;
    memset(b->data, 0, length);
    __atomic_store_n(&b->state, LIVE, __ATOMIC_RELEASE);
    *entry = place;
    return b->data;
}

void snapshot_put(struct snapshot *s, unsigned *entry, const char *kind, const struct buffer *content)
{
    snapshot_put_named(s, *entry == 0 ? snapshot_name(s) : 0, entry, kind, content);
}

void snapshot_put_named(struct snapshot *s, unsigned name, unsigned *entry, const char *kind,
                        const struct buffer *content)
{
    const struct block *old = s != NULL && *entry != 0 ? block_at(s, *entry) : NULL;
    struct block *b;
    uint32_t place;

    if (s == NULL || s->left || (old != NULL && is_unchanged(old, content)))
        return;
    b = begin_entry(s, old, name, kind, content->length, &place);
    if (b == NULL)
        return;
    fill(s, b, content);
    __atomic_store_n(&b->state, LIVE, __ATOMIC_RELEASE);
    if (*entry != 0)
        give_back(s, *entry);
    *entry = place;
}

void snapshot_drop(struct snapshot *s, unsigned *entry)
{
    if (s != NULL && !s->left && *entry != 0)
        give_back(s, *entry);
    *entry = 0;
}

bool snapshot_is_whole(const struct snapshot *s)
{
    return s->failure == 0;
}

int snapshot_failure(const struct snapshot *s)
{
    return s->failure;
}

void snapshot_try_again(struct snapshot *s)
{
    s->failure = 0;
}
