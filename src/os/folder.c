#include "os/folder.h"

#include "base/xalloc.h"
#include "os/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 100, LOCK_WAIT = 10 * 1000 * 1000 /* ns */ };

char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (slash == NULL)
        return xstrdup(".");
    return slash == path ? xstrdup("/") : xstrndup(path, (size_t)(slash - path));
}

bool folder_is_missing(const char *path)
{
    struct stat st;

    return stat(path, &st) < 0 && errno == ENOENT;
}

static bool make_one(const char *path, mode_t mode, struct error *e)
{
    struct stat st;
    int reason;

    if (mkdir(path, mode) == 0)
        return true;
    reason = errno;
    if (stat(path, &st) == 0)
        return S_ISDIR(st.st_mode) || failure(e, "cannot make the folder '%s': there is a file", path);
    if (reason != EEXIST)
        errno = reason;
    return failure_errno(e, "cannot make the folder '%s'", path);
}

bool folder_make(const char *path, mode_t mode, struct error *e)
{
    char *name = xstrdup(path);
    char *slash = name;
    bool done = true;

    while (done && (slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        done = make_one(name, mode, e);
        *slash = '/';
    }
    done = done && make_one(name, mode, e);
    free(name);
    return done;
}

bool folder_make_for(const char *path, mode_t mode, struct error *e)
{
    char *folder = folder_of(path);
    bool done = folder_make(folder, mode, e);

    free(folder);
    return done;
}

bool folder_is_trusted(const char *path, struct error *e)
{
    int fd = file_open(path, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    struct stat st;
    bool looked = fd >= 0 && fstat(fd, &st) == 0;

    if (!looked)
        failure_errno(e, "cannot look at the folder '%s'", path);
    if (fd >= 0)
        close(fd);
    if (!looked)
        return false;
    if (st.st_uid != 0 && st.st_uid != geteuid())
        return failure(e, "the folder '%s' belongs to others (uid %u): give it to reeve's user, or name another", path,
                       (unsigned)st.st_uid);
    return (st.st_mode & S_IWOTH) == 0 ||
           failure(e, "others may write into the folder '%s': take that from them, or name another", path);
}

static int open_folder_of(const char *path)
{
    char *folder = folder_of(path);
    int fd = file_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

    free(folder);
    return fd;
}

void folder_sync_for(const char *path)
{
    int fd = open_folder_of(path);

    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

int folder_lock_for(const char *path)
{
    const struct timespec wait = { .tv_nsec = LOCK_WAIT };
    int fd = open_folder_of(path);

    for (int tries = 0; fd >= 0 && tries < LOCK_TRIES; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break; /* there are no locks here */
        nanosleep(&wait, NULL);
    }
    if (fd >= 0)
        close(fd);
    return -1;
}
