#include "os/identity.h"

#include "base/xalloc.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number that `text` is, or false: (uid_t)-1 means "leave it" to the kernel and is nobody's. */
static bool parse_id(const char *text, unsigned *id)
{
    unsigned long n;
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    n = strtoul(text, &end, 10);
    if (*end != '\0' || errno != 0 || n >= (unsigned)-1)
        return false;
    *id = (unsigned)n;
    return true;
}

/* "Not there" has many errnos (see getpwnam(3)); these say that the user database did not answer. */
static bool is_database_down(int number)
{
    return number == EIO || number == EMFILE || number == ENFILE || number == ENOMEM || number == EINTR ||
           number == EAGAIN;
}

static bool not_found(const char *what, const char *name, struct error *e)
{
    if (is_database_down(errno))
        return failure_errno(e, "%s '%s' cannot be looked up", what, name);
    return failure(e, "there is no %s '%s'", what, name);
}

/* *entry becomes NULL for a number without an entry. A name made of digits goes before a number, as chown does it. */
static bool find_user(const char *user, uid_t *uid, struct passwd **entry, struct error *e)
{
    errno = 0;
    *entry = getpwnam(user);
    if (*entry == NULL && !parse_id(user, uid))
        return not_found("user", user, e);
    if (*entry == NULL)
        *entry = getpwuid(*uid);
    if (*entry != NULL)
        *uid = (*entry)->pw_uid;
    return true;
}

static bool find_group(const char *group, gid_t *gid, struct error *e)
{
    const struct group *entry;

    errno = 0;
    entry = getgrnam(group);
    if (entry != NULL)
        *gid = entry->gr_gid;
    else if (!parse_id(group, gid))
        return not_found("group", group, e);
    return true;
}

static bool find_groups(const char *const *groups, size_t count, struct identity *out, struct error *e)
{
    out->groups = xcalloc(count + 1, sizeof *out->groups);
    out->group_count = count;
    for (size_t i = 0; i < count; i++)
        if (!find_group(groups[i], &out->groups[i], e))
            return false;
    return true;
}

/* The supplementary groups that the system knows of; just the own one for a number without an entry. */
static void ask_for_groups(struct identity *out)
{
    int count = 16;

    out->groups = xcalloc((size_t)count, sizeof *out->groups);
    if (out->name == NULL) {
        out->groups[0] = out->gid;
        out->group_count = 1;
        return;
    }
    while (getgrouplist(out->name, out->gid, out->groups, &count) < 0)
        out->groups = xrealloc(out->groups, (size_t)count * sizeof *out->groups);
    out->group_count = (size_t)count;
}

static void copy_entry(const struct passwd *entry, struct identity *out)
{
    out->gid = entry->pw_gid;
    out->name = xstrdup(entry->pw_name);
    out->home = xstrdup(entry->pw_dir);
    out->shell = xstrdup(entry->pw_shell);
}

static bool fill(const char *user, const char *group, const char *const *groups, size_t group_count,
                 struct identity *out, struct error *e)
{
    struct passwd *entry;

    if (user == NULL) {
        out->uid = geteuid();
        entry = getpwuid(out->uid);
    } else if (!find_user(user, &out->uid, &entry, e)) {
        return false;
    }
    if (entry != NULL)
        copy_entry(entry, out);
    if (user == NULL)
        out->gid = getegid();
    if (group != NULL && !find_group(group, &out->gid, e))
        return false;
    if (entry == NULL && user != NULL && group == NULL)
        return failure(e, "user '%s' has no entry in the user database and so no group: name one", user);
    if (groups != NULL)
        return find_groups(groups, group_count, out, e);
    ask_for_groups(out);
    return true;
}

bool identity_find(const char *user, const char *group, const char *const *groups, size_t group_count,
                   struct identity *out, struct error *e)
{
    memset(out, 0, sizeof *out);
    if (fill(user, group, groups, group_count, out, e))
        return true;
    identity_free(out);
    return false;
}

static bool has_group(const gid_t *groups, size_t count, gid_t gid)
{
    for (size_t i = 0; i < count; i++)
        if (groups[i] == gid)
            return true;
    return false;
}

bool identity_is_ours(const struct identity *id)
{
    bool same = geteuid() != 0 && id->uid == geteuid() && id->gid == getegid();
    gid_t *groups;
    int count;

    if (!same || (count = getgroups(0, NULL)) < 0)
        return false;
    groups = xcalloc((size_t)count + 1, sizeof *groups);
    count = getgroups(count, groups);
    for (size_t i = 0; i < id->group_count; i++)
        same = same && (id->groups[i] == id->gid || has_group(groups, count > 0 ? (size_t)count : 0, id->groups[i]));
    free(groups);
    return same;
}

bool identity_become(const struct identity *id, struct error *e)
{
    if ((geteuid() == 0 && setgroups(id->group_count, id->groups) < 0) || setresgid(id->gid, id->gid, id->gid) < 0 ||
        setresuid(id->uid, id->uid, id->uid) < 0)
        return failure_errno(e, "cannot become user %u", (unsigned)id->uid);
    return true;
}

void identity_free(struct identity *id)
{
    free(id->groups);
    free(id->name);
    free(id->home);
    free(id->shell);
    memset(id, 0, sizeof *id);
}

bool identity_user_exists(const char *user)
{
    struct passwd *entry;
    uid_t uid;

    return find_user(user, &uid, &entry, NULL);
}

bool identity_group_exists(const char *group)
{
    gid_t gid;

    return find_group(group, &gid, NULL);
}

bool identity_owner(const char *owner, uid_t *uid, gid_t *gid, struct error *e)
{
    const char *colon = strchr(owner, ':');
    char *user = colon == NULL ? xstrdup(owner) : xstrndup(owner, (size_t)(colon - owner));
    struct passwd *entry;
    bool good = true;

    *uid = (uid_t)-1;
    *gid = (gid_t)-1;
    if (*user == '\0' && (colon == NULL || colon[1] == '\0'))
        good = failure(e, "'%s' names no owner: write USER or USER:GROUP", owner);
    if (good && *user != '\0')
        good = find_user(user, uid, &entry, e);
    if (good && colon != NULL && colon[1] != '\0')
        good = find_group(colon + 1, gid, e);
    free(user);
    return good;
}
