/* message: a line that an executor writes: one JSON object whose `type` says what it is. What goes on to the client is
 * cut out of the text as it stands: its numbers stay as they are, however many digits they have. */
#ifndef MODULES_GEARMAN_MESSAGE_H
#define MODULES_GEARMAN_MESSAGE_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum message_type { MESSAGE_COMPLETE, MESSAGE_UPDATE, MESSAGE_PROGRESS, MESSAGE_PRINT };

struct message {
    enum message_type type;

    /* COMPLETE: the object less its type; UPDATE: its data; both JSON without blanks. PRINT: the text of its content.
     */
    struct buffer body;
    long long numerator, denominator; /* of PROGRESS */
};

/* False, with the reason, for what is no message; the caller frees `body` in any case. */
bool message_read(const char *line, size_t length, struct message *out, struct error *e);
void message_free(struct message *m);

#endif
