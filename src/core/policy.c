#include "core/policy.h"

#include "base/buffer.h"
#include "base/xalloc.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool policy_expected(const struct program *p, int code)
{
    if (p->common->oneshot && code == 0)
        return true;
    return code >= 0 && numbers_have(&p->common->exitcodes, code);
}

void policy_ready(struct policy_memory *memory)
{
    memory->failed_starts = 0;
}

msec backoff_delay(const struct backoff *b, int n, double random)
{
    double delay = (double)b->first;

    assert(n >= 1);
    if (b->first == 0)
        return 0;
    if (n > 1)
        delay *= pow(b->factor, n - 1);
    if (!(delay < (double)b->max)) /* also when pow overflowed */
        delay = (double)b->max;
    delay *= 1 + b->jitter * (2 * random - 1);
    if (delay > (double)b->max)
        delay = (double)b->max;
    return delay > 0 ? (msec)(delay + 0.5) : 0;
}

static struct verdict restart_after(msec delay)
{
    return (struct verdict){ .kind = VERDICT_RESTART, .delay = delay };
}

static struct verdict retry_start(const struct program *p, struct policy_memory *memory, double random)
{
    memory->failed_starts++;
    if (memory->failed_starts > p->common->startretries) {
        struct verdict v = { .kind = VERDICT_GIVE_UP };

        snprintf(v.text, sizeof v.text, "%d failed start%s", memory->failed_starts,
                 memory->failed_starts == 1 ? "" : "s");
        return v;
    }
    return restart_after(backoff_delay(&p->common->backoff, memory->failed_starts, random));
}

/* After a stable run, and after the first unexpected end, at once; an expected end of a short run waits, but
 * never longer and longer: such a program works, it is only quick. */
static msec delay_after_run(const struct program *p, struct policy_memory *memory, const struct run_end *end,
                            double random)
{
    if (end->uptime >= p->common->stable) {
        memory->short_runs = 0;
        return 0;
    }
    if (policy_expected(p, end->code))
        return backoff_delay(&p->common->backoff, 1, random);
    memory->short_runs++;
    return memory->short_runs == 1 ? 0 : backoff_delay(&p->common->backoff, memory->short_runs - 1, random);
}

struct verdict policy_decide(const struct program *p, struct policy_memory *memory, const struct run_end *end,
                             double random)
{
    bool expected = policy_expected(p, end->code);

    if (p->common->oneshot && end->code == 0)
        return (struct verdict){ .kind = VERDICT_LEAVE };
    if (!end->was_running)
        return retry_start(p, memory, random);
    if (p->common->autorestart == AUTORESTART_NEVER || (p->common->autorestart == AUTORESTART_UNEXPECTED && expected))
        return (struct verdict){ .kind = VERDICT_LEAVE };
    return restart_after(delay_after_run(p, memory, end, random));
}

static void uncount(int *n)
{
    if (*n > 0)
        (*n)--;
}

struct verdict policy_review(const struct program *p, const struct policy_memory *memory, const struct run_end *end,
                             double random)
{
    struct policy_memory before = *memory;

    uncount(end->was_running ? &before.short_runs : &before.failed_starts);
    return policy_decide(p, &before, end, random);
}

bool policy_equal(const struct program *a, const struct program *b)
{
    const struct backoff *m = &a->common->backoff, *n = &b->common->backoff;

    return a->common->autorestart == b->common->autorestart && a->common->startretries == b->common->startretries &&
           a->common->stable == b->common->stable && m->first == n->first && m->max == n->max &&
           m->factor == n->factor && m->jitter == n->jitter;
}

/* A ring of the last `limit` restarts. Its places come with the restarts: a limit may be a huge number. */
struct respawns {
    int limit, count, next, room;
    msec at[];
};

static struct respawns *respawns_new(int limit)
{
    struct respawns *r = xcalloc(1, sizeof *r);

    r->limit = limit;
    return r;
}

/* Until it is full for the first time they stand in order. */
static struct respawns *make_room(struct respawns *r)
{
    if (r->count < r->room || r->room == r->limit)
        return r;
    r->room = r->room > 0 ? 2 * r->room : 4;
    if (r->room > r->limit)
        r->room = r->limit;
    return xrealloc(r, sizeof *r + (size_t)r->room * sizeof r->at[0]);
}

bool respawns_allow(struct respawns **r, int limit, msec interval, msec now)
{
    struct respawns *past = *r;

    if (limit <= 0)
        return limit < 0;
    if (past == NULL || past->limit != limit) {
        respawns_clear(r);
        *r = past = respawns_new(limit);
    }
    /* The ring is full and its oldest restart is still within the interval: this would be one too many. */
    if (past->count == limit && now - past->at[past->next] < interval)
        return false;
    *r = past = make_room(past);
    past->at[past->next] = now;
    past->next = (past->next + 1) % limit;
    if (past->count < limit)
        past->count++;
    return true;
}

void respawns_pack(const struct respawns *r, struct buffer *out)
{
    if (r == NULL)
        return;
    pack_number(out, "respawn limit", r->limit);
    for (int i = 0; i < r->count; i++)
        pack_number(out, "respawn", r->at[(r->next + r->limit - r->count + i) % r->limit]);
}

void respawns_unpack(struct respawns **r, struct unpack *u)
{
    int limit = (int)unpack_number(u, "respawn limit");
    size_t length;

    if (limit <= 0)
        return;
    respawns_clear(r);
    *r = respawns_new(limit);
    unpack_rewind(u);
    for (const char *at; (*r)->count < limit && (at = unpack_next(u, "respawn", &length)) != NULL; (*r)->count++) {
        *r = make_room(*r);
        (*r)->at[(*r)->count] = unpack_value(at, length);
    }
    (*r)->next = (*r)->count % limit;
}

void respawns_clear(struct respawns **r)
{
    free(*r);
    *r = NULL;
}
