#include "convert/detect.h"

#include "base/text.h"
#include "convert/convert.h"

#include <string.h>
#include <strings.h>

const char *const convert_formats[] = { "taskmaster", "supervisord", "procfile", "magistrate", NULL };

static const char choices[] = "name it with --from " CONVERT_FORMATS;

enum format detect_named(const char *name)
{
    static const enum format formats[] = { FORMAT_TASKMASTER, FORMAT_SUPERVISORD, FORMAT_PROCFILE, FORMAT_MAGISTRATE };

    for (size_t i = 0; convert_formats[i] != NULL; i++) {
        if (strcmp(name, convert_formats[i]) == 0)
            return formats[i];
    }
    return FORMAT_UNKNOWN;
}

static const char *suffix_of(const char *path)
{
    const char *dot = strrchr(text_base_name(path), '.');

    return dot != NULL ? dot : "";
}

/* "Procfile", "Procfile.dev", "app.procfile"; but "Procfile.lua" is what one was converted to. */
static bool is_procfile(const char *path)
{
    if (strcasecmp(suffix_of(path), ".lua") == 0)
        return false;
    return strncasecmp(text_base_name(path), "procfile", 8) == 0 || strcasecmp(suffix_of(path), ".procfile") == 0;
}

static bool is_yaml(const char *path)
{
    const char *suffix = suffix_of(path);

    return strcasecmp(suffix, ".yaml") == 0 || strcasecmp(suffix, ".yml") == 0;
}

bool convert_is_foreign(const char *path)
{
    const char *suffix = suffix_of(path);

    return is_procfile(path) || is_yaml(path) || strcasecmp(suffix, ".ini") == 0 || strcasecmp(suffix, ".conf") == 0 ||
           strcasecmp(suffix, ".toml") == 0; /* which is refused in better words than Lua's */
}

static void skip_blanks(struct source_line *line)
{
    while (line->length > 0 && (*line->start == ' ' || *line->start == '\t')) {
        line->start++;
        line->length--;
    }
}

/* The next line that is neither empty nor a comment. */
static bool next_spoken(const struct source *s, struct source_line *at, struct source_line *line)
{
    while (source_next_line(s, at)) {
        *line = *at;
        skip_blanks(line);
        if (line->length > 0 && *line->start != '#' && *line->start != ';')
            return true;
    }
    return false;
}

/* "name: command" */
static bool is_process_line(const struct source_line *line)
{
    size_t name = 0;

    while (name < line->length && line->start[name] != ':' && line->start[name] != ' ')
        name++;
    return name > 0 && name + 1 < line->length && line->start[name] == ':';
}

static enum format refuse(const struct source *s, struct problems *problems, int line, const char *what)
{
    problems_add(problems, s->path, line, "%s; %s", what, choices);
    return FORMAT_UNKNOWN;
}

/* Sections are INI; a file of nothing but `name: command` is a Procfile, unless its name says `.conf`; the rest with
 * a colon in it is YAML. */
static enum format detect_content(const struct source *s, struct problems *problems)
{
    struct source_line at = { 0 }, line;
    bool all_processes = strcasecmp(suffix_of(s->path), ".conf") != 0;
    bool colon = false;

    if (!next_spoken(s, &at, &line))
        return refuse(s, problems, 0, "the file says nothing");
    if (line.length > 1 && line.start[0] == '[' && line.start[1] == '[')
        return refuse(s, problems, line.number, "this looks like TOML, which is not read");
    if (*line.start == '[')
        return FORMAT_SUPERVISORD;
    if (line.length >= 3 && memcmp(line.start, "---", 3) == 0)
        return FORMAT_YAML;
    do {
        all_processes = all_processes && is_process_line(&line);
        colon = colon || memchr(line.start, ':', line.length) != NULL;
    } while (next_spoken(s, &at, &line));
    if (!colon)
        return refuse(s, problems, 0, "this is none of the formats that are known");
    return all_processes ? FORMAT_PROCFILE : FORMAT_YAML;
}

enum format detect_format(const struct source *s, struct problems *problems)
{
    const char *suffix = suffix_of(s->path);

    if (is_procfile(s->path))
        return FORMAT_PROCFILE;
    if (is_yaml(s->path) || strcasecmp(suffix, ".json") == 0)
        return FORMAT_YAML;
    if (strcasecmp(suffix, ".ini") == 0)
        return FORMAT_SUPERVISORD;
    if (strcasecmp(suffix, ".toml") == 0) {
        problems_add(problems, s->path, 0, "TOML is not read: write it as YAML, or as Lua");
        return FORMAT_UNKNOWN;
    }
    if (strcasecmp(suffix, ".lua") == 0) {
        problems_add(problems, s->path, 0, "this is Lua, reeve's own format: there is nothing to convert");
        return FORMAT_UNKNOWN;
    }
    return detect_content(s, problems);
}

enum format detect_yaml(const struct yaml_node *root)
{
    if (root->kind == YAML_MAP && (yaml_get(root, "monitor_url") != NULL || yaml_get(root, "workers") != NULL))
        return FORMAT_MAGISTRATE;
    return FORMAT_TASKMASTER;
}
