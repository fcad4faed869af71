#include "control/foreign.h"

#include "base/xalloc.h"
#include "convert/convert.h"
#include "script/script.h"

#include <stdlib.h>

static char *convert(const char *path, size_t *length, void **origins, struct problems *problems)
{
    struct converted *c = xcalloc(1, sizeof *c);

    if (!convert_file(path, NULL, c, problems)) {
        converted_free(c);
        free(c);
        return NULL;
    }
    *length = c->lua.length;
    *origins = c;
    return buffer_take(&c->lua);
}

static bool origin(const void *origins, int lua_line, const char **file, int *line)
{
    return converted_origin(origins, lua_line, file, line);
}

static void free_origins(void *origins)
{
    converted_free(origins);
    free(origins);
}

void foreign_enable(void)
{
    static const struct script_converter converter = {
        .is_foreign = convert_is_foreign, .convert = convert, .origin = origin, .free_origins = free_origins
    };

    script_set_converter(&converter);
}
