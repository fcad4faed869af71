/* Name by name, as the kernel walks: so nobody can put a link where there was none a moment ago. */
#include "os/links.h"

#include "base/xalloc.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* as the kernel */

static int open_at(int folder, const char *path, int flags, mode_t mode, int links);

static int close_failed(int fd, int reason)
{
    if (fd >= 0)
        close(fd);
    errno = reason;
    return -1;
}

/* What was found, and nothing that has got its name since. */
static int reopen(int found, int flags)
{
    char path[48];
    int fd, reason;

    if ((flags & O_PATH) != 0)
        return found;
    snprintf(path, sizeof path, "/proc/self/fd/%d", found);
    fd = open(path, flags & ~(O_CREAT | O_EXCL), 0);
    reason = errno;
    close(found);
    errno = reason;
    return fd;
}

/* It is looked at before it is opened: an open alone starts some devices. */
static int open_own(int folder, const char *target, uid_t owner, int flags, int links)
{
    int found = open_at(folder, target, O_PATH | O_CLOEXEC | (flags & O_DIRECTORY), 0, links);
    struct stat st;

    if (found < 0)
        return -1;
    if (fstat(found, &st) < 0)
        return close_failed(found, errno);
    return st.st_uid == owner ? reopen(found, flags) : close_failed(found, EXDEV);
}

/* Those in /proc are no texts but the things themselves. */
static bool is_magic(int link)
{
    struct statfs system;

    return fstatfs(link, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

static int follow(int folder, int link, uid_t owner, int flags, mode_t mode, int links)
{
    char *target = xcalloc(1, PATH_MAX);
    int fd = -1;

    if (readlinkat(link, "", target, PATH_MAX - 1) >= 0)
        fd = owner == 0 || owner == geteuid() ? open_at(folder, target, flags, mode, links)
                                              : open_own(folder, target, owner, flags, links);
    free(target);
    return fd;
}

/* The open has failed with `reason`: because this is a link? */
static int open_link(int folder, const char *name, int flags, mode_t mode, int links, int reason)
{
    int link = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat st;
    int fd;

    if (link < 0 || fstat(link, &st) < 0 || !S_ISLNK(st.st_mode))
        return close_failed(link, reason);
    if (links >= LINKS_MOST)
        return close_failed(link, ELOOP);
    fd = is_magic(link) ? openat(folder, name, flags, mode) : follow(folder, link, st.st_uid, flags, mode, links + 1);
    reason = errno;
    close(link);
    errno = reason;
    return fd;
}

static bool is_link(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

static int open_name(int folder, const char *name, int flags, mode_t mode, int links)
{
    int fd = openat(folder, name, flags | O_NOFOLLOW, mode);

    if ((flags & O_NOFOLLOW) != 0)
        return fd;
    if (fd >= 0 && (flags & O_PATH) != 0 && is_link(fd))
        fd = close_failed(fd, ELOOP);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR)) /* which is what the kernel says where it wants a folder */
        fd = open_link(folder, name, flags, mode, links, errno);
    return fd;
}

/* Copy the first name of `path`, `/` if it is absolute, and return what follows. NULL, with errno: it is too long. */
static const char *take_name(const char *path, char name[NAME_MAX + 1])
{
    size_t length = strcspn(path, "/");

    if (length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return NULL;
    }
    snprintf(name, NAME_MAX + 1, "%.*s", length > 0 ? (int)length : 1, path);
    return path + length + strspn(path + length, "/");
}

/* Close a folder on the way, and nothing else. */
static void leave(int at, int folder)
{
    int reason = errno;

    if (at != folder)
        close(at);
    errno = reason;
}

static int open_at(int folder, const char *path, int flags, mode_t mode, int links)
{
    char name[NAME_MAX + 1];
    const char *rest = take_name(path, name);
    int at = folder, fd = -1;

    for (; rest != NULL && *rest != '\0'; rest = take_name(rest, name)) {
        fd = open_name(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, links);
        leave(at, folder);
        if (fd < 0)
            return -1;
        at = fd;
    }
    fd = rest != NULL ? open_name(at, name, flags, mode, links) : -1;
    leave(at, folder);
    return fd;
}

int links_open(const char *path, int flags, mode_t mode)
{
    return open_at(AT_FDCWD, path, flags, mode, 0);
}
