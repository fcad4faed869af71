/* One mapping of many lines, of which only those that are used have memory. Each has a cache line of its own: a worker
 * that beats as fast as it can slows no other down. */
#include "os/board.h"

#include "base/log.h"
#include "base/pack.h"
#include "base/xalloc.h"
#include "os/clock.h"
#include "os/resume.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    LINES = 1 << 17,
    LINE_SIZE = 64,
    BOARD_SIZE = LINES * LINE_SIZE,
    PATIENCE = 20 /* milliseconds from the first ring to the look */
};

struct board_line {
    _Alignas(LINE_SIZE) _Atomic int64_t beat;
    atomic_bool busy;
    atomic_bool listened;
};

/* The first line is the bell's. */
struct bell {
    _Alignas(LINE_SIZE) atomic_bool rung;
};

struct board {
    struct loop *loop;
    loop_fn *on_bell;
    void *arg;
    struct bell *bell; /* the start of the mapping; NULL: nothing was taken yet */
    unsigned used;     /* of the lines: those beyond were never taken */
    unsigned *given;   /* back: to be taken again */
    size_t given_count, given_room;
    int memory; /* its descriptor: another life of reeve may map it again */
    int fd;     /* of the bell, an eventfd */
    struct watch *watch;
    struct timer *timer;
};

struct board *board_new(struct loop *loop, loop_fn *on_bell, void *arg)
{
    struct board *b = xcalloc(1, sizeof *b);

    b->used = 1;
    b->loop = loop;
    b->on_bell = on_bell;
    b->arg = arg;
    b->memory = b->fd = -1;
    return b;
}

void board_free(struct board *b)
{
    if (b == NULL)
        return;
    timer_stop(&b->timer);
    watch_stop(&b->watch);
    if (b->fd >= 0)
        close(b->fd);
    if (b->memory >= 0)
        close(b->memory);
    if (b->bell != NULL)
        munmap(b->bell, BOARD_SIZE);
    free(b->given);
    free(b);
}

/* ---- the bell ---------------------------------------------------------------------------------- */

/* From here on it may be rung again: what changes from now on is seen, or told once more. */
static void on_look(void *arg)
{
    struct board *b = arg;

    b->timer = NULL;
    atomic_store(&b->bell->rung, false);
    b->on_bell(b->arg);
}

static void on_ring(int fd, int what, void *arg)
{
    struct board *b = arg;
    uint64_t count;

    (void)what;
    if (read(fd, &count, sizeof count) == sizeof count && b->timer == NULL)
        b->timer = timer_start(b->loop, PATIENCE, on_look, b);
}

int board_bell(const struct board *b)
{
    return b->fd;
}

/* ---- lines ------------------------------------------------------------------------------------- */

static bool map(struct board *b, struct error *e)
{
    void *memory = MAP_FAILED;

    b->memory = memfd_create("reeve-board", MFD_CLOEXEC);
    if (b->memory >= 0 && ftruncate(b->memory, BOARD_SIZE) == 0)
        memory = mmap(NULL, BOARD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, b->memory, 0);
    if (memory != MAP_FAILED) {
        b->bell = memory;
        return true;
    }
    failure_errno(e, "no memory to share with workers");
    if (b->memory >= 0)
        close(b->memory);
    b->memory = -1;
    return false;
}

static void watch_bell(struct board *b)
{
    resume_spare(b->fd);
    b->watch = watch_start(b->loop, b->fd, WATCH_READ, on_ring, b);
}

/* With the first worker. */
static bool open_board(struct board *b, struct error *e)
{
    if (b->bell == NULL && !map(b, e))
        return false;
    if (b->fd < 0)
        b->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (b->fd < 0)
        return failure_errno(e, "eventfd for workers");
    if (b->watch == NULL)
        watch_bell(b);
    return true;
}

static struct board_line *line_at(const struct board *b, unsigned i)
{
    return (struct board_line *)((char *)b->bell + (size_t)i * LINE_SIZE);
}

struct board_line *board_take(struct board *b, struct error *e)
{
    struct board_line *line;

    if (!open_board(b, e))
        return NULL;
    if (b->given_count == 0 && b->used == LINES) {
        failure(e, "there are %d workers already", LINES - 1);
        return NULL;
    }
    line = line_at(b, b->given_count > 0 ? b->given[--b->given_count] : b->used++);
    atomic_store(&line->beat, 0);
    atomic_store(&line->busy, false);
    atomic_store(&line->listened, false);
    return line;
}

void board_give(struct board *b, struct board_line *line)
{
    if (b->given_count == b->given_room) {
        b->given_room = b->given_room > 0 ? 2 * b->given_room : 16;
        b->given = xrealloc(b->given, b->given_room * sizeof *b->given);
    }
    b->given[b->given_count++] = board_number(b, line);
}

msec board_beat_of(const struct board_line *line)
{
    return atomic_load(&line->beat);
}

bool board_is_busy(const struct board_line *line)
{
    return atomic_load(&line->busy);
}

void board_listen(struct board_line *line, bool listen)
{
    atomic_store(&line->listened, listen);
}

/* ---- from life to life ------------------------------------------------------------------------- */

void board_pack(const struct board *b, struct buffer *out)
{
    if (b->watch == NULL)
        return;
    pack_number(out, "memory", b->memory);
    pack_number(out, "bell", b->fd);
}

/* It may have rung while nobody looked. */
void board_resume(struct board *b, const char *data, size_t length)
{
    struct unpack u;
    int memory, bell;
    void *mapped = MAP_FAILED;

    unpack_begin(&u, data, length);
    memory = resume_claim(unpack_number(&u, "memory"));
    bell = resume_claim(unpack_number(&u, "bell"));
    if (memory < 0 && bell < 0)
        return; /* there were no workers */
    if (memory >= 0 && bell >= 0)
        mapped = mmap(NULL, BOARD_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, memory, 0);
    if (mapped == MAP_FAILED) {
        log_warning("workers cannot be heard (%s): heartbeats count again after their next start", strerror(errno));
        close(memory);
        close(bell);
        return;
    }
    b->bell = mapped;
    b->memory = memory;
    b->fd = bell;
    watch_bell(b);
    b->timer = timer_start(b->loop, 0, on_look, b);
}

unsigned board_number(const struct board *b, const struct board_line *line)
{
    return (unsigned)(((const char *)line - (const char *)b->bell) / LINE_SIZE);
}

static void take_out(struct board *b, unsigned number)
{
    for (size_t i = 0; i < b->given_count; i++)
        if (b->given[i] == number)
            b->given[i--] = b->given[--b->given_count];
}

struct board_line *board_take_again(struct board *b, unsigned number)
{
    if (b->bell == NULL || number == 0 || number >= LINES)
        return NULL;
    for (; b->used < number; b->used++)
        board_give(b, line_at(b, b->used));
    if (b->used == number)
        b->used++;
    else
        take_out(b, number);
    return line_at(b, number);
}

/* ---- a worker's -------------------------------------------------------------------------------- */

void board_enter(struct board *b, int bell)
{
    b->fd = bell;
}

void board_beat(struct board_line *line)
{
    atomic_store_explicit(&line->beat, clock_now(), memory_order_relaxed);
}

/* A bell that rings already is heard anyway. */
void board_set_busy(const struct board *b, struct board_line *line, bool busy)
{
    static const uint64_t one = 1;
    ssize_t written;

    if (atomic_exchange(&line->busy, busy) == busy || !atomic_load(&line->listened) ||
        atomic_exchange(&b->bell->rung, true))
        return;
    written = write(b->fd, &one, sizeof one);
    (void)written; /* an eventfd takes it */
}
