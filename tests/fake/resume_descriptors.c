#include "fake/fake_private.h"
#include "os/resume.h"

/* What a former life had open is closed: both are one process here. */
int resume_claim(int64_t fd)
{
    return fd == FAKE_NOTIFY_FD ? (int)fd : -1;
}

void resume_close_rest(void)
{
}
