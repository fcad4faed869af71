/* values: a configuration's values, written as JSON with ' for ". An object { 'function': 'FILE:LINE' } is a function,
 * whose code is 8 unless it says { …, 'code': 9 }. */
#ifndef TESTS_UNIT_CORE_VALUES_H
#define TESTS_UNIT_CORE_VALUES_H

#include "base/xalloc.h"
#include "core/value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static struct value value_from_json(json_t *j);

static struct value table_from_array(json_t *j)
{
    struct value v = { .kind = VALUE_TABLE, .table = value_table_new(json_array_size(j), 0) };

    for (size_t i = 0; i < json_array_size(j); i++)
        v.table->field[i].value = value_from_json(json_array_get(j, i));
    return v;
}

static struct value table_from_object(json_t *j)
{
    struct value v = { .kind = VALUE_TABLE, .table = value_table_new(0, json_object_size(j)) };
    struct value_field *field = v.table->field;
    const char *key;
    json_t *member;

    json_object_foreach(j, key, member)
    {
        field->key = xstrdup(key);
        field++->value = value_from_json(member);
    }
    value_table_sort(v.table);
    return v;
}

static struct value value_from_json(json_t *j)
{
    json_t *where = json_object_get(j, "function");

    json_t *code = json_object_get(j, "code");

    if (where != NULL)
        return (struct value){ .kind = VALUE_FUNCTION,
                               .function = function_new(7, code != NULL ? (uint64_t)json_integer_value(code) : 8,
                                                        json_string_value(where)) };
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return table_from_object(j);
    case JSON_ARRAY:
        return table_from_array(j);
    case JSON_STRING:
        return (struct value){ .kind = VALUE_TEXT, .text = xstrdup(json_string_value(j)) };
    case JSON_INTEGER:
        return (struct value){ .kind = VALUE_INT, .integer = json_integer_value(j) };
    case JSON_REAL:
        return (struct value){ .kind = VALUE_NUMBER, .number = json_real_value(j) };
    case JSON_NULL:
        return (struct value){ .kind = VALUE_NIL };
    default:
        return (struct value){ .kind = VALUE_BOOL, .yes = json_is_true(j) };
    }
}

/* A copy with " for '. */
static char *quoted(const char *text)
{
    char *copy = xstrdup(text);

    for (char *p = copy; *p != '\0'; p++)
        if (*p == '\'')
            *p = '"';
    return copy;
}

static struct value value_of(const char *text)
{
    char *json = quoted(text);
    json_t *j = json_loads(json, JSON_DECODE_ANY, NULL);
    struct value v;

    assert_non_null(j);
    v = value_from_json(j);
    json_decref(j);
    free(json);
    return v;
}

#endif
