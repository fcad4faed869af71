#include "convert/ini_reader.h"

#include "base/hash.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct ini_index {
    struct ini_section *section;
    UT_hash_handle hh;
};

struct reader {
    struct ini *ini;
    const struct source *source;
    struct problems *problems;
    struct ini_section *section; /* NULL before the first header */
    struct ini_option *option;   /* what an indented line continues; NULL after a header */
    struct buffer value;         /* of `option`, so far */
    size_t indent;               /* of the line where `option` began */
};

static void refuse(struct reader *r, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void refuse(struct reader *r, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_vadd(r->problems, r->source->path, line, format, arguments);
    va_end(arguments);
}

static struct ini_index *look_up(const struct ini *ini, const char *name)
{
    struct ini_index *found;

    HASH_FIND_STR(ini->index, name, found);
    return found;
}

const struct ini_section *ini_find(const struct ini *ini, const char *name)
{
    struct ini_index *found = look_up(ini, name);

    return found != NULL ? found->section : NULL;
}

static struct ini_option *find_option(const struct ini_section *section, const char *key)
{
    for (size_t i = 0; i < section->count; i++) {
        if (strcmp(section->option[i].key, key) == 0)
            return &section->option[i];
    }
    return NULL;
}

const struct ini_option *ini_get(const struct ini_section *section, const char *key)
{
    return section != NULL ? find_option(section, key) : NULL;
}

static struct ini_section *add_section(struct ini *ini, const char *name, struct place place)
{
    struct ini_section *section = xcalloc(1, sizeof *section);
    struct ini_index *entry = xcalloc(1, sizeof *entry);

    if (ini->count == ini->capacity) {
        ini->capacity = ini->capacity > 0 ? 2 * ini->capacity : 16;
        ini->section = xrealloc(ini->section, ini->capacity * sizeof *ini->section);
    }
    section->name = xstrdup(name);
    section->place = place;
    ini->section[ini->count++] = section;
    entry->section = section;
    HASH_ADD_KEYPTR(hh, ini->index, section->name, strlen(section->name), entry);
    return section;
}

/* Give the option that was being read its value. */
static void finish_option(struct reader *r)
{
    if (r->option == NULL)
        return;
    while (r->value.length > 0 && isspace((unsigned char)r->value.data[r->value.length - 1]))
        r->value.data[--r->value.length] = '\0';
    free(r->option->value);
    r->option->value = xstrndup(r->value.length > 0 ? r->value.data : "", r->value.length);
    buffer_clear(&r->value);
    r->option = NULL;
}

/* Sections of programs and groups name one thing each; the others may be spread over files. */
static bool names_something(const char *section)
{
    return text_starts(section, "program:") || text_starts(section, "group:") ||
           text_starts(section, "fcgi-program:") || text_starts(section, "eventlistener:");
}

static void begin_section(struct reader *r, const char *text, size_t length, int line)
{
    char *name = xstrndup(text, length);
    struct ini_index *before = look_up(r->ini, name);

    finish_option(r);
    if (before != NULL && names_something(name))
        refuse(r, line, "[%s] is here twice (also %s:%d); rename or remove one", name, before->section->place.file,
               before->section->place.line);
    if (before == NULL && r->ini->count == INI_MAX_SECTIONS)
        refuse(r, line, "there are more than %d sections", INI_MAX_SECTIONS);
    else if (before != NULL)
        r->section = before->section;
    else
        r->section = add_section(r->ini, name, (struct place){ r->source->path, line });
    free(name);
}

/* The option `key` of the section, new or to be said again. NULL when the section is full. */
static struct ini_option *open_option(struct reader *r, const char *key, int line)
{
    struct ini_section *s = r->section;
    struct ini_option *option = find_option(s, key);

    if (option != NULL && option->place.file == r->source->path)
        refuse(r, line, "[%s]: '%s' is here twice (also on line %d); remove one", s->name, key, option->place.line);
    if (option == NULL && s->count == INI_MAX_OPTIONS) {
        refuse(r, line, "[%s] has more than %d keys", s->name, INI_MAX_OPTIONS);
        return NULL;
    }
    if (option == NULL) {
        if (s->count == s->capacity) {
            s->capacity = s->capacity > 0 ? 2 * s->capacity : 16;
            s->option = xrealloc(s->option, s->capacity * sizeof *s->option);
        }
        option = &s->option[s->count++];
        *option = (struct ini_option){ .key = xstrdup(key) };
    }
    option->place = (struct place){ r->source->path, line };
    return option;
}

static char *lower_key(const char *text, size_t length)
{
    char *key;

    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    key = xstrndup(text, length);
    for (char *c = key; *c != '\0'; c++)
        *c = (char)tolower((unsigned char)*c);
    return key;
}

static void begin_option(struct reader *r, const char *text, int line)
{
    size_t length = strcspn(text, "=:");
    const char *value = text + length + (text[length] != '\0');
    char *key;

    finish_option(r);
    if (length == 0 || text[length] == '\0') {
        refuse(r, line, "expected key = value, got '%.40s'; lines that go on must be indented", text);
        return;
    }
    key = lower_key(text, length);
    r->option = open_option(r, key, line);
    free(key);
    while (isspace((unsigned char)*value))
        value++;
    buffer_clear(&r->value);
    if (r->option != NULL)
        buffer_add_text(&r->value, value);
}

/* Where a comment begins on the line, or its length. */
static size_t comment_start(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((text[i] == ';' || text[i] == '#') && (i == 0 || isspace((unsigned char)text[i - 1])))
            return i;
    }
    return length;
}

static void read_line(struct reader *r, const struct source_line *line)
{
    size_t end = comment_start(line->start, line->length), indent = 0;
    bool commented = end < line->length;
    const char *closing;
    char *text;

    while (end > 0 && isspace((unsigned char)line->start[end - 1]))
        end--;
    while (indent < end && isspace((unsigned char)line->start[indent]))
        indent++;
    if (indent == end) {
        /* Empty lines belong to the value they stand in; comments do not. */
        if (r->option != NULL && !commented)
            buffer_add_char(&r->value, '\n');
        return;
    }
    text = xstrndup(line->start + indent, end - indent);
    closing = strrchr(text, ']');
    if (r->option != NULL && indent > r->indent) {
        buffer_add_char(&r->value, '\n');
        buffer_add_text(&r->value, text);
    } else {
        r->indent = indent;
        if (*text == '[' && closing > text + 1)
            begin_section(r, text + 1, (size_t)(closing - text) - 1, line->number);
        else if (r->section == NULL)
            refuse(r, line->number, "expected a [section] before '%.40s'", text);
        else
            begin_option(r, text, line->number);
    }
    free(text);
}

void ini_read(struct ini *ini, const struct source *s, struct problems *problems)
{
    struct reader r = { .ini = ini, .source = s, .problems = problems };
    struct source_line line = { 0 };

    while (source_next_line(s, &line))
        read_line(&r, &line);
    finish_option(&r);
    buffer_free(&r.value);
}

static void free_section(struct ini_section *section)
{
    for (size_t i = 0; i < section->count; i++) {
        free(section->option[i].key);
        free(section->option[i].value);
    }
    free(section->option);
    free(section->name);
    free(section);
}

void ini_free(struct ini *ini)
{
    struct ini_index *entry, *next;

    HASH_ITER(hh, ini->index, entry, next)
    {
        HASH_DEL(ini->index, entry);
        free(entry);
    }
    for (size_t i = 0; i < ini->count; i++)
        free_section(ini->section[i]);
    free(ini->section);
    *ini = (struct ini){ 0 };
}
