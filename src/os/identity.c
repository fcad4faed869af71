#include "os/identity.h"

#include "base/buffer.h"
#include "base/xalloc.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MEMORY_FIRST = 1024, MEMORY_MOST = 16 << 20 };

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
    int reason = is_database_down(errno) ? errno : 0;

    if (reason != 0)
        failure_errno(e, "%s '%s' cannot be looked up", what, name);
    else
        failure(e, "there is no %s '%s'", what, name);
    errno = reason;
    return false;
}

/* An entry, and the memory that it lies in. */
struct user {
    struct passwd entry;
    struct passwd *found; /* it, or NULL */
    struct buffer memory;
};

/* The memory was too small: larger, for another try. */
static bool makes_room(int number, struct buffer *memory)
{
    if (number != ERANGE || memory->capacity > MEMORY_MOST)
        return false;
    buffer_reserve(memory, 2 * memory->capacity);
    return true;
}

static void find_by_name(const char *name, struct user *u)
{
    do
        errno = getpwnam_r(name, &u->entry, u->memory.data, u->memory.capacity, &u->found);
    while (makes_room(errno, &u->memory));
}

static void find_by_number(uid_t uid, struct user *u)
{
    do
        errno = getpwuid_r(uid, &u->entry, u->memory.data, u->memory.capacity, &u->found);
    while (makes_room(errno, &u->memory));
}

/* `found` becomes NULL for a number without an entry. A name made of digits goes before a number, as chown does it. */
static bool find_user(const char *user, uid_t *uid, struct user *u, struct error *e)
{
    find_by_name(user, u);
    if (u->found == NULL && !parse_id(user, uid))
        return not_found("user", user, e);
    if (u->found == NULL)
        find_by_number(*uid, u);
    if (u->found != NULL)
        *uid = u->found->pw_uid;
    return u->found != NULL || !is_database_down(errno) || not_found("user", user, e);
}

static bool find_group(const char *group, gid_t *gid, struct error *e)
{
    struct group entry, *found = NULL;
    struct buffer memory = { 0 };

    buffer_reserve(&memory, MEMORY_FIRST);
    do
        errno = getgrnam_r(group, &entry, memory.data, memory.capacity, &found);
    while (makes_room(errno, &memory));
    if (found != NULL)
        *gid = found->gr_gid;
    buffer_free(&memory);
    return found != NULL || parse_id(group, gid) || not_found("group", group, e);
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

/* Ourselves, if no user is named. */
static bool fill_user(const char *user, struct identity *out, struct error *e)
{
    struct user u = { .found = NULL };
    bool good = true;

    buffer_reserve(&u.memory, MEMORY_FIRST);
    if (user == NULL) {
        out->uid = geteuid();
        find_by_number(out->uid, &u);
    } else {
        good = find_user(user, &out->uid, &u, e);
    }
    if (good && u.found != NULL)
        copy_entry(u.found, out);
    buffer_free(&u.memory);
    return good;
}

static bool fill(const char *user, const char *group, const char *const *groups, size_t group_count,
                 struct identity *out, struct error *e)
{
    if (!fill_user(user, out, e))
        return false;
    if (user == NULL)
        out->gid = getegid();
    if (group != NULL && !find_group(group, &out->gid, e))
        return false;
    if (out->name == NULL && user != NULL && group == NULL) {
        errno = 0;
        return failure(e, "user '%s' has no entry in the user database and so no group: name one", user);
    }
    if (groups != NULL)
        return find_groups(groups, group_count, out, e);
    ask_for_groups(out);
    return true;
}

bool identity_find(const char *user, const char *group, const char *const *groups, size_t group_count,
                   struct identity *out, struct error *e)
{
    int reason;

    memset(out, 0, sizeof *out);
    if (fill(user, group, groups, group_count, out, e))
        return true;
    reason = errno;
    identity_free(out);
    errno = reason;
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

void identity_copy(struct identity *to, const struct identity *from)
{
    *to = *from;
    to->groups = xcalloc(from->group_count + 1, sizeof *to->groups);
    for (size_t i = 0; i < from->group_count; i++)
        to->groups[i] = from->groups[i];
    to->name = xstrdup(from->name);
    to->home = xstrdup(from->home);
    to->shell = xstrdup(from->shell);
}

void identity_free(struct identity *id)
{
    free(id->groups);
    free(id->name);
    free(id->home);
    free(id->shell);
    memset(id, 0, sizeof *id);
}

static bool find_user_number(const char *user, uid_t *uid, struct error *e)
{
    struct user u = { .found = NULL };
    bool good;

    buffer_reserve(&u.memory, MEMORY_FIRST);
    good = find_user(user, uid, &u, e);
    buffer_free(&u.memory);
    return good;
}

bool identity_user_exists(const char *user, struct error *e)
{
    uid_t uid;

    return find_user_number(user, &uid, e);
}

bool identity_group_exists(const char *group, struct error *e)
{
    gid_t gid;

    return find_group(group, &gid, e);
}

bool identity_owner(const char *owner, uid_t *uid, gid_t *gid, struct error *e)
{
    const char *colon = strchr(owner, ':');
    char *user = colon == NULL ? xstrdup(owner) : xstrndup(owner, (size_t)(colon - owner));
    bool good = true;

    *uid = (uid_t)-1;
    *gid = (gid_t)-1;
    errno = 0;
    if (*user == '\0' && (colon == NULL || colon[1] == '\0'))
        good = failure(e, "'%s' names no owner: write USER or USER:GROUP", owner);
    if (good && *user != '\0')
        good = find_user_number(user, uid, e);
    if (good && colon != NULL && colon[1] != '\0')
        good = find_group(colon + 1, gid, e);
    free(user);
    return good;
}
