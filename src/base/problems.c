#include "base/problems.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

bool problems_has_room(const struct problems *p)
{
    return p->count < PROBLEMS_MAX;
}

bool problems_vadd(struct problems *p, const char *file, int line, const char *format, va_list arguments)
{
    struct buffer text = { 0 };

    if (!problems_has_room(p)) {
        p->untold++;
        return false;
    }
    if (p->count == p->capacity) {
        p->capacity = p->capacity > 0 ? 2 * p->capacity : 8;
        p->item = xrealloc(p->item, p->capacity * sizeof *p->item);
    }
    buffer_vaddf(&text, format, arguments);
    p->item[p->count++] = (struct problem){ xstrdup(file), line, buffer_take(&text) };
    return false;
}

bool problems_add(struct problems *p, const char *file, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_vadd(p, file, line, format, arguments);
    va_end(arguments);
    return false;
}

size_t problems_count(const struct problems *p)
{
    return p->count + p->untold;
}

static int compare_files(const char *a, const char *b)
{
    if (a == NULL || b == NULL)
        return (a != NULL) - (b != NULL);
    return strcmp(a, b);
}

static bool stands_after(const struct problem *a, const struct problem *b)
{
    int order = compare_files(a->file, b->file);

    return order != 0 ? order > 0 : a->line > b->line;
}

/* By insertion: the list is short, nearly in order already, and ties must keep their order. */
void problems_sort(struct problems *p)
{
    for (size_t i = 1; i < p->count; i++) {
        struct problem moving = p->item[i];
        size_t at = i;

        for (; at > 0 && stands_after(&p->item[at - 1], &moving); at--)
            p->item[at] = p->item[at - 1];
        p->item[at] = moving;
    }
}

void problems_print(const struct problems *p, struct buffer *out)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct problem *problem = &p->item[i];
        size_t begin;

        if (problem->file != NULL && problem->line > 0)
            buffer_addf(out, "%s:%d: ", problem->file, problem->line);
        else if (problem->file != NULL)
            buffer_addf(out, "%s: ", problem->file);
        begin = out->length;
        buffer_add_text(out, problem->text);
        text_flatten(out->data + begin); /* it may repeat what the file says */
        buffer_add_char(out, '\n');
    }
    if (p->untold > 0)
        buffer_addf(out, "and %zu more\n", p->untold);
}

void problems_log(const struct problems *p)
{
    struct buffer text = { 0 };

    problems_print(p, &text);
    for (const char *line = text.data, *end; line != NULL && *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        log_error("%.*s", (int)(end - line), line);
    }
    buffer_free(&text);
}

void problems_free(struct problems *p)
{
    for (size_t i = 0; i < p->count; i++) {
        free(p->item[i].file);
        free(p->item[i].text);
    }
    free(p->item);
    *p = (struct problems){ 0 };
}
