#include "core/value.h"

#include "base/xalloc.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct function *function_new(int reference, uint64_t code, const char *where)
{
    size_t size = strlen(where) + 1;
    struct function *f = xmalloc(sizeof *f + size);

    f->reference = reference;
    f->code = code;
    memcpy(f->where, where, size);
    return f;
}

struct value_table *value_table_new(size_t elements, size_t named)
{
    struct value_table *t = xcalloc(1, sizeof *t + (elements + named) * sizeof t->field[0]);

    t->elements = elements;
    t->count = elements + named;
    return t;
}

static int compare_keys(const void *a, const void *b)
{
    const struct value_field *left = a, *right = b;

    return strcmp(left->key, right->key);
}

void value_table_sort(struct value_table *t)
{
    if (t->count > t->elements)
        qsort(t->field + t->elements, t->count - t->elements, sizeof t->field[0], compare_keys);
}

static int compare_key(const void *key, const void *field)
{
    return strcmp(key, ((const struct value_field *)field)->key);
}

const struct value *value_get(const struct value_table *t, const char *key)
{
    const struct value_field *found = NULL;

    if (t->count > t->elements)
        found = bsearch(key, t->field + t->elements, t->count - t->elements, sizeof t->field[0], compare_key);
    return found != NULL ? &found->value : NULL;
}

static bool read_number(const char *text, struct value *v)
{
    char *end;

    if (text[strspn(text, "-.0123456789")] != '\0')
        return false;
    v->integer = strtoll(text, &end, 10);
    v->kind = VALUE_INT;
    if (*end != '\0') {
        v->number = strtod(text, &end);
        v->kind = VALUE_NUMBER;
    }
    return *end == '\0';
}

struct value value_from_text(const char *text)
{
    struct value v = { .kind = VALUE_NIL };

    if (*text == '\0')
        return v;
    if (strcmp(text, "{}") == 0)
        return (struct value){ .kind = VALUE_TABLE, .table = value_table_new(0, 0) };
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return (struct value){ .kind = VALUE_BOOL, .yes = text[0] == 't' };
    if (read_number(text, &v))
        return v;
    return (struct value){ .kind = VALUE_TEXT, .text = xstrdup(text) };
}

static bool is_plain_list(const struct value *v)
{
    return v->kind == VALUE_TABLE && v->table->count == v->table->elements;
}

bool value_is_list(const struct value *v, size_t *count)
{
    *count = is_plain_list(v) ? v->table->count : 1;
    return is_plain_list(v) || v->kind != VALUE_TABLE;
}

const struct value *value_item(const struct value *v, size_t i)
{
    return v->kind == VALUE_TABLE ? &v->table->field[i].value : v;
}

bool value_to_integer(const struct value *v, int64_t *out)
{
    if (v->kind == VALUE_INT) {
        *out = v->integer;
        return true;
    }
    /* 2^53: beyond it not every whole number is a double. */
    if (v->kind != VALUE_NUMBER || fabs(v->number) > 9007199254740992.0 || v->number != trunc(v->number))
        return false;
    *out = (int64_t)v->number;
    return true;
}

char *value_to_text(const struct value *v)
{
    switch (v->kind) {
    case VALUE_TEXT:
        return xstrdup(v->text);
    case VALUE_INT:
        return xasprintf("%lld", (long long)v->integer);
    case VALUE_NUMBER:
        return xasprintf("%.14g", v->number);
    default:
        return NULL;
    }
}

const char *value_noun(const struct value *v)
{
    static const char *const nouns[] = {
        "nothing", "a boolean", "a number", "a number", "text", "a table", "a function"
    };

    return nouns[v->kind];
}

const char *value_shown(const struct value *v)
{
    static char shown[64];

    switch (v->kind) {
    case VALUE_BOOL:
        return v->yes ? "true" : "false";
    case VALUE_INT:
        snprintf(shown, sizeof shown, "%lld", (long long)v->integer);
        return shown;
    case VALUE_NUMBER:
        snprintf(shown, sizeof shown, "%.14g", v->number);
        return shown;
    case VALUE_TEXT:
        snprintf(shown, sizeof shown, strlen(v->text) > 40 ? "\"%.37s...\"" : "\"%s\"", v->text);
        return shown;
    default:
        return value_noun(v);
    }
}

static void table_free(struct value_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        free(t->field[i].key);
        value_clear(&t->field[i].value);
    }
    free(t);
}

void value_clear(struct value *v)
{
    if (v->kind == VALUE_TEXT)
        free(v->text);
    else if (v->kind == VALUE_TABLE)
        table_free(v->table);
    else if (v->kind == VALUE_FUNCTION)
        free(v->function);
    *v = (struct value){ .kind = VALUE_NIL };
}
