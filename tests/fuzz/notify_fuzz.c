#include "os/notify.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fuzz/fuzz.h"

static void on_field(const char *key, const char *value, void *arg)
{
    size_t *bytes = arg;

    *bytes += strlen(key) + strlen(value) + 1;
    if (*key == '\0' || strchr(key, '\n') != NULL || strchr(value, '\n') != NULL)
        abort();
}

/* What anybody on the machine may send. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = xstrndup((const char *)data, strnlen((const char *)data, size));
    size_t bytes = 0;

    notify_each(text, on_field, &bytes);
    if (bytes > size)
        abort();
    free(text);
    return 0;
}
