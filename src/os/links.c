/* Name by name, as the kernel walks: so nobody can put a link where there was none a moment ago. */
#include "os/links.h"

#include "base/xalloc.h"
#include "os/procfs.h"

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

enum { LINKS_MOST = 40, OVERFLOW_UID = 65534 }; /* as the kernel */

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

static bool is_link(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

/* As if the path had led to this folder; not to `..`, which is another one. EXDEV: it is not the owner's, or the name
 * is that of one more link. */
static int open_in_own_folder(int folder, const char *target, uid_t owner, int flags, mode_t mode, int links)
{
    const char *slash = strrchr(target, '/'), *name = slash != NULL ? slash + 1 : target;
    char *parent = slash != NULL ? xstrndup(target, (size_t)(slash - target) + 1) : xstrdup(".");
    int at = open_at(folder, parent, O_PATH | O_DIRECTORY | O_CLOEXEC, 0, links), fd = -1, reason;
    struct stat st;

    free(parent);
    errno = EXDEV;
    if (at >= 0 && fstat(at, &st) == 0 && st.st_uid == owner && name[strspn(name, ".")] != '\0')
        fd = openat(at, name, flags | O_NOFOLLOW, mode);
    if (fd >= 0 && is_link(fd))
        fd = close_failed(fd, EXDEV);
    reason = errno == ELOOP || errno == ENOTDIR ? EXDEV : errno;
    if (at >= 0)
        close(at);
    errno = reason;
    return fd;
}

/* It is looked at before it is opened: an open alone starts some devices. */
static int open_own_thing(int folder, const char *target, uid_t owner, int flags, int links)
{
    int found = open_at(folder, target, O_PATH | O_CLOEXEC | (flags & O_DIRECTORY), 0, links);
    struct stat st;

    if (found < 0)
        return -1;
    if (fstat(found, &st) < 0)
        return close_failed(found, errno);
    return st.st_uid == owner ? reopen(found, flags) : close_failed(found, EXDEV);
}

static int open_own(int folder, const char *target, uid_t owner, int flags, mode_t mode, int links)
{
    int fd = open_in_own_folder(folder, target, owner, flags, mode, links);

    return fd < 0 && errno == EXDEV ? open_own_thing(folder, target, owner, flags, links) : fd;
}

/* In a user namespace whoever has no number there, as the root outside, is shown by this one: is it nobody's else? */
static bool is_outsider(uid_t owner)
{
    char text[4096];
    const char *range = text;
    unsigned first, outside, count;
    int length;

    if (owner != OVERFLOW_UID || !procfs_read(getpid(), "uid_map", text, sizeof text))
        return false;
    for (; sscanf(range, "%u %u %u%n", &first, &outside, &count, &length) == 3; range += length)
        if (owner - first < count)
            return false;
    return true;
}

static bool is_trusted(uid_t owner)
{
    return owner == 0 || owner == geteuid() || is_outsider(owner);
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
        fd = is_trusted(owner) ? open_at(folder, target, flags, mode, links)
                               : open_own(folder, target, owner, flags, mode, links);
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

/* Whoever is not root opens nothing that its owner could not open for him. */
int links_open(const char *path, int flags, mode_t mode)
{
    size_t length = strlen(path);

    if (geteuid() != 0)
        return open(path, flags, mode);
    if (length > 1 && path[length - 1] == '/') { /* it is a folder's */
        if ((flags & O_CREAT) != 0)
            return close_failed(-1, EISDIR);
        flags |= O_DIRECTORY;
    }
    return open_at(AT_FDCWD, path, flags, mode, 0);
}
