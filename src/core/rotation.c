#include "core/rotation.h"

#include "os/discard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* An old file is plain or compressed; both are there when we died between the two. */
static const char *const endings[] = { "", ".gz" };

enum { ENDINGS = sizeof endings / sizeof endings[0] };

struct name {
    char text[PATH_MAX + 32];
};

static struct name name_of(const char *path, int number, const char *ending)
{
    struct name name;

    snprintf(name.text, sizeof name.text, "%s.%d%s", path, number, ending);
    return name;
}

static bool is_there(const char *path, int number)
{
    for (int i = 0; i < ENDINGS; i++)
        if (faccessat(AT_FDCWD, name_of(path, number, endings[i]).text, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    return false;
}

static bool discard(const char *path, struct error *e)
{
    return discard_file(path) || errno == ENOENT || failure_errno(e, "cannot remove '%s'", path);
}

static bool discard_number(const char *path, int number, struct error *e)
{
    for (int i = 0; i < ENDINGS; i++)
        if (!discard(name_of(path, number, endings[i]).text, e))
            return false;
    return true;
}

static bool move(const char *from, const char *to, struct error *e)
{
    return rename(from, to) == 0 || errno == ENOENT || failure_errno(e, "cannot rename '%s' to '%s'", from, to);
}

static bool move_up(const char *path, int number, struct error *e)
{
    for (int i = 0; i < ENDINGS; i++) {
        struct name from = name_of(path, number, endings[i]);
        struct name to = name_of(path, number + 1, endings[i]);

        if (!move(from.text, to.text, e))
            return false;
    }
    return true;
}

bool rotation_turn(const char *path, int backups, int *moved, struct error *e)
{
    int last = 0;

    *moved = 0;
    if (backups <= 0)
        return discard(path, e);
    while (last < backups && is_there(path, last + 1))
        last++;
    if (last == backups && !discard_number(path, last--, e))
        return false;
    *moved = last;
    for (int number = last; number > 0; number--)
        if (!move_up(path, number, e))
            return false;
    return move(path, name_of(path, 1, "").text, e);
}

void rotation_undo(const char *path)
{
    rename(name_of(path, 1, "").text, path);
}
