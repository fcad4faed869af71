#include "os/clock.h"

#include "fake/fake.h"
#include "fake/fake_private.h"

static msec now;
static double chance = 0.5;

msec clock_now(void)
{
    return now;
}

msec clock_left(msec due)
{
    msec left = due - clock_now();

    return left > 0 ? left : 0;
}

msec clock_wall(void)
{
    return 1700000000000 + now;
}

double clock_random(void)
{
    return chance;
}

void fake_random(double r)
{
    chance = r;
}

void fake_clock_jump(msec time)
{
    now += time;
}

void fake_clock_set(msec time)
{
    now = time;
}
