#include "os/pipes.h"

#include <fcntl.h>
#include <unistd.h>

static void close_all(int fd[3])
{
    for (int i = 0; i < 3; i++) {
        if (fd[i] >= 0)
            close(fd[i]);
        fd[i] = -1;
    }
}

void pipes_close_theirs(struct pipes *p)
{
    close_all(p->theirs);
}

void pipes_close_ours(struct pipes *p)
{
    close_all(p->ours);
}

static bool open_pipe(struct pipes *p, int i, struct error *e)
{
    int fd[2];

    if (pipe2(fd, O_CLOEXEC) < 0)
        return failure_errno(e, "pipe");
    p->theirs[i] = fd[i == 0 ? 0 : 1];
    p->ours[i] = fd[i == 0 ? 1 : 0];
    return true;
}

static bool open_input(struct pipes *p, bool has_input, struct error *e)
{
    if (has_input)
        return open_pipe(p, 0, e) && (fcntl(p->ours[0], F_SETFL, O_NONBLOCK) == 0 || failure_errno(e, "pipe"));
    p->theirs[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return p->theirs[0] >= 0 || failure_errno(e, "/dev/null");
}

bool pipes_open(struct pipes *p, bool has_input, struct error *e)
{
    *p = (struct pipes){ { -1, -1, -1 }, { -1, -1, -1 } };
    if (open_input(p, has_input, e) && open_pipe(p, 1, e) && open_pipe(p, 2, e))
        return true;
    pipes_close_theirs(p);
    pipes_close_ours(p);
    return false;
}
