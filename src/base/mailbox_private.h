/* mailbox: one of "Ops <ops@example.com>, root". */
#ifndef BASE_MAILBOX_PRIVATE_H
#define BASE_MAILBOX_PRIVATE_H

#include "base/error.h"

struct mailbox {
    char *name;    /* owned; NULL: none */
    char *address; /* owned */
};

enum mailbox_found { MAILBOX_NONE, MAILBOX_ONE, MAILBOX_WRONG };

/* Read the next one of `*text`, which moves on: there is none, there is one in `m`, or `e` says what is wrong. */
enum mailbox_found mailbox_next(struct mailbox *m, const char **text, struct error *e);
void mailbox_free(struct mailbox *m);

#endif
