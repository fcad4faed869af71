#include "core/pool.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void pool_free(struct pool *pool)
{
    respawns_clear(&pool->respawns);
    if (pool->process != &pool->only)
        free(pool->process);
    *pool = (struct pool){ 0 };
}

void pool_move(struct pool *to, struct pool *from)
{
    *to = *from;
    if (from->process == &from->only)
        to->process = &to->only;
    *from = (struct pool){ 0 };
}

/* Where the lowest free index belongs: the first place whose process has a higher one. They are sorted, and a program
 * may have very many. */
static size_t free_place(const struct pool *pool)
{
    size_t low = 0, high = pool->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (process_index(pool->process[middle]) == pool->program->common->first_index + (int)middle)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int new_index(const struct pool *pool)
{
    int first = pool->program->common->first_index;

    return pool->last_index < first ? first : pool->last_index + 1;
}

/* There is always room up to the next power of two. */
static void make_room(struct pool *pool)
{
    struct process **list = pool->process == &pool->only ? NULL : pool->process;
    size_t count = pool->count;

    if (count == 0 && list == NULL) {
        pool->process = &pool->only;
        return;
    }
    if ((count & (count - 1)) != 0)
        return;
    pool->process = xrealloc(list, (count > 0 ? 2 * count : 1) * sizeof(struct process *));
    if (list == NULL)
        pool->process[0] = pool->only;
}

static void insert(struct pool *pool, size_t place, struct process *p)
{
    make_room(pool);
    memmove(&pool->process[place + 1], &pool->process[place], (pool->count - place) * sizeof(struct process *));
    pool->process[place] = p;
    pool->count++;
    if (process_index(p) > pool->last_index)
        pool->last_index = process_index(p);
}

void pool_add(struct pool *pool, struct process *p)
{
    size_t place = pool->count;

    while (place > 0 && process_index(pool->process[place - 1]) > process_index(p))
        place--;
    insert(pool, place, p);
}

struct process *pool_grow(struct pool *pool, struct supervisor *s)
{
    bool is_worker = program_is_worker(pool->program);
    size_t place = is_worker ? pool->count : free_place(pool);
    int index = is_worker ? new_index(pool) : pool->program->common->first_index + (int)place;
    struct process *p = process_new(s, pool->program, index);

    insert(pool, place, p);
    return p;
}

struct process *pool_shrink(struct pool *pool)
{
    struct process *p;

    assert(pool->count > 0);
    if (!program_is_worker(pool->program))
        return pool->process[--pool->count];
    p = pool->process[0];
    pool_remove(pool, p);
    return p;
}

void pool_remove(struct pool *pool, const struct process *p)
{
    size_t i = 0;

    while (pool->process[i] != p)
        i++;
    pool->count--;
    memmove(&pool->process[i], &pool->process[i + 1], (pool->count - i) * sizeof(struct process *));
}

void pool_name_processes(struct pool *pool)
{
    bool alone = pool->count == 1;
    struct buffer name = { 0 };

    for (size_t i = 0; i < pool->count; i++) {
        buffer_clear(&name);
        program_process_name(pool->program, process_index(pool->process[i]), alone, &name);
        process_rename(pool->process[i], alone ? NULL : name.data);
    }
    buffer_free(&name);
}

struct process *pool_find(const struct pool *pool, int index)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_index(pool->process[i]) == index)
            return pool->process[i];
    return NULL;
}

bool pool_is_wanted(const struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (process_wanted(pool->process[i]))
            return true;
    return false;
}

/* Who was given up is wanted still, but does not come back by itself. */
static bool is_awaited(const struct process *p)
{
    return process_wanted(p) && process_state(p) != PROCESS_RUNNING && process_state(p) != PROCESS_FATAL;
}

bool pool_can_miss(const struct pool *pool, const struct process *p)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->process[i] != p && is_awaited(pool->process[i]))
            return false;
    return true;
}
