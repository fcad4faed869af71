#include "os/clock.h"

#include <stdint.h>
#include <sys/random.h>
#include <time.h>

static msec read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (msec)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

msec clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

msec clock_left(msec due)
{
    msec left = due - clock_now();

    return left > 0 ? left : 0;
}

msec clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

/* Never zero: xorshift would stay there. */
static uint64_t seed(void)
{
    uint64_t n = 0;

    if (getrandom(&n, sizeof n, GRND_NONBLOCK) != sizeof n)
        n = (uint64_t)read_clock(CLOCK_REALTIME);
    return n | 1;
}

double clock_random(void)
{
    static uint64_t n;

    if (n == 0)
        n = seed();
    n ^= n >> 12;
    n ^= n << 25;
    n ^= n >> 27;
    return (double)((n * UINT64_C(0x2545F4914F6CDD1D)) >> 11) / (double)(UINT64_C(1) << 53);
}
