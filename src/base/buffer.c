#include "base/buffer.h"

#include "base/xalloc.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 64 };

/* Doubling keeps the cost of many small additions linear. */
static size_t next_capacity(size_t now, size_t needed)
{
    size_t twice = now < SIZE_MAX / 2 ? 2 * now : SIZE_MAX;

    if (needed < SMALLEST)
        needed = SMALLEST;
    return needed > twice ? needed : twice;
}

void buffer_reserve(struct buffer *b, size_t more)
{
    size_t needed;

    /* One more for the zero byte. A sum that overflows is refused by xrealloc. */
    if (__builtin_add_overflow(b->length, more, &needed) || __builtin_add_overflow(needed, 1, &needed))
        needed = SIZE_MAX;
    if (needed <= b->capacity)
        return;
    b->capacity = next_capacity(b->capacity, needed);
    b->data = xrealloc(b->data, b->capacity);
}

static void grow_by(struct buffer *b, size_t length)
{
    b->length += length;
    b->data[b->length] = '\0';
}

void buffer_add(struct buffer *b, const void *data, size_t length)
{
    buffer_reserve(b, length);
    if (length > 0)
        memcpy(b->data + b->length, data, length);
    grow_by(b, length);
}

void buffer_add_text(struct buffer *b, const char *text)
{
    buffer_add(b, text, strlen(text));
}

void buffer_add_char(struct buffer *b, char c)
{
    buffer_reserve(b, 1);
    b->data[b->length] = c;
    grow_by(b, 1);
}

void buffer_add_number(struct buffer *b, long long n)
{
    char digits[24];
    char *p = digits + sizeof digits;
    unsigned long long rest = n < 0 ? -(unsigned long long)n : (unsigned long long)n;

    do
        *--p = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (n < 0)
        *--p = '-';
    buffer_add(b, p, (size_t)(digits + sizeof digits - p));
}

void buffer_addf(struct buffer *b, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(b, format, arguments);
    va_end(arguments);
}

void buffer_vaddf(struct buffer *b, const char *format, va_list arguments)
{
    va_list again;
    size_t room;
    int length;

    buffer_reserve(b, SMALLEST);
    room = b->capacity - b->length;
    va_copy(again, arguments);
    length = vsnprintf(b->data + b->length, room, format, arguments);
    if (length >= 0 && (size_t)length >= room) {
        buffer_reserve(b, (size_t)length);
        vsnprintf(b->data + b->length, (size_t)length + 1, format, again);
    }
    va_end(again);
    grow_by(b, length > 0 ? (size_t)length : 0);
}

void buffer_drop(struct buffer *b, size_t length)
{
    if (b->data == NULL)
        return;
    if (length > b->length)
        length = b->length;
    memmove(b->data, b->data + length, b->length - length);
    b->length -= length;
    b->data[b->length] = '\0';
}

void buffer_clear(struct buffer *b)
{
    b->length = 0;
    if (b->data != NULL)
        b->data[0] = '\0';
}

char *buffer_take(struct buffer *b)
{
    char *text;

    buffer_add(b, NULL, 0); /* there may be no memory yet, or bytes that came by buffer_reserve */
    text = b->data;
    *b = (struct buffer){ 0 };
    return text;
}

void buffer_free(struct buffer *b)
{
    free(b->data);
    *b = (struct buffer){ 0 };
}
