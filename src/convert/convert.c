#include "convert/convert.h"

#include "base/xalloc.h"
#include "convert/detect.h"
#include "convert/formats.h"
#include "convert/lua_text.h"
#include "convert/stops.h"
#include "convert/yaml_reader.h"

#include <stdlib.h>
#include <string.h>

const struct source *conversion_read(struct conversion *c, const char *path)
{
    struct source *s = xcalloc(1, sizeof *s);

    c->extra = xrealloc(c->extra, (c->extra_count + 1) * sizeof *c->extra);
    c->extra[c->extra_count++] = s;
    return source_read(s, path, c->draft.problems) ? s : NULL;
}

static void convert_yaml(struct conversion *c, enum format format)
{
    struct yaml_file yaml;

    yaml_file_read(&yaml, c->source, c->draft.problems);
    if (yaml.root != NULL) {
        if (format == FORMAT_YAML)
            format = detect_yaml(yaml.root);
        if (format == FORMAT_MAGISTRATE)
            magistrate_convert(c, yaml.root);
        else
            taskmaster_convert(c, yaml.root);
    }
    yaml_file_free(&yaml);
}

static enum format choose_format(const struct source *s, const char *name, struct problems *problems)
{
    enum format format;

    if (name == NULL)
        return detect_format(s, problems);
    format = detect_named(name);
    if (format == FORMAT_UNKNOWN)
        problems_add(problems, NULL, 0, "there is no format '%s': " CONVERT_FORMATS, name);
    return format;
}

static void fill_draft(struct conversion *c, enum format format)
{
    switch (format) {
    case FORMAT_UNKNOWN:
        return;
    case FORMAT_SUPERVISORD:
        supervisord_convert(c);
        break;
    case FORMAT_PROCFILE:
        procfile_convert(c);
        break;
    case FORMAT_YAML:
    case FORMAT_TASKMASTER:
    case FORMAT_MAGISTRATE:
        convert_yaml(c, format);
        break;
    }
    if (c->formation != NULL && format != FORMAT_PROCFILE)
        problems_add(c->draft.problems, NULL, 0, "a formation is for Procfiles; in other files write numprocs");
    draft_check_names(&c->draft);
    stops_allow(&c->draft);
}

static void conversion_end(struct conversion *c)
{
    draft_free(&c->draft);
    for (size_t i = 0; i < c->extra_count; i++) {
        source_free(c->extra[i]);
        free(c->extra[i]);
    }
    free(c->extra);
}

bool convert_file(const char *path, const struct convert_options *options, struct converted *out,
                  struct problems *problems)
{
    struct source source;
    struct conversion c = { .source = &source, .formation = options != NULL ? options->formation : NULL };
    size_t before = problems_count(problems);
    bool good;

    *out = (struct converted){ 0 };
    draft_init(&c.draft, problems);
    if (source_read(&source, path, problems))
        fill_draft(&c, choose_format(&source, options != NULL ? options->format : NULL, problems));
    good = problems_count(problems) == before;
    if (good)
        lua_text_print(&c.draft, path, out);
    else
        problems_sort(problems);
    conversion_end(&c);
    source_free(&source);
    return good;
}

bool converted_origin(const struct converted *c, int lua_line, const char **file, int *line)
{
    bool known = lua_line >= 1 && (size_t)lua_line <= c->lines && c->origin[lua_line - 1].line > 0;

    *file = c->files.count > 0 ? c->files.word[known ? c->origin[lua_line - 1].file : 0] : NULL;
    *line = known ? c->origin[lua_line - 1].line : 0;
    return known;
}

void converted_free(struct converted *c)
{
    buffer_free(&c->lua);
    words_free(&c->files);
    free(c->origin);
    *c = (struct converted){ 0 };
}
