#include "base/xalloc.h"

#include <malloc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Straight to the descriptor: the log and stdio may want memory themselves. */
static _Noreturn void give_up(void)
{
    static const char words[] = "reeve: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, words, sizeof words - 1);

    (void)ignored;
    abort();
}

/* A size beyond PTRDIFF_MAX is a sum that went wrong; no allocator needs to be asked. */
static size_t sane(size_t size)
{
    if (size > PTRDIFF_MAX)
        give_up();
    return size > 0 ? size : 1;
}

static void *there(void *memory)
{
    if (memory == NULL)
        give_up();
    return memory;
}

void *xmalloc(size_t size)
{
    return there(malloc(sane(size)));
}

void *xcalloc(size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        give_up();
    return there(calloc(1, sane(total)));
}

void *xrealloc(void *old, size_t size)
{
    return there(realloc(old, sane(size)));
}

char *xstrdup(const char *text)
{
    return text != NULL ? xstrndup(text, strlen(text)) : NULL;
}

char *xstrndup(const char *text, size_t length)
{
    char *copy = xmalloc(length + 1);

    if (length > 0)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *xasprintf(const char *format, ...)
{
    va_list arguments;
    char *text;
    int length;

    va_start(arguments, format);
    length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0)
        give_up();
    return text;
}

void xtrim(void)
{
    malloc_trim(0);
}
