#include "convert/source.h"

#include "base/xalloc.h"
#include "os/file.h"
#include "os/folder.h"

#include <stdlib.h>
#include <string.h>

static bool is_text_byte(unsigned char c)
{
    return c >= 0x20 || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

/* Control characters have no place in a configuration, and a NUL would end our strings early. */
static bool check_text(const struct source *s, struct problems *problems)
{
    int line = 1;

    if (s->text.length >= 2 && (memcmp(s->text.data, "\xFF\xFE", 2) == 0 || memcmp(s->text.data, "\xFE\xFF", 2) == 0))
        return problems_add(problems, s->path, 1, "this is UTF-16; save it as UTF-8");
    for (size_t i = 0; i < s->text.length; i++) {
        unsigned char c = (unsigned char)s->text.data[i];

        if (!is_text_byte(c))
            return problems_add(problems, s->path, line, "byte 0x%02x: this is not a text file", c);
        line += c == '\n';
    }
    return true;
}

bool source_read(struct source *s, const char *path, struct problems *problems)
{
    struct error e;

    *s = (struct source){ .path = xstrdup(path) };
    buffer_add_text(&s->text, "");
    if (!file_read(path, SOURCE_MAX, &s->text, &e))
        return problems_add(problems, NULL, 0, "%s", e.text);
    if (s->text.length >= 3 && memcmp(s->text.data, "\xEF\xBB\xBF", 3) == 0)
        buffer_drop(&s->text, 3);
    return check_text(s, problems);
}

void source_free(struct source *s)
{
    free(s->path);
    buffer_free(&s->text);
}

char *source_folder(const struct source *s)
{
    char *whole = realpath(s->path, NULL);
    char *folder = folder_of(whole != NULL ? whole : s->path);

    free(whole);
    return folder;
}

bool source_next_line(const struct source *s, struct source_line *line)
{
    const char *end = s->text.data + s->text.length;
    const char *start = s->text.data;
    const char *newline;

    if (line->start != NULL) {
        newline = memchr(line->start, '\n', (size_t)(end - line->start));
        if (newline == NULL)
            return false;
        start = newline + 1;
    }
    if (start == end)
        return false;
    newline = memchr(start, '\n', (size_t)(end - start));
    line->start = start;
    line->length = (size_t)((newline != NULL ? newline : end) - start);
    if (line->length > 0 && start[line->length - 1] == '\r')
        line->length--;
    line->number++;
    return true;
}
