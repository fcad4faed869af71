/* stranger: a process that we look after though somebody else started it: a daemon, or one of an earlier life of ours.
 * It may have become our child meanwhile; if not, nobody tells us its exit status, and its number is not kept for us.
 */
#ifndef OS_STRANGER_H
#define OS_STRANGER_H

#include "os/child.h"
#include "os/loop.h"
#include "os/procfs.h"

#include <stdbool.h>
#include <sys/queue.h>

struct stranger {
    LIST_ENTRY(stranger) link;
    struct child *child;
    struct process_mark who;
    pid_t group;         /* of its own, with what descends from it; 0: it shares one with others */
    int pidfd;           /* owned; readable when it has ended */
    struct watch *watch; /* of the pidfd; NULL: it has ended */
};

/* With a pidfd, close-on-exec. False: it is gone, or the kernel has no pidfds. */
bool stranger_open(struct stranger *s, const struct process_mark *who, struct error *e);

/* No watch any more, and no pidfd. */
void stranger_close(struct stranger *s);

/* Whether it has ended, and how, as far as the kernel tells us. */
bool stranger_has_ended(const struct stranger *s, struct child_exit *out);

/* False: it is gone, or is not ours to signal. */
bool stranger_signal(const struct stranger *s, int number, struct error *e);

/* To its group, and to it alone if it shares one; what is left of the group after its end too. */
bool stranger_signal_group(struct stranger *s, int number, struct error *e);
bool stranger_group_lives(const struct stranger *s);

#endif
