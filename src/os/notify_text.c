/* The half of os/notify.h that needs no socket. */
#include "os/notify.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

void notify_each(const char *text, notify_field_fn *fn, void *arg)
{
    char *copy = xstrdup(text), *rest = copy, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        char *equals = strchr(line, '=');

        if (equals == NULL || equals == line)
            continue;
        *equals = '\0';
        fn(line, equals + 1, arg);
    }
    free(copy);
}
