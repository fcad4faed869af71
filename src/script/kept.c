#include "script/kept.h"

#include "base/pack.h"
#include "base/xalloc.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

void kept_pack(const struct loading *l, struct buffer *out)
{
    const struct finding *finding;
    const struct source *source;
    struct buffer file = { 0 };

    STAILQ_FOREACH(source, &l->sources, link)
    {
        pack_text(&file, "path", source->path);
        pack_bytes(&file, "text", source->text, source->length);
        pack_inner(out, "file", &file);
    }
    LIST_FOREACH(finding, &l->findings, link)
    {
        pack_text(&file, "path", finding->path);
        if (finding->data != NULL)
            pack_bytes(&file, "text", finding->data, finding->length);
        pack_inner(out, "read", &file);
    }
    buffer_free(&file);
}

/* Each file in its turn; false behind the last one. */
static bool next_file(struct unpack *files, const char **path, size_t *path_length, const char **text,
                      size_t *text_length)
{
    struct unpack file;

    if (!unpack_inner(files, "file", &file))
        return false;
    *path = unpack_bytes(&file, "path", path_length);
    *text = unpack_bytes(&file, "text", text_length);
    return *path != NULL && *text != NULL;
}

char *kept_path(const char *data, size_t length)
{
    struct unpack files;
    const char *path, *text;
    size_t path_length, text_length;

    if (!unpack_begin(&files, data, length) || !next_file(&files, &path, &path_length, &text, &text_length))
        return NULL;
    return xstrndup(path, path_length);
}

void kept_use(struct loading *l, const char *data, size_t length)
{
    l->is_kept = unpack_begin(&l->kept, data, length);
}

const char *kept_find(const struct loading *l, const char *path, size_t *length)
{
    struct unpack files = l->kept;
    const char *found, *text;
    size_t found_length;

    while (l->is_kept && next_file(&files, &found, &found_length, &text, length))
        if (found_length == strlen(path) && memcmp(found, path, found_length) == 0)
            return text;
    *length = 0;
    return NULL;
}

bool kept_read(const struct loading *l, const char *path, const char **data, size_t *length)
{
    struct unpack files = l->kept, file;
    const char *found;
    size_t found_length;

    while (l->is_kept && unpack_inner(&files, "read", &file)) {
        found = unpack_bytes(&file, "path", &found_length);
        if (found == NULL || found_length != strlen(path) || memcmp(found, path, found_length) != 0)
            continue;
        *length = 0;
        *data = unpack_bytes(&file, "text", length);
        return true;
    }
    return false;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void kept_match(const struct loading *l, const char *pattern, struct words *out)
{
    struct unpack files = l->kept;
    const char *found, *text;
    size_t found_length, length;

    while (next_file(&files, &found, &found_length, &text, &length)) {
        char *path = xstrndup(found, found_length);

        if (fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0 && !words_have(out, path))
            words_add(out, path);
        free(path);
    }
    if (out->count > 0)
        qsort(out->word, out->count, sizeof *out->word, by_text);
}
