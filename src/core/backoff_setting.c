/* The setting `backoff`: { first = 0.5, factor = 2, max = 30, jitter = 0.1 }, or one time for all delays. */
#include "core/program_types.h"

#include "base/json.h"
#include "base/text.h"
#include "core/program.h"
#include "core/setting_types.h"

#include <string.h>

static const struct backoff default_backoff = { .first = 500, .max = 30 * 1000, .factor = 2, .jitter = 0.1 };

static bool read_share(const struct value_field *field, double min, double max, double *out, struct error *e)
{
    double n;

    if (field->value.kind != VALUE_INT && field->value.kind != VALUE_NUMBER)
        return failure(e, "'backoff.%s': expected a number, got %s", field->key, value_shown(&field->value));
    n = field->value.kind == VALUE_INT ? (double)field->value.integer : field->value.number;
    if (!(n >= min && n <= max))
        return failure(e, "'backoff.%s' must be from %g to %g, not %g", field->key, min, max, n);
    *out = n;
    return true;
}

static bool read_backoff_field(const struct value_field *field, struct backoff *out, struct error *e)
{
    static const char *const names[] = { "first", "factor", "max", "jitter", NULL };
    static const struct setting first = { .name = "backoff.first", .type = &setting_duration };
    static const struct setting max = { .name = "backoff.max", .type = &setting_duration };
    const char *nearest;

    if (strcmp(field->key, "first") == 0)
        return setting_read_duration(&first, &field->value, &out->first, e);
    if (strcmp(field->key, "max") == 0)
        return setting_read_duration(&max, &field->value, &out->max, e);
    if (strcmp(field->key, "factor") == 0)
        return read_share(field, 1, 1000, &out->factor, e);
    if (strcmp(field->key, "jitter") == 0)
        return read_share(field, 0, 1, &out->jitter, e);
    nearest = text_nearest(field->key, names);
    return failure(e, "'backoff': unknown setting '%s', %s'%s'%s", field->key,
                   nearest != NULL ? "did you mean " : "there are ",
                   nearest != NULL ? nearest : "first, factor, max, jitter", nearest != NULL ? "?" : "");
}

static bool read_backoff_table(const struct value_table *t, struct backoff *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    for (size_t i = 0; i < t->count; i++)
        if (!read_backoff_field(&t->field[i], out, &one))
            setting_fails_too(&all, &one);
    if (!setting_sum_up(&all, e))
        return false;
    if (out->max >= out->first)
        return true;
    if (value_get(t, "max") != NULL)
        return failure(e, "'backoff.max' must not be less than 'backoff.first'");
    out->max = out->first; /* only the first was said, and it is beyond the default's most */
    return true;
}

static bool read_backoff(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct backoff *field = setting_field(s, record);
    struct backoff read = default_backoff;

    if (v->kind == VALUE_TABLE) {
        if (v->table->elements > 0)
            return setting_mismatch(s, v, e);
        if (!read_backoff_table(v->table, &read, e))
            return false;
    } else {
        if (!setting_read_duration(s, v, &read.first, e))
            return false;
        read = (struct backoff){ .first = read.first, .max = read.first, .factor = 1 };
    }
    *field = read;
    return true;
}

static void print_backoff(const struct setting *s, const void *field, struct buffer *json)
{
    const struct backoff *b = field;

    (void)s;
    json_open_object(json);
    json_key(json, "factor");
    json_double(json, b->factor);
    json_key(json, "first");
    json_double(json, (double)b->first / 1000);
    json_key(json, "jitter");
    json_double(json, b->jitter);
    json_key(json, "max");
    json_double(json, (double)b->max / 1000);
    json_close_object(json);
}

static bool equal_backoff(const void *a, const void *b)
{
    const struct backoff *left = a, *right = b;

    return left->first == right->first && left->max == right->max && left->factor == right->factor &&
           left->jitter == right->jitter;
}

const struct setting_type backoff_setting = { .noun = "a time, or a table { first=, factor=, max=, jitter= }",
                                              .size = sizeof(struct backoff),
                                              .read = read_backoff,
                                              .print = print_backoff,
                                              .equal = equal_backoff };
