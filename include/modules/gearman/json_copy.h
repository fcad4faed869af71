/* json_copy: checks JSON and writes it without blanks, in one pass and without a tree: numbers keep their digits, texts
 * their escapes. What is no UTF-8 becomes U+FFFD. */
#ifndef MODULES_GEARMAN_JSON_COPY_H
#define MODULES_GEARMAN_JSON_COPY_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum { JSON_COPY_DEEPEST = 256 };

struct json_copy {
    const char *p, *end; /* what is left of the text */
    struct buffer *out;
    int depth;
};

void json_copy_blanks(struct json_copy *s);
bool json_copy_is_next(const struct json_copy *s, char c);

/* Copy the next one if it is this one. */
bool json_copy_take(struct json_copy *s, char c);

/* Copy what must stand there next; false if it does not, with some of it written perhaps. */
bool json_copy_value(struct json_copy *s);
bool json_copy_string(struct json_copy *s);
bool json_copy_colon(struct json_copy *s);

/* Add what a string means that was copied, `text` with its quotes. */
void json_copy_decode(const char *text, size_t length, struct buffer *out);

#endif
