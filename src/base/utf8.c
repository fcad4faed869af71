#include "base/utf8.h"

#include <stdbool.h>

/* By the first byte; 0 for one that begins no character. */
static size_t announced(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* Longer forms of what is short, surrogates, and what is beyond Unicode show in the second byte. */
static bool fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second <= 0x9f;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second <= 0x8f;
    default:
        return true;
    }
}

size_t utf8_character(const char *p, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)p;
    size_t length = left > 0 ? announced(bytes[0]) : 0;
    size_t i;

    if (length > left || (length > 1 && !fits(bytes[0], bytes[1])))
        return 0;
    for (i = 1; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    return length;
}
