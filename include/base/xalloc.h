/* xalloc: memory that is always there. When there is none left, reeve says so and aborts:
 * no caller could go on. Whatever grows with input has a ceiling of its own. */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t size);

/* `n` zeroed elements of `size` bytes. */
void *xcalloc(size_t n, size_t size);

void *xrealloc(void *old, size_t size);

/* A copy of `text`; NULL stays NULL. */
char *xstrdup(const char *text);

/* A copy of the first `length` bytes of `text`, and a zero. */
char *xstrndup(const char *text, size_t length);

/* A new text by a printf format. */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Give what is free back to the kernel: after work that needed much more than what stays. Takes a millisecond or two. */
void xtrim(void);

#endif
