#include "control/address.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *address_default(bool *chosen)
{
    const char *said = getenv("REEVE_SOCKET"), *runtime = getenv("XDG_RUNTIME_DIR");

    *chosen = said != NULL && *said != '\0';
    if (*chosen)
        return address_absolute(said);
    if (geteuid() == 0)
        return xstrdup("unix:" ADDRESS_SOCKET_OF_ROOT);
    if (runtime != NULL && *runtime == '/')
        return xasprintf("unix:%s/reeve.sock", runtime);
    return xasprintf("unix:/tmp/reeve-%u/reeve.sock", (unsigned)geteuid());
}

/* /tmp is everybody's: somebody else may have made the folder, or a link in its place. */
bool address_prepare(const char *address, struct error *e)
{
    char *folder = xasprintf("/tmp/reeve-%u", (unsigned)geteuid());
    bool good = true;
    struct stat st;

    if (text_starts(address, "unix:") && text_starts(address + 5, folder) && address[5 + strlen(folder)] == '/') {
        mkdir(folder, 0700);
        if (lstat(folder, &st) < 0)
            good = failure_errno(e, "cannot make the folder '%s'", folder);
        else if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 0077) != 0)
            good = failure(e, "'%s' is not a folder of our own with mode 0700: remove it, or name another address",
                           folder);
    }
    free(folder);
    return good;
}

char *address_absolute(const char *address)
{
    const char *path = text_starts(address, "unix:") ? address + 5 : address;
    bool is_number = path[strspn(path, "0123456789")] == '\0'; /* no port is meant as a file */
    bool is_path = path != address || *path == '.' || *path == '/' || (strchr(path, ':') == NULL && !is_number);
    char folder[4096];

    if (!is_path || *path == '/' || *path == '\0' || getcwd(folder, sizeof folder) == NULL)
        return xstrdup(address);
    return xasprintf("unix:%s/%s", folder, path);
}
