#include "base/intern.h"

#include "base/xalloc.h"

#include <string.h>

struct text {
    struct text *next;
    char text[];
};

static struct text *all;

const char *intern(const char *text)
{
    size_t size = strlen(text) + 1;
    struct text *t;

    for (t = all; t != NULL; t = t->next)
        if (strcmp(t->text, text) == 0)
            return t->text;
    t = xmalloc(sizeof *t + size);
    memcpy(t->text, text, size);
    t->next = all;
    all = t;
    return t->text;
}
