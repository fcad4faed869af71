/* user_cache: who users are, from the user database, which may be a server far away that does not answer: then whoever
 * asks is told what was true before, and the supervisor goes on. */
#ifndef OS_USER_CACHE_H
#define OS_USER_CACHE_H

#include "os/identity.h"
#include "os/loop.h"

/* From now on nobody waits long: threads ask. Until then, and in a forked child, whoever asks waits himself. */
void user_cache_open(struct loop *loop);
void user_cache_close(void);

/* As identity_find; the answer is a second old at most, and younger than the last change of /etc/passwd and /etc/group.
 * A database that is down, or does not answer within 200 ms (5 s, where those files have changed), is taken to say what
 * it said before, which is logged; if it never did, it is waited for for 5 s. As long as it is silent nobody else waits
 * for it. The caller frees `out`. */
bool user_cache_find(const char *user, const char *group, const char *const *groups, size_t group_count,
                     struct identity *out, struct error *e);

/* As identity_owner, likewise. */
bool user_cache_owner(const char *owner, uid_t *uid, gid_t *gid, struct error *e);

#endif
