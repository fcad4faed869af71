#include "os/discard.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 4 << 20, STACK = 128 << 10 };

static void *close_it(void *fd)
{
    close((int)(intptr_t)fd);
    return NULL;
}

/* A signal must find the thread that waits for it, so this one takes none. */
static bool close_on_thread(int fd)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    pthread_t thread;
    int refused;

    sigfillset(&all);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    refused = pthread_create(&thread, &attributes, close_it, (void *)(intptr_t)fd);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return refused == 0;
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
    if (fd >= 0 && !(done && large && close_on_thread(fd)))
        close(fd);
    errno = reason;
    return done;
}
