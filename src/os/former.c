/* There is no second one: all that is known of the children is in there. So we are patient in opening it, and look
 * through all of it before anybody believes a word. */
#include "os/former.h"

#include "base/xalloc.h"
#include "snapshot_private.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { OLDEST = 2 }; /* the first version was in no release */
enum { OPEN_TRIES = 25 };

struct former {
    int fd;
    char *memory;
    size_t size;
    const struct block **live; /* by entry; owned */
    size_t live_count;
};

/* -- looking through it ----------------------------------------------------------------------------------------- */

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
static void forget_replaced(struct former *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->live_count; i++)
        if (i + 1 == f->live_count || f->live[i]->entry != f->live[i + 1]->entry)
            f->live[kept++] = f->live[i];
    f->live_count = kept;
}

static bool find_live(struct former *f, size_t end)
{
    size_t capacity = 0;
    const struct block *b;

    for (size_t at = UNIT; at < end; at += (size_t)b->units * UNIT) {
        b = (const struct block *)(f->memory + at);
        if (!is_block(b, end - at))
            return false;
        if (b->state == FREE)
            continue;
        if (f->live_count == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 64;
            f->live = xrealloc(f->live, capacity * sizeof *f->live);
        }
        f->live[f->live_count++] = b;
    }
    if (f->live_count > 0)
        qsort(f->live, f->live_count, sizeof *f->live, by_entry);
    forget_replaced(f);
    return true;
}

static bool check(struct former *f, struct error *e)
{
    const struct head *head = (const struct head *)f->memory;

    if (f->size < sizeof *head || memcmp(head->magic, snapshot_magic, sizeof head->magic) != 0)
        return failure(e, "this is no state of reeve's");
    if (head->version < OLDEST || head->version > SNAPSHOT_VERSION)
        return failure(e, "the state is of version %u, and this reeve reads versions %d to %d", (unsigned)head->version,
                       OLDEST, SNAPSHOT_VERSION);
    if ((size_t)head->end * UNIT > f->size || !find_live(f, (size_t)head->end * UNIT))
        return failure(e, "the state is broken");
    return true;
}

/* -- opening ---------------------------------------------------------------------------------------------------- */

/* False, with errno: the system does not give it to us. Nothing of a size maps to nothing. */
static bool map_former(struct former *f)
{
    struct stat st;

    if (fstat(f->fd, &st) < 0)
        return false;
    f->size = (size_t)st.st_size;
    if (f->size > 0)
        f->memory = mmap(NULL, f->size, PROT_READ, MAP_PRIVATE, f->fd, 0);
    return f->size == 0 || f->memory != MAP_FAILED;
}

/* What the system refuses now it may give in a moment. */
static bool map_patiently(struct former *f)
{
    const struct timespec pause = { .tv_nsec = 20 * 1000000 };

    for (int tries = 0; tries < OPEN_TRIES; tries++) {
        if (map_former(f))
            return true;
        if (errno == EBADF)
            return false;
        nanosleep(&pause, NULL);
    }
    return map_former(f);
}

struct former *former_open(int fd, struct error *e)
{
    struct former *f = xcalloc(1, sizeof *f);

    f->fd = fd;
    f->memory = MAP_FAILED;
    if (!map_patiently(f))
        failure_errno(e, "the state cannot be read");
    else if (check(f, e))
        return f;
    former_close(f);
    return NULL;
}

void former_close(struct former *f)
{
    if (f == NULL)
        return;
    if (f->memory != MAP_FAILED)
        munmap(f->memory, f->size);
    if (f->fd >= 0)
        close(f->fd);
    free(f->live);
    free(f);
}

/* -- reading ---------------------------------------------------------------------------------------------------- */

const char *former_find(const struct former *f, unsigned name, size_t *length)
{
    size_t low = 0, high = f->live_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (f->live[middle]->entry < name)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == f->live_count || f->live[low]->entry != name)
        return NULL;
    *length = f->live[low]->length;
    return f->live[low]->data;
}

void former_each(const struct former *f, const char *kind, former_fn *fn, void *arg)
{
    for (size_t i = 0; i < f->live_count; i++)
        if (strncmp(f->live[i]->kind, kind, SNAPSHOT_KIND_MOST) == 0)
            fn(f->live[i]->data, f->live[i]->length, arg);
}
