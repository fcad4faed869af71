#include "control/premises.h"

#include "base/xalloc.h"
#include "os/folder.h"
#include "os/identity.h"

#include <sys/stat.h>
#include <unistd.h>

char *premises_absolute(const char *path)
{
    char folder[4096];

    if (path == NULL || *path == '/' || getcwd(folder, sizeof folder) == NULL)
        return xstrdup(path);
    return xasprintf("%s/%s", folder, path);
}

void premises_mask(const struct supervisor_settings *settings)
{
    if (settings->umask >= 0)
        umask((mode_t)settings->umask);
}

bool premises_enter(const struct supervisor_settings *settings, struct error *e)
{
    if (settings->workingdir != NULL && chdir(settings->workingdir) < 0)
        return failure_errno(e, "workingdir '%s'", settings->workingdir);
    return true;
}

static bool become_user(const char *user, struct error *e)
{
    struct identity id;
    bool good;

    if (!identity_find(user, NULL, NULL, 0, &id, e))
        return false;
    good = identity_become(&id, e) ||
           failure_in(e, "user '%s'%s", user, geteuid() != 0 ? " (only root may become another user)" : "");
    identity_free(&id);
    return good;
}

bool premises_make(const struct supervisor_settings *settings, struct error *e)
{
    const char *path = settings->state_dir;

    return path == NULL || (folder_make(path, 0700, e) && folder_is_trusted(path, e)) || failure_in(e, "state_dir");
}

bool premises_settle(const struct supervisor_settings *settings, struct error *e)
{
    return (settings->user == NULL || become_user(settings->user, e)) && premises_make(settings, e);
}
