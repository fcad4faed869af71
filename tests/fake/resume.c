#include "os/resume.h"

void resume_disarm(void)
{
}

/* No signal comes from outside. */
void resume_hold(void)
{
}

void resume_release(void)
{
}

void resume_watch_extend(msec limit)
{
    (void)limit;
}
