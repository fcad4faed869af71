#include "os/pace.h"

/* A single dump of a calm program is no reason to take memory that the kernel counts per user. */
enum { HURRY_MOST = 8 };

static msec start_over(struct pace *p, msec now)
{
    p->since = now;
    p->bytes = 0;
    p->rest = 0;
    return 0;
}

/* While the pipe fills to a quarter at the speed of the present measure. */
static msec longest_rest(const struct pace *p, msec elapsed)
{
    size_t longest = p->capacity / 4 * (size_t)elapsed / p->bytes;

    return longest < PACE_LONGEST ? (msec)longest : PACE_LONGEST;
}

static msec smaller(msec a, msec b)
{
    return a < b ? a : b;
}

msec pace_read(struct pace *p, size_t length, bool full, msec now)
{
    msec elapsed = now - p->since;
    msec longest;

    p->bytes += length;
    if (full) {
        p->tight = true;
        return start_over(p, now);
    }
    if (elapsed > p->rest + PACE_LONGEST) {
        p->hurry = 0;
        return start_over(p, now);
    }
    if (elapsed < 1)
        return 0;

    longest = longest_rest(p, elapsed);
    p->hurry = longest > 0 ? 0 : p->hurry + 1;
    if (p->hurry >= HURRY_MOST)
        p->tight = true;
    p->since = now;
    p->bytes = 0;
    p->rest = smaller(longest, p->rest > 0 ? 2 * p->rest : 1);
    return p->rest;
}

void pace_widened(struct pace *p, size_t capacity)
{
    p->capacity = capacity;
    p->hurry = 0;
    p->tight = false;
}
