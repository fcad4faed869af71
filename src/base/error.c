#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where a text of `length` bytes is cut so that no UTF-8 character is halved. */
static size_t whole_characters(const char *text, size_t length)
{
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    return length;
}

static void say(struct error *e, const char *text)
{
    size_t length = strlen(text);

    if (length >= sizeof e->text)
        length = whole_characters(text, sizeof e->text - 1);
    memcpy(e->text, text, length);
    e->text[length] = '\0';
}

/* The new text is put together apart: the arguments may well point into the old one. */
bool failure(struct error *e, const char *format, ...)
{
    char text[2 * sizeof e->text];
    int saved = errno;
    va_list arguments;

    if (e == NULL)
        return false;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say(e, text);
    errno = saved;
    return false;
}

bool failure_in(struct error *e, const char *format, ...)
{
    char context[sizeof e->text];
    char text[2 * sizeof e->text + 2];
    int saved = errno;
    va_list arguments;

    if (e == NULL)
        return false;
    va_start(arguments, format);
    vsnprintf(context, sizeof context, format, arguments);
    va_end(arguments);
    snprintf(text, sizeof text, "%s: %s", context, e->text);
    say(e, text);
    errno = saved;
    return false;
}

bool failure_errno(struct error *e, const char *format, ...)
{
    char what[sizeof e->text];
    char text[2 * sizeof e->text];
    int saved = errno;
    va_list arguments;

    if (e == NULL)
        return false;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    errno = saved;
    snprintf(text, sizeof text, "%s: %m", what);
    say(e, text);
    errno = saved;
    return false;
}
