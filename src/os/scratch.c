/* A tree may be as deep and as wide as its owner liked, and he may still be at work in it. So nothing is followed by
 * its path: a folder that is not empty is moved up to the top, where its turn comes, and no more than the top and one
 * folder in it are ever open. */
#include "os/scratch.h"

#include "base/xalloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENTRIES_AT_ONCE = 200 };

char *scratch_make(const char *parent, const char *label, const struct identity *owner, struct error *e)
{
    char *path = xasprintf("%s/%sXXXXXX", parent, label);

    if (mkdtemp(path) == NULL) {
        failure_errno(e, "a folder in '%s'", parent);
    } else if (owner != NULL && owner->uid != geteuid() && lchown(path, owner->uid, owner->gid) < 0) {
        failure_errno(e, "give the folder '%s' to its user", path);
        rmdir(path);
    } else {
        return path;
    }
    free(path);
    return NULL;
}

/* What is being removed. */
struct removal {
    int top;
    int left;        /* entries that may still be looked at this time */
    unsigned number; /* of the next folder that is moved up */
    struct error *e;
    bool failed;
};

static bool give_up(struct removal *r, const char *name)
{
    r->failed = true;
    return failure_errno(r->e, "%s", name);
}

/* Its owner may have locked himself out. */
static int open_folder(int at, const char *name)
{
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0 && errno == EACCES && fchmodat(at, name, 0700, 0) == 0)
        fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0)
        fchmod(fd, 0700);
    return fd;
}

/* To a name at the top that nobody has. */
static bool move_up(struct removal *r, int at, const char *name)
{
    char free_name[32];

    for (int tries = 0; tries < 1000; tries++) {
        snprintf(free_name, sizeof free_name, ".left%u", r->number++);
        if (renameat2(at, name, r->top, free_name, RENAME_NOREPLACE) == 0)
            return true;
        if (errno == EACCES && tries == 0 && fchmodat(at, name, 0700, 0) == 0)
            continue; /* it must be writable itself: its ".." changes */
        if (errno != EEXIST)
            break;
    }
    return give_up(r, name);
}

/* False: it is a folder with something in it, which is left there. */
static bool remove_entry(struct removal *r, int at, const char *name)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT || unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    if (errno == ENOTEMPTY || errno == EEXIST)
        return false;
    return give_up(r, name) || true;
}

typedef bool entry_fn(struct removal *r, int at, const char *name);

/* Call `fn` for what is in the folder, which is closed then, as long as it wants more. */
static bool each_entry(struct removal *r, int fd, entry_fn *fn)
{
    DIR *folder = fdopendir(fd);
    struct dirent *entry;
    bool more = true;

    if (folder == NULL) {
        close(fd);
        return give_up(r, "a folder");
    }
    while (more && !r->failed && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        more = r->left-- > 0 && fn(r, fd, entry->d_name);
    }
    closedir(folder);
    return more && !r->failed;
}

static bool remove_or_move_up(struct removal *r, int at, const char *name)
{
    return remove_entry(r, at, name) || move_up(r, at, name);
}

/* Empty a folder of the top, and remove it. */
static bool remove_at_top(struct removal *r, int at, const char *name)
{
    int fd;

    if (remove_entry(r, at, name))
        return !r->failed;
    fd = open_folder(at, name);
    if (fd < 0)
        return give_up(r, name);
    return each_entry(r, fd, remove_or_move_up) && remove_entry(r, at, name);
}

bool scratch_remove(const char *path, struct error *e)
{
    struct removal r = { .left = ENTRIES_AT_ONCE, .e = e };
    int again;

    e->text[0] = '\0';
    if (rmdir(path) == 0 || errno == ENOENT)
        return true;
    if (errno != ENOTEMPTY && errno != EEXIST)
        return failure_errno(e, "remove '%s'", path) || true;
    r.top = open_folder(AT_FDCWD, path);
    if (r.top < 0)
        return failure_errno(e, "remove '%s'", path) || true;
    again = fcntl(r.top, F_DUPFD_CLOEXEC, 0);
    if (again >= 0)
        each_entry(&r, again, remove_at_top);
    close(r.top);
    if (r.failed || again < 0)
        return failure_in(e, "remove '%s'", path) || true;
    return rmdir(path) == 0;
}
