/* A line for each wish, sorted by programs:
 *
 *     count web 5 2     5 processes, where the file says 2
 *     up web            all of them are up, or down
 *     down web 3        the one with this index is */
#include "core/desired.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "os/file.h"
#include "os/scribe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 16 << 20, NAME_MOST = 65, EVERYBODY = INT_MIN };

/* Milliseconds: whoever gave a wish should not be answered before it is kept, but nobody else waits for a busy disk. */
enum { PATIENCE = 50 };

enum want { WANT_UP, WANT_DOWN, WANT_COUNT };

struct wish {
    char program[NAME_MOST];
    enum want want;
    int number; /* an index, or EVERYBODY; a count */
    int said;   /* of a count: by the file, then */
};

struct desired {
    char *path;
    struct scribe *scribe;
    char *told; /* to the scribe, or what stood in the file; NULL: nobody knows */
    struct wish *wish;
    size_t count;
};

/* ---- reading ----------------------------------------------------------------------------------- */

static bool parse_line(const char *line, struct wish *w)
{
    char want[8] = "";
    int n;

    *w = (struct wish){ .number = EVERYBODY };
    n = sscanf(line, "%7s %64s %d %d", want, w->program, &w->number, &w->said);
    if (strcmp(want, "count") == 0) {
        w->want = WANT_COUNT;
        return n == 4 && w->number >= 0;
    }
    w->want = strcmp(want, "up") == 0 ? WANT_UP : WANT_DOWN;
    return (n == 2 || n == 3) && (w->want == WANT_UP || strcmp(want, "down") == 0);
}

/* By program, so that each is found quickly; those of one in the order of the file. */
static int by_program(const void *a, const void *b)
{
    return strcmp(((const struct wish *)a)->program, ((const struct wish *)b)->program);
}

static void parse(struct desired *d, char *text)
{
    size_t capacity = 0;

    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (d->count == capacity) {
            capacity = capacity > 0 ? 2 * capacity : 16;
            d->wish = xrealloc(d->wish, capacity * sizeof *d->wish);
        }
        if (parse_line(line, &d->wish[d->count]))
            d->count++;
        else
            log_warning("'%s': '%.100s' is no wish", d->path, line);
    }
    if (d->count > 0)
        qsort(d->wish, d->count, sizeof *d->wish, by_program);
}

static void on_saved(const struct error *e, void *arg)
{
    struct desired *d = arg;

    if (e == NULL)
        return;
    log_error("what users want will be forgotten: %s", e->text);
    free(d->told);
    d->told = NULL;
}

struct desired *desired_open(struct loop *loop, const char *folder)
{
    struct desired *d = xcalloc(1, sizeof *d);
    struct buffer text = { 0 };
    struct error e;

    d->path = xasprintf("%s/desired", folder);
    d->scribe = scribe_open(loop, d->path, on_saved, d);
    if (access(d->path, F_OK) < 0 && errno == ENOENT) {
        d->told = xstrdup("");
    } else if (file_read(d->path, FILE_MOST, &text, &e)) {
        buffer_add_text(&text, "");
        d->told = xstrdup(text.data);
        parse(d, text.data);
    } else {
        log_warning("what users wanted is forgotten: %s", e.text);
    }
    buffer_free(&text);
    return d;
}

void desired_close(struct desired *d)
{
    if (d == NULL)
        return;
    scribe_close(d->scribe);
    free(d->path);
    free(d->told);
    free(d->wish);
    free(d);
}

/* ---- asking ------------------------------------------------------------------------------------ */

/* The first wish of a program; NULL: there is none. */
static const struct wish *first_of(const struct desired *d, const char *program)
{
    size_t low = 0, high = d->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (strcmp(d->wish[middle].program, program) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < d->count && strcmp(d->wish[low].program, program) == 0 ? &d->wish[low] : NULL;
}

static const struct wish *next_of(const struct desired *d, const struct wish *w)
{
    const struct wish *next = w + 1;

    return next < d->wish + d->count && strcmp(next->program, w->program) == 0 ? next : NULL;
}

int desired_count(const struct desired *d, const struct program *program, bool *scaled)
{
    *scaled = false;
    for (const struct wish *w = d != NULL ? first_of(d, program->name) : NULL; w != NULL; w = next_of(d, w))
        if (w->want == WANT_COUNT && w->said == program->common->numprocs) {
            *scaled = true;
            return w->number;
        }
    return program->common->numprocs;
}

bool desired_up(const struct desired *d, const struct program *program, int index)
{
    for (const struct wish *w = d != NULL ? first_of(d, program->name) : NULL; w != NULL; w = next_of(d, w))
        if (w->want != WANT_COUNT && (w->number == EVERYBODY || w->number == index))
            return w->want == WANT_UP;
    return program->common->autostart;
}

void desired_forget(struct desired *d)
{
    free(d->wish);
    d->wish = NULL;
    d->count = 0;
}

/* ---- keeping ----------------------------------------------------------------------------------- */

/* A oneshot that a user started is not to be run once more because reeve was. */
static bool is_news(const struct process *p, enum want *want)
{
    const struct program *program = process_program(p);
    enum process_state state = process_state(p);

    *want = process_wanted(p) ? WANT_UP : WANT_DOWN;
    if (!process_wish_is_kept(p))
        return false;
    if (*want == WANT_UP)
        return !program->common->autostart && !program->common->oneshot;
    return program->common->autostart && (state == PROCESS_STOPPED || state == PROCESS_STOPPING);
}

static void print_pool(const struct pool *pool, struct buffer *out)
{
    static const char *const words[] = { [WANT_UP] = "up", [WANT_DOWN] = "down" };
    const char *name = pool->program->name;
    size_t news = 0;
    enum want want = WANT_UP;

    if (pool->scaled && pool->kept)
        buffer_addf(out, "count %s %zu %d\n", name, pool->count, pool->program->common->numprocs);
    for (size_t i = 0; i < pool->count; i++)
        news += is_news(pool->process[i], &want);
    if (news == pool->count && news > 0)
        buffer_addf(out, "%s %s\n", words[want], name);
    for (size_t i = 0; news < pool->count && i < pool->count; i++)
        if (is_news(pool->process[i], &want))
            buffer_addf(out, "%s %s %d\n", words[want], name, process_index(pool->process[i]));
}

void desired_save(struct desired *d, const struct pool *pools, size_t count)
{
    struct buffer text = { 0 };

    buffer_add_text(&text, "");
    for (size_t i = 0; i < count; i++)
        print_pool(&pools[i], &text);
    if (d->told != NULL && strcmp(d->told, text.data) == 0) {
        buffer_free(&text);
        return;
    }
    free(d->told);
    d->told = xstrdup(text.data);
    scribe_tell(d->scribe, text.data, text.length, PATIENCE);
    buffer_free(&text);
}
