/* completion: what may come next on a line. It is read from the usage of each verb, such as
 * "[-f] [-n N] TARGET… [stdout|stderr]", so that whatever is in a table of verbs can be completed. */
#ifndef CONTROL_COMPLETION_H
#define CONTROL_COMPLETION_H

#include "base/buffer.h"
#include "base/words.h"

#include <jansson.h>
#include <stdbool.h>

/* The data of the verb `targets`, for the caller to release; NULL: nobody answers. Asked only when it is needed. */
typedef json_t *completion_targets_fn(void *arg);

struct completion {
    const struct words *verbs;  /* all there are */
    const char *usage;          /* of the verb, if there is one */
    const struct words *before; /* the verb, and what follows it up to the word that is typed */
    const char *typed;          /* so much of the word is there */
    completion_targets_fn *targets;
    void *arg;
};

/* Add to `out` what the word may become. True: it may also be the name of a file. */
bool completion_find(const struct completion *c, struct words *out);

/* What all of `found` have in common beyond `typed`; a blank follows if there is only one. */
void completion_common(const struct words *found, const char *typed, struct buffer *out);

#endif
