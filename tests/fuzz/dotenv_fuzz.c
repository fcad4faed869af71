#include "convert/dotenv.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fuzz/fuzz.h"

static void on_variable(const char *key, const char *value, int line, void *arg)
{
    size_t *bytes = arg;

    *bytes += strlen(key) + strlen(value);
    if (*key == '\0' || line < 1)
        abort();
}

/* Whatever is read is not more than what there was. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct source source = { .path = xstrdup(".env") };
    struct problems problems = { 0 };
    size_t bytes = 0;

    buffer_add(&source.text, data, size);
    dotenv_read(&source, on_variable, &bytes, &problems);
    if (bytes > size)
        abort();
    source_free(&source);
    problems_free(&problems);
    return 0;
}
