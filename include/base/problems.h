/* problems: everything that is wrong with a user's file, each with its place, told all at once. */
#ifndef BASE_PROBLEMS_H
#define BASE_PROBLEMS_H

#include "base/buffer.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* So many are kept; of the others only the number is told. */
enum { PROBLEMS_MAX = 1000 };

struct problem {
    char *file; /* NULL: no file is to blame */
    int line;   /* 0: the file as a whole */
    char *text;
};

/* All zero is an empty list. */
struct problems {
    struct problem *item;
    size_t count;
    size_t capacity;
    size_t untold; /* past PROBLEMS_MAX */
};

/* Whether another one will be told; else it is only counted, and its text need not be much work. */
bool problems_has_room(const struct problems *p);

/* Add one; returns false, so that a reader may `return problems_add(p, file, line, "there is no …");`. */
bool problems_add(struct problems *p, const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
bool problems_vadd(struct problems *p, const char *file, int line, const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

/* How many there are, also those that are not kept. */
size_t problems_count(const struct problems *p);

/* By file, then by line; those of one line stay in the order in which they were added. */
void problems_sort(struct problems *p);

/* One line "FILE:LINE: text" for each, whatever the text, in the order of the list; "FILE: text" without a line. */
void problems_print(const struct problems *p, struct buffer *out);

/* The same into the log, as errors. */
void problems_log(const struct problems *p);

void problems_free(struct problems *p);

#endif
