/* utf8: where characters begin and end. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* What stands for bytes that are no character: U+FFFD. */
#define UTF8_REPLACEMENT "\xef\xbf\xbd"

/* How many of the `left` bytes at `p` the first character has; 0 if they begin with none: not UTF-8, or cut off. */
size_t utf8_character(const char *p, size_t left);

/* How many of the `left` bytes at `p`, at least one, could have begun one character, though they are none: a single
 * replacement stands for them. */
size_t utf8_broken(const char *p, size_t left);

/* How many of the `left` bytes at `p`, at least one, are to be taken together; `*control`: a terminal may obey them,
 * as it does those above 127 that are control characters, too, whether they are UTF-8 or come alone. */
size_t utf8_step(const char *p, size_t left, bool *control);

#endif
