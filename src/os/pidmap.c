#include "os/pidmap.h"

#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Pids come mostly one after the other: their low bits are a perfect hash. */
static size_t home_of(const struct pidmap *map, pid_t pid)
{
    return (size_t)pid & (map->room - 1);
}

static size_t next_of(const struct pidmap *map, size_t i)
{
    return (i + 1) & (map->room - 1);
}

/* Where it is, or the free slot where it would be. */
static size_t place_of(const struct pidmap *map, pid_t pid)
{
    size_t i = home_of(map, pid);

    while (map->slot[i] != NULL && *map->slot[i] != pid)
        i = next_of(map, i);
    return i;
}

static void grow(struct pidmap *map)
{
    struct pidmap bigger = { .room = map->room == 0 ? 16 : 2 * map->room, .count = map->count };
    size_t i;

    bigger.slot = xcalloc(bigger.room, sizeof *bigger.slot);
    for (i = 0; i < map->room; i++)
        if (map->slot[i] != NULL)
            bigger.slot[place_of(&bigger, *map->slot[i])] = map->slot[i];
    free(map->slot);
    *map = bigger;
}

void pidmap_make_room(struct pidmap *map)
{
    if (map->count >= map->room / 4 * 3)
        grow(map);
}

void pidmap_add(struct pidmap *map, pid_t *record)
{
    size_t i;

    pidmap_make_room(map);
    i = place_of(map, *record);
    assert(map->slot[i] == NULL);
    map->slot[i] = record;
    map->count++;
}

pid_t *pidmap_find(const struct pidmap *map, pid_t pid)
{
    return map->count == 0 ? NULL : map->slot[place_of(map, pid)];
}

/* Whoever stands behind the hole and would be found through it moves into it. */
void pidmap_remove(struct pidmap *map, pid_t pid)
{
    size_t hole = place_of(map, pid);
    size_t i;

    assert(map->slot[hole] != NULL);
    for (i = next_of(map, hole); map->slot[i] != NULL; i = next_of(map, i)) {
        size_t home = home_of(map, *map->slot[i]);
        size_t from_home = (i - home) & (map->room - 1);
        size_t from_hole = (i - hole) & (map->room - 1);

        if (from_home >= from_hole) {
            map->slot[hole] = map->slot[i];
            hole = i;
        }
    }
    map->slot[hole] = NULL;
    map->count--;
}

void pidmap_free(struct pidmap *map)
{
    free(map->slot);
    memset(map, 0, sizeof *map);
}
