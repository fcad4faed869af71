/* mail: a message as it is handed to a mail server. */
#ifndef BASE_MAIL_H
#define BASE_MAIL_H

#include "base/buffer.h"
#include "base/duration.h"
#include "base/error.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>

struct mail {
    const char *from;      /* "reeve@example.com" or "Reeve <reeve@example.com>" */
    const char *const *to; /* likewise, a NULL ends them; one text may hold several, with commas between */
    const char *subject;   /* NULL: none */
    const char *body;      /* text with \n or \r\n; what is not UTF-8 becomes U+FFFD */
    size_t body_length;
    msec at;        /* since 1970 */
    const char *id; /* a name that no other mail has, such as "19a.7f3@example.com" */
};

/* Write the message with CRLF as line ends: headers, an empty line, the body. False, with the reason, for an
 * address that is none and for line breaks in what becomes a header: nothing can be smuggled in. */
bool mail_compose(struct buffer *out, const struct mail *m, struct error *e);

/* Add the bare address of each of "Ops <ops@example.com>, root": for the server, who reads no headers. */
bool mail_addresses(struct words *out, const char *text, struct error *e);

#endif
