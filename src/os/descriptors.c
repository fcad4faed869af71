#include "os/descriptors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { MOST_WITHOUT_PROC = 65536 };

/* What getdents64 gives. */
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

static int number_of(const char *name)
{
    int number = 0;

    for (; *name >= '0' && *name <= '9'; name++)
        number = 10 * number + *name - '0';
    return *name == '\0' ? number : -1;
}

/* False: /proc did not tell all of them. */
static bool each_in_proc(int first, void (*fn)(int fd))
{
    char entries[4096] __attribute__((aligned(8)));
    int folder = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long n;

    if (folder < 0)
        return false;
    while ((n = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0)
        for (long at = 0; at < n; at += ((struct entry *)(entries + at))->length) {
            int fd = number_of(((struct entry *)(entries + at))->name);

            if (fd >= first && fd != folder)
                fn(fd);
        }
    close(folder);
    return n == 0;
}

void descriptors_take_places(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0) /* which takes the lowest number */
            return;
}

void descriptors_each(int first, void (*fn)(int fd))
{
    if (each_in_proc(first, fn))
        return;
    for (int fd = first; fd < MOST_WITHOUT_PROC; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            fn(fd);
}
