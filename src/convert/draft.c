#include "convert/draft.h"

#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LENGTH = 64 };

void draft_init(struct draft *d, struct problems *problems)
{
    *d = (struct draft){ .supervisor = expr_table(), .notes = expr_table(), .problems = problems };
}

static void free_statement(struct statement *s)
{
    free(s->word);
    free(s->name);
    expr_free(s->table);
}

void draft_free(struct draft *d)
{
    for (size_t i = 0; i < d->count; i++)
        free_statement(&d->statement[i]);
    free(d->statement);
    expr_free(d->supervisor);
    expr_free(d->notes);
}

static void add_statement(struct draft *d, struct statement s)
{
    if (d->count == DRAFT_MAX) {
        if (!d->overfull)
            draft_refuse(d, s.place, "there are more than %d programs", DRAFT_MAX);
        d->overfull = true;
        /* The last one may still be in the making, so the one before it makes room. */
        free_statement(&d->statement[d->count - 2]);
        d->statement[d->count - 2] = d->statement[d->count - 1];
        d->count--;
    }
    if (d->count == d->capacity) {
        d->capacity = d->capacity > 0 ? 2 * d->capacity : 16;
        d->statement = xrealloc(d->statement, d->capacity * sizeof *d->statement);
    }
    d->statement[d->count++] = s;
}

struct expr *draft_open(struct draft *d, const char *word, struct place place)
{
    struct expr *table = expr_table();

    add_statement(d, (struct statement){ xstrdup(word), NULL, table, place });
    return table;
}

void draft_code(struct draft *d, const char *lua, struct place place)
{
    add_statement(d, (struct statement){ xstrdup(lua), NULL, NULL, place });
}

void draft_note(struct draft *d, struct place place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    expr_vnote(d->notes, place, format, arguments);
    va_end(arguments);
}

bool draft_refuse(struct draft *d, struct place place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_vadd(d->problems, place.file, place.line, format, arguments);
    va_end(arguments);
    return false;
}

static bool continues_a_character(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_.-", c) != NULL;
}

char *draft_name(const char *name, struct expr *notes, struct place place)
{
    struct buffer clean = { 0 };

    if (text_is_name(name) && strcmp(name, "all") != 0)
        return xstrdup(name);
    for (const char *c = name; *c != '\0' && clean.length < NAME_MAX_LENGTH; c++) {
        if (!continues_a_character(*c))
            buffer_add_char(&clean, is_name_character(*c) ? *c : '-');
    }
    if (clean.length == 0)
        buffer_add_char(&clean, '_');
    if (clean.data[0] == '-')
        clean.data[0] = '_';
    if (strcmp(name, "all") == 0)
        buffer_add_char(&clean, '_'); /* `all` means every program */
    if (notes != NULL)
        expr_note(notes, place, "'%s' is not a name in reeve; here it is '%s'", name, clean.data);
    return buffer_take(&clean);
}

struct expr *draft_open_named(struct draft *d, const char *word, const char *name, struct place place)
{
    struct expr *table = draft_open(d, word, place);

    d->statement[d->count - 1].name = draft_name(name, table, place);
    return table;
}

static int compare_names(const void *a, const void *b)
{
    const struct statement *const *x = a, *const *y = b;
    int order = strcmp((*x)->word, (*y)->word);

    if (order == 0)
        order = strcmp((*x)->name, (*y)->name);
    /* Statements stand in one array: the earlier one has the lower address. */
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

void draft_check_names(struct draft *d)
{
    const struct statement **named = xcalloc(d->count + 1, sizeof *named);
    size_t count = 0;

    for (size_t i = 0; i < d->count; i++) {
        if (d->statement[i].name != NULL)
            named[count++] = &d->statement[i];
    }
    qsort(named, count, sizeof *named, compare_names);
    for (size_t i = 1; i < count; i++) {
        const struct statement *before = named[i - 1], *s = named[i];

        if (strcmp(before->word, s->word) == 0 && strcmp(before->name, s->name) == 0)
            draft_refuse(d, s->place, "there are two %ss '%s' (the other one: %s:%d); rename or remove one", s->word,
                         s->name, before->place.file, before->place.line);
    }
    free(named);
}
