/* pack: named fields in a row of bytes, for a reader of another version: what it does not know it passes over, what is
 * not there it takes for 0 or NULL. The same name may come several times. */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "base/buffer.h"
#include "base/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name has at most 255 bytes. A 0, a NULL is left out. */
void pack_number(struct buffer *out, const char *name, int64_t number);
void pack_text(struct buffer *out, const char *name, const char *text);
void pack_bytes(struct buffer *out, const char *name, const void *data, size_t length);

/* One field of that name for each word. */
void pack_words(struct buffer *out, const char *name, const struct words *words);

/* A field that has fields itself: those of `inner`, which is empty afterwards. */
void pack_inner(struct buffer *out, const char *name, struct buffer *inner);

/* Up to 32 numbers in one field, which are known by their place: a later version may only add to them at the end. */
void pack_numbers(struct buffer *out, const char *name, const int64_t *numbers, size_t count);

/* The fields of some bytes, which it borrows. */
struct unpack {
    const char *data;
    size_t length, at; /* where the last one was found: most are asked for in their order */
};

/* False: they are broken, and there are no fields then. */
bool unpack_begin(struct unpack *u, const void *data, size_t length);

/* 0: not there. */
int64_t unpack_number(struct unpack *u, const char *name);

/* A copy, the caller's; NULL: not there. */
char *unpack_text(struct unpack *u, const char *name);

/* Borrowed; NULL: not there. */
const char *unpack_bytes(struct unpack *u, const char *name, size_t *length);

/* The number that a value is. */
int64_t unpack_value(const char *value, size_t length);

/* The numbers that a value is: `count` of them, 0 where it has not so many. */
void unpack_values(const char *value, size_t length, int64_t *out, size_t count);

/* Begin with the first field again. */
void unpack_rewind(struct unpack *u);

/* The next field of that name behind the one that was found last; NULL: there is no other. */
const char *unpack_next(struct unpack *u, const char *name, size_t *length);

/* The fields within that next one; one that is broken is passed over. False: there is no other. */
bool unpack_inner(struct unpack *u, const char *name, struct unpack *inner);

/* Add all of that name, from the first one on, to `words`. */
void unpack_words(struct unpack *u, const char *name, struct words *words);

#endif
