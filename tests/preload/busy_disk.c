/* Loaded into reeve by LD_PRELOAD: a disk that is busy with others as long as there is the file $DISK_BUSY. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int fsync(int fd)
{
    static int (*real)(int);
    const struct timespec moment = { .tv_nsec = 5000000 };
    const char *busy = getenv("DISK_BUSY");

    if (real == NULL)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    while (busy != NULL && access(busy, F_OK) == 0)
        nanosleep(&moment, NULL);
    return real(fd);
}
