#include "base/utf8.h"

/* How many bytes the first one announces; 0: it begins no character. */
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

/* The second byte's bounds keep out what is written too long, surrogates, and what is beyond U+10FFFF. */
static bool may_be_second(unsigned char first, unsigned char second)
{
    unsigned char least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

    return second >= least && second <= most;
}

/* Of the `length` bytes that a character should have, how many at `p` can be its beginning. */
static size_t beginning(const unsigned char *p, size_t left, size_t length)
{
    size_t n = 1;

    while (n < length && n < left && (n == 1 ? may_be_second(p[0], p[1]) : (p[n] & 0xc0) == 0x80))
        n++;
    return n;
}

size_t utf8_character(const char *p, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)p;
    size_t length = left > 0 ? announced(bytes[0]) : 0;

    return length > 0 && beginning(bytes, left, length) == length ? length : 0;
}

size_t utf8_broken(const char *p, size_t left)
{
    const unsigned char *bytes = (const unsigned char *)p;

    return beginning(bytes, left, announced(bytes[0]));
}

size_t utf8_step(const char *p, size_t left, bool *control)
{
    const unsigned char *bytes = (const unsigned char *)p;
    size_t n = utf8_character(p, left);
    unsigned character = n == 2 && bytes[0] == 0xc2 ? bytes[1] : bytes[0];

    *control = n < 3 && (character < ' ' || (character >= 0x7f && character < 0xa0));
    return n > 0 ? n : 1;
}
