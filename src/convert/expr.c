#include "convert/expr.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static struct expr *expr_new(enum expr_kind kind, char *text)
{
    struct expr *e = xcalloc(1, sizeof *e);

    e->kind = kind;
    e->text = text;
    return e;
}

struct expr *expr_text(const char *text)
{
    return expr_new(EXPR_TEXT, xstrdup(text));
}

struct expr *expr_number(long long n)
{
    return expr_new(EXPR_CODE, xasprintf("%lld", n));
}

struct expr *expr_bool(bool yes)
{
    return expr_new(EXPR_CODE, xstrdup(yes ? "true" : "false"));
}

struct expr *expr_code(const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    return expr_new(EXPR_CODE, buffer_take(&text));
}

struct expr *expr_table(void)
{
    return expr_new(EXPR_TABLE, NULL);
}

static struct expr_item *add_item(struct expr *table, struct place place)
{
    if (table->count == table->capacity) {
        table->capacity = table->capacity > 0 ? 2 * table->capacity : 8;
        table->item = xrealloc(table->item, table->capacity * sizeof *table->item);
    }
    table->item[table->count] = (struct expr_item){ .place = place };
    return &table->item[table->count++];
}

void expr_add(struct expr *table, struct expr *value, struct place place)
{
    add_item(table, place)->value = value;
}

void expr_set(struct expr *table, const char *key, struct expr *value, struct place place)
{
    struct expr_item *item = add_item(table, place);

    item->key = xstrdup(key);
    item->value = value;
}

void expr_vnote(struct expr *table, struct place place, const char *format, va_list arguments)
{
    struct buffer text = { 0 };

    buffer_vaddf(&text, format, arguments);
    add_item(table, place)->note = buffer_take(&text);
}

void expr_note(struct expr *table, struct place place, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    expr_vnote(table, place, format, arguments);
    va_end(arguments);
}

struct expr *expr_get(const struct expr *table, const char *key)
{
    for (size_t i = 0; i < table->count; i++) {
        if (table->item[i].key != NULL && strcmp(table->item[i].key, key) == 0)
            return table->item[i].value;
    }
    return NULL;
}

void expr_free(struct expr *e)
{
    if (e == NULL)
        return;
    for (size_t i = 0; i < e->count; i++) {
        free(e->item[i].key);
        free(e->item[i].note);
        expr_free(e->item[i].value);
    }
    free(e->item);
    free(e->text);
    free(e);
}
