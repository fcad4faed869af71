#include "os/discard.h"

#include "os/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 4 << 20, STACK = 128 << 10 };

static void *close_it(void *fd)
{
    close((int)(intptr_t)fd);
    return NULL;
}

/* The file lives on, nameless, for as long as somebody has it open: whoever closes it last pays for its end. */
bool discard_file(const char *path)
{
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    bool large = false;
    struct stat st;
    int reason;
    bool done;

    if (fd >= 0 && fstat(fd, &st) == 0)
        large = S_ISREG(st.st_mode) && st.st_size >= LARGE;
    done = unlink(path) == 0;
    reason = errno;
    if (fd >= 0 && !(done && large && thread_start(close_it, (void *)(intptr_t)fd, STACK) == 0))
        close(fd);
    errno = reason;
    return done;
}
