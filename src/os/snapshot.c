/* The memory is a row of blocks. A block is in use, or free and in the list of its size:
 *
 *     | head | block | block | block …                          end |
 *
 * Two blocks of the same entry are there at most for a moment: the later one counts. The memory grows and never
 * moves, and what was freed is used again. */
#include "os/snapshot.h"

#include "base/xalloc.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* VERSION grows when a reader must know more than the version before did; entries and fields that are new do not
 * count, since they are passed over. */
enum { VERSION = 2, OLDEST = 2 }; /* the first one was in no release */

enum {
    UNIT = 64,
    LEAST = 2,  /* units of a block: a process that is started takes the place of one that was not */
    SMALL = 16, /* sizes in steps of a unit; above that, each is a quarter larger than the one before, or less */
    CLASSES = 16 + 4 * 21,
    FIRST_ROOM = 64 << 10,
    OPEN_TRIES = 25,
    LARGE = 64 << 10, /* bytes of content */
};

static const size_t reserved = (size_t)1 << 30;
static const char magic[16] = "reeve snapshot";

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
    uint32_t entry;
    uint32_t turn; /* how often the entry was written */
    char kind[SNAPSHOT_KIND_MOST];
    char data[];
};

_Static_assert(sizeof(struct head) == UNIT, "blocks begin at units");
_Static_assert(sizeof(struct block) == 32, "the same for every compiler");

struct snapshot {
    int fd;
    char *memory;
    size_t room;   /* that the descriptor has */
    size_t mapped; /* bytes of addresses */
    uint32_t last_entry;
    uint32_t free_list[CLASSES]; /* place of a block, whose `entry` names the next; 0: none */
    int failure;                 /* an errno: why not all was kept */
    bool left;
    struct block **live; /* of one that was opened: by entry; owned */
    size_t live_count;
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
    s->mapped = reserved;
    s->fd = memfd_create("reeve", MFD_CLOEXEC);
    if (s->fd >= 0 && make_room(s, FIRST_ROOM))
        s->memory = mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, s->fd, 0);
    if (s->memory == MAP_FAILED) {
        failure_errno(e, "no memory that outlives an exec");
        snapshot_free(s);
        return NULL;
    }
    madvise(s->memory, reserved, MADV_DONTDUMP);
    *head_of(s) = (struct head){ .version = VERSION, .end = 1 };
    memcpy(head_of(s)->magic, magic, sizeof magic);
    return s;
}

void snapshot_free(struct snapshot *s)
{
    if (s == NULL)
        return;
    if (s->memory != MAP_FAILED)
        munmap(s->memory, s->mapped);
    if (s->fd >= 0)
        close(s->fd);
    free(s->live);
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

    assert(strlen(kind) <= SNAPSHOT_KIND_MOST);
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

/* -- reading ---------------------------------------------------------------------------------------------------- */

static bool is_block(const struct block *b, size_t left)
{
    return left >= sizeof *b && b->units > 0 && (size_t)b->units * UNIT <= left &&
           (b->state == FREE || b->state == LIVE) && b->length <= (size_t)b->units * UNIT - sizeof *b;
}

static int by_entry(const void *a, const void *b)
{
    const struct block *const *p = a, *const *q = b;

    if ((*p)->entry != (*q)->entry)
        return (*p)->entry < (*q)->entry ? -1 : 1;
    return (*p)->turn < (*q)->turn ? -1 : (*p)->turn > (*q)->turn;
}

/* Of two blocks of one entry the later one stays. */
static void forget_replaced(struct snapshot *s)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->live_count; i++)
        if (i + 1 == s->live_count || s->live[i]->entry != s->live[i + 1]->entry)
            s->live[kept++] = s->live[i];
    s->live_count = kept;
}

static bool find_live(struct snapshot *s, size_t end)
{
    size_t capacity = 0;

    for (size_t at = UNIT; at < end; at += (size_t)((struct block *)(s->memory + at))->units * UNIT) {
        struct block *b = (struct block *)(s->memory + at);

        if (!is_block(b, end - at))
            return false;
        if (b->state == FREE)
            continue;
        if (s->live_count == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 64;
            s->live = xrealloc(s->live, capacity * sizeof(struct block *));
        }
        s->live[s->live_count++] = b;
    }
    if (s->live_count > 0)
        qsort(s->live, s->live_count, sizeof(struct block *), by_entry);
    forget_replaced(s);
    return true;
}

static bool check(struct snapshot *s, size_t size, struct error *e)
{
    const struct head *head = head_of(s);

    if (size < sizeof *head || memcmp(head->magic, magic, sizeof magic) != 0)
        return failure(e, "this is no state of reeve's");
    if (head->version < OLDEST || head->version > VERSION)
        return failure(e, "the state is of version %u, and this reeve reads versions %d to %d", (unsigned)head->version,
                       OLDEST, VERSION);
    if ((size_t)head->end * UNIT > size || !find_live(s, (size_t)head->end * UNIT))
        return failure(e, "the state is broken");
    return true;
}

/* False, with errno: the system does not give it to us. Nothing of a size maps to nothing. */
static bool map_former(struct snapshot *s)
{
    struct stat st;

    if (fstat(s->fd, &st) < 0)
        return false;
    s->mapped = (size_t)st.st_size;
    if (s->mapped > 0)
        s->memory = mmap(NULL, s->mapped, PROT_READ, MAP_PRIVATE, s->fd, 0);
    return s->mapped == 0 || s->memory != MAP_FAILED;
}

/* All that is known of the children is in there, and there is no second one: what the system refuses now it may give in
 * a moment. */
static bool map_patiently(struct snapshot *s)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000000 };

    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        if (map_former(s))
            return true;
        if (errno == EBADF)
            return false;
        nanosleep(&pause, NULL);
    }
    return map_former(s);
}

struct snapshot *snapshot_open(int fd, struct error *e)
{
    struct snapshot *s = xcalloc(1, sizeof *s);

    s->fd = fd;
    s->memory = MAP_FAILED;
    if (!map_patiently(s))
        failure_errno(e, "the state cannot be read");
    else if (check(s, s->mapped, e))
        return s;
    snapshot_free(s);
    return NULL;
}

const char *snapshot_find(const struct snapshot *s, unsigned name, size_t *length)
{
    size_t low = 0, high = s->live_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (s->live[middle]->entry < name)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == s->live_count || s->live[low]->entry != name)
        return NULL;
    *length = s->live[low]->length;
    return s->live[low]->data;
}

size_t snapshot_each(const struct snapshot *s, const char *kind, snapshot_fn *fn, void *arg)
{
    size_t count = 0;

    for (size_t i = 0; i < s->live_count; i++)
        if (strncmp(s->live[i]->kind, kind, SNAPSHOT_KIND_MOST) == 0) {
            fn(s->live[i]->data, s->live[i]->length, arg);
            count++;
        }
    return count;
}
