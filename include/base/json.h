/* json: writes JSON straight into a buffer, for replies of a thousand processes. Reading, and
 * whatever is built as a tree, is jansson's.
 *
 * Commas are set by themselves: a value follows a `{`, `[` or `:` without one. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/buffer.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>

void json_open_object(struct buffer *b);
void json_close_object(struct buffer *b);
void json_open_array(struct buffer *b);
void json_close_array(struct buffer *b);

/* The key of the next value; plain ASCII of our own, not escaped. */
void json_key(struct buffer *b, const char *key);

/* NULL is written as null, what is not valid UTF-8 becomes U+FFFD. */
void json_text(struct buffer *b, const char *text);
void json_bytes(struct buffer *b, const char *data, size_t length);
void json_int(struct buffer *b, long long n);

/* With enough digits to be read back as `n`; NaN and infinity are written as null. */
void json_double(struct buffer *b, double n);

void json_bool(struct buffer *b, bool yes);

/* null. (jansson owns the name json_null, and both are linked into one program.) */
void json_none(struct buffer *b);

/* An array of texts. NULL is an empty one. */
void json_words(struct buffer *b, const struct words *words);

/* A value that is JSON already. */
void json_raw(struct buffer *b, const char *json, size_t length);

#endif
