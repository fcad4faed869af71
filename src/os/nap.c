/* A wheel of one slot per millisecond, longer than the longest nap. */
#include "os/nap.h"

#include "base/xalloc.h"
#include "os/clock.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { SLOTS = 64 };

LIST_HEAD(slot, nap);

struct naps {
    struct naps *next; /* of another loop: a forked worker has one of its own */
    struct loop *loop;
    struct timer *timer; /* NULL: nobody sleeps */
    msec alarm;          /* when it goes off */
    msec seen;           /* the slots up to this time are done */
    unsigned members;
    bool waking; /* the alarm is set once, when all who are due were called */
    struct slot slots[SLOTS];
};

static struct naps *everybody;

struct naps *naps_join(struct loop *loop)
{
    struct naps *all = everybody;

    while (all != NULL && all->loop != loop)
        all = all->next;
    if (all == NULL) {
        all = xcalloc(1, sizeof *all);
        all->loop = loop;
        all->next = everybody;
        everybody = all;
    }
    all->members++;
    return all;
}

void naps_leave(struct naps *all)
{
    struct naps **link = &everybody;

    if (--all->members > 0)
        return;
    while (*link != all)
        link = &(*link)->next;
    *link = all->next;
    timer_stop(&all->timer);
    free(all);
}

static struct slot *slot_of(struct naps *all, msec when)
{
    return &all->slots[when % SLOTS];
}

static void on_alarm(void *arg);

static void set_alarm(struct naps *all, msec when, msec now)
{
    timer_stop(&all->timer);
    all->alarm = when;
    all->timer = timer_start(all->loop, when > now ? when - now : 0, on_alarm, all);
}

/* For the first slot in which somebody sleeps. */
static void set_next_alarm(struct naps *all, msec now)
{
    msec when;

    for (when = all->seen + 1; when <= all->seen + SLOTS; when++)
        if (!LIST_EMPTY(slot_of(all, when))) {
            set_alarm(all, when, now);
            return;
        }
}

/* Those who fall asleep again meanwhile may land in the slot that is being emptied: take its list away first. */
static void wake(struct naps *all, struct slot *slot, msec now)
{
    struct slot waking = LIST_HEAD_INITIALIZER(waking);
    struct nap *n;

    waking.lh_first = slot->lh_first;
    if (waking.lh_first != NULL)
        waking.lh_first->link.le_prev = &waking.lh_first;
    LIST_INIT(slot);

    while ((n = LIST_FIRST(&waking)) != NULL) {
        LIST_REMOVE(n, link);
        if (n->due > now) {
            LIST_INSERT_HEAD(slot_of(all, n->due), n, link);
            continue;
        }
        n->bed = NULL;
        n->fn(n->arg);
    }
}

static void on_alarm(void *arg)
{
    struct naps *all = arg;
    msec now = clock_now();
    msec when = all->seen + 1;

    all->timer = NULL;
    all->members++; /* The last one may leave while it is called. */
    all->waking = true;
    for (; when <= now && when <= all->seen + SLOTS; when++)
        wake(all, slot_of(all, when), now);
    all->waking = false;
    all->seen = now;
    set_next_alarm(all, now);
    naps_leave(all);
}

/* The longer the nap, the coarser the ticks on which it may end; always after `now`. */
static msec common_end(msec now, msec length)
{
    msec tick = length >= 50 ? 50 : length >= 25 ? 25 : length >= 10 ? 10 : length >= 5 ? 5 : 1;

    return (now + length) / tick * tick;
}

void nap_start(struct naps *all, struct nap *n, msec length, loop_fn *fn, void *arg)
{
    msec now = clock_now();

    assert(n->bed == NULL && length >= 1 && length <= NAP_LONGEST);
    n->bed = all;
    n->due = common_end(now, length);
    n->fn = fn;
    n->arg = arg;
    LIST_INSERT_HEAD(slot_of(all, n->due), n, link);
    if (all->waking)
        return;
    if (all->timer == NULL)
        all->seen = now;
    if (all->timer == NULL || n->due < all->alarm)
        set_alarm(all, n->due, now);
}

void nap_stop(struct nap *n)
{
    if (n->bed == NULL)
        return;
    LIST_REMOVE(n, link);
    n->bed = NULL;
}
