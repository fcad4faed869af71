/* identity: who a child runs as. */
#ifndef OS_IDENTITY_H
#define OS_IDENTITY_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct identity {
    uid_t uid;
    gid_t gid;
    gid_t *groups; /* supplementary; owned */
    size_t group_count;
    char *name; /* owned; NULL when the number has no entry in the user database, as home and shell */
    char *home;
    char *shell;
};

/* Look up `user` (name or number; NULL is ourselves), `group` (name or number; NULL is the user's
 * own) and `groups` (a list of `group_count` names or numbers; NULL: what the system says of the
 * user). False: one of them does not exist (errno is 0), or the user database is down. Reads that, which may take long:
 * on any thread, but not in a child. For what runs beside others user_cache_find is better. */
bool identity_find(const char *user, const char *group, const char *const *groups, size_t group_count,
                   struct identity *out, struct error *e);

/* Whether it is who we are, with no more rights than to stay it: there is nothing to become. Never for root, whose
 * groups may be others. */
bool identity_is_ours(const struct identity *id);

/* Become that one ourselves, for good. */
bool identity_become(const struct identity *id, struct error *e);

void identity_copy(struct identity *to, const struct identity *from);
void identity_free(struct identity *id);

/* Whether such a user or group exists, without the rest. */
bool identity_user_exists(const char *user, struct error *e);
bool identity_group_exists(const char *group, struct error *e);

/* "USER" or "USER:GROUP" for chown; (uid_t)-1 and (gid_t)-1 where nothing is named. False as above. */
bool identity_owner(const char *owner, uid_t *uid, gid_t *gid, struct error *e);

#endif
