#include "os/slots.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* High enough that most children's own numbers end before it; and up to 64 the kernel copies a table
 * without an extra allocation. */
enum { FIRST_SLOT = 40 };

static int new_slot(const struct slots *s)
{
    return fcntl(s->filler, F_DUPFD_CLOEXEC, FIRST_SLOT);
}

void slots_open(struct slots *s)
{
    s->filler = eventfd(0, EFD_CLOEXEC);
    for (int i = 0; i < SLOT_COUNT; i++)
        s->number[i] = new_slot(s);
}

static void close_if_open(int fd)
{
    if (fd >= 0)
        close(fd);
}

void slots_close(struct slots *s)
{
    for (int i = 0; i < SLOT_COUNT; i++)
        close_if_open(s->number[i]);
    close_if_open(s->filler);
}

bool slots_need_no(const struct slots *s, int fd, int above)
{
    return fd > above && fd < s->number[0];
}

/* A slot is out of reach when somebody has lowered our limit since. */
int slots_fill(const struct slots *s, int i, int fd, int above)
{
    if (i < SLOT_COUNT && s->number[i] > above && dup3(fd, s->number[i], O_CLOEXEC) >= 0)
        return s->number[i];
    return fcntl(fd, F_DUPFD_CLOEXEC, above + 1);
}

/* A slot that cannot be filled is another one from now on, rather than keep what is somebody else's. */
void slots_empty(struct slots *s, int i, int copy)
{
    bool is_slot = i < SLOT_COUNT && s->number[i] == copy;

    if (is_slot && dup3(s->filler, copy, O_CLOEXEC) >= 0)
        return;
    close(copy);
    if (is_slot)
        s->number[i] = new_slot(s);
}
