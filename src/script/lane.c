#include "script/lane.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdlib.h>

/* A hook that has not ended. */
struct place {
    TAILQ_ENTRY(place) link;
    struct lane *lane;
    struct task *task;
};

/* Only a process with a hook that waits has one: the first place is that hook's. */
struct lane {
    UT_hash_handle hh;
    unsigned id;
    size_t count;
    bool told_full;
    TAILQ_HEAD(, place) places;
};

static struct lane *lanes;
static lane_fn *on_empty;

static struct lane *find(unsigned id)
{
    struct lane *lane = NULL;

    if (lanes != NULL)
        HASH_FIND(hh, lanes, &id, sizeof id, lane);
    return lane;
}

static struct lane *lane_new(unsigned id)
{
    struct lane *lane = xcalloc(1, sizeof *lane);

    lane->id = id;
    TAILQ_INIT(&lane->places);
    HASH_ADD(hh, lanes, id, sizeof lane->id, lane);
    return lane;
}

static void lane_free(struct lane *lane)
{
    unsigned id = lane->id;

    HASH_DEL(lanes, lane);
    free(lane);
    if (on_empty != NULL)
        on_empty(id);
}

/* It need not be the first: those behind it may be ended with their generation. */
static void on_end(const struct call *c, void *arg)
{
    struct place *place = arg;
    struct lane *lane = place->lane;
    bool was_first = place == TAILQ_FIRST(&lane->places);

    if (c != NULL && c->failed)
        call_log(c, task_name(place->task));
    TAILQ_REMOVE(&lane->places, place, link);
    lane->count--;
    free(place);
    if (TAILQ_EMPTY(&lane->places))
        lane_free(lane);
    else if (was_first)
        task_start(TAILQ_FIRST(&lane->places)->task);
}

static void add(struct lane *lane, struct task *t)
{
    struct place *place = xmalloc(sizeof *place);

    *place = (struct place){ .lane = lane, .task = t };
    TAILQ_INSERT_TAIL(&lane->places, place, link);
    lane->count++;
    task_on_end(t, on_end, place);
}

size_t lane_length(unsigned id)
{
    const struct lane *lane = find(id);

    return lane != NULL ? lane->count : 0;
}

bool lane_has_room(unsigned id, const char *what)
{
    struct lane *lane = find(id);

    if (lane == NULL || lane->count < LANE_LONGEST)
        return true;
    if (!lane->told_full)
        log_warning("%s: %d hooks of this process wait already, so it is not called", what, LANE_LONGEST);
    lane->told_full = true;
    return false;
}

void lane_on_empty(lane_fn *fn)
{
    on_empty = fn;
}

void lane_run(unsigned id, struct task *t)
{
    struct lane *lane = find(id);

    assert(lane == NULL || lane->count < LANE_LONGEST);
    if (lane != NULL)
        add(lane, t);
    else if (!task_run(t))
        add(lane_new(id), t);
}
