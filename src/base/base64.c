#include "base/base64.h"

#include <stdint.h>
#include <string.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* One to three bytes. */
static void encode_group(const unsigned char *p, size_t count, char *out)
{
    uint32_t bits = (uint32_t)p[0] << 16 | (count > 1 ? (uint32_t)p[1] << 8 : 0) | (count > 2 ? p[2] : 0);

    for (size_t i = 0; i < 4; i++)
        out[i] = i <= count ? letters[bits >> (18 - 6 * i) & 63] : '=';
}

void base64_encode(const void *data, size_t length, struct buffer *out)
{
    const unsigned char *p = data;
    char *to;

    buffer_reserve(out, (length + 2) / 3 * 4 + 1);
    to = out->data + out->length;
    for (size_t i = 0; i < length; i += 3, to += 4)
        encode_group(p + i, length - i < 3 ? length - i : 3, to);
    *to = '\0';
    out->length = (size_t)(to - out->data);
}

/* -1: it is none. */
static int value_of(char c)
{
    const char *found = c != '\0' ? strchr(letters, c) : NULL;

    return found != NULL ? (int)(found - letters) : -1;
}

/* How many characters of the text stand for bytes, or SIZE_MAX. */
static size_t count_letters(const char *text, size_t length)
{
    size_t count = length;

    if (length % 4 != 0)
        return SIZE_MAX;
    while (count > 0 && length - count < 2 && text[count - 1] == '=')
        count--;
    for (size_t i = 0; i < count; i++)
        if (value_of(text[i]) < 0)
            return SIZE_MAX;
    return count;
}

bool base64_decode(const char *text, size_t length, struct buffer *out)
{
    size_t count = count_letters(text, length);
    uint32_t bits = 0;
    int held = 0;

    if (count == SIZE_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        bits = bits << 6 | (uint32_t)value_of(text[i]);
        held += 6;
        if (held >= 8) {
            held -= 8;
            buffer_add_char(out, (char)(bits >> held & 255));
        }
    }
    return true;
}
