/* base64: bytes as text, with padding, without line ends. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buffer.h"

#include <stdbool.h>

/* Add to `out`. */
void base64_encode(const void *data, size_t length, struct buffer *out);

/* Add to `out`; false, and nothing is added: it is no base64. */
bool base64_decode(const char *text, size_t length, struct buffer *out);

#endif
