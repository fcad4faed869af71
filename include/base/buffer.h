/* buffer: bytes that grow at the end and are taken from the front. */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include <stdarg.h>
#include <stddef.h>

/* All zero is an empty buffer. A zero byte follows the last one once something was added. */
struct buffer {
    char *data;    /* owned; NULL until something is added */
    size_t length; /* bytes at `data` */
    size_t capacity;
};

/* Add at the end. What is added must not lie in the buffer itself: it may move. */
void buffer_add(struct buffer *b, const void *data, size_t length);
void buffer_add_text(struct buffer *b, const char *text);
void buffer_add_char(struct buffer *b, char c);
void buffer_add_number(struct buffer *b, long long n);
void buffer_addf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_vaddf(struct buffer *b, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

/* Make room for `more` bytes at data + length; the caller then adds to `length` what it wrote. */
void buffer_reserve(struct buffer *b, size_t more);

/* Forget the first `length` bytes (at most all). */
void buffer_drop(struct buffer *b, size_t length);

/* Forget everything, keep the memory. */
void buffer_clear(struct buffer *b);

/* The text, now the caller's (never NULL, free it); the buffer is empty again. */
char *buffer_take(struct buffer *b);

void buffer_free(struct buffer *b);

#endif
