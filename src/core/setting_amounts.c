/* The types whose value is an amount: whole numbers, times, sizes. The rows say within what bounds. */
#include "core/setting_types.h"

#include "base/json.h"
#include "base/units.h"

#include <limits.h>

/* Whether `n` is within the row's bounds. */
static bool is_within(const struct setting *s, double n, struct error *e)
{
    if ((s->min == 0 && s->max == 0) || (n >= s->min && n <= s->max))
        return true;
    if (s->max >= INT_MAX)
        return failure(e, "'%s' must be at least %.15g, not %.15g", s->name, s->min, n);
    return failure(e, "'%s' must be from %.15g to %.15g, not %.15g", s->name, s->min, s->max, n);
}

/* ---- whole numbers ----------------------------------------------------------------------------- */

bool setting_read_int(const struct setting *s, const struct value *v, int *out, struct error *e)
{
    int64_t n;

    if (!value_to_integer(v, &n))
        return setting_mismatch(s, v, e);
    if (!is_within(s, (double)n, e))
        return false;
    if (n <= INT_MIN || n > INT_MAX)
        return failure(e, "'%s': %lld is out of bounds", s->name, (long long)n);
    *out = (int)n;
    return true;
}

static bool read_int_or(int unset, const struct setting *s, void *record, const struct value *v, struct error *e)
{
    int *field = setting_field(s, record);

    if (v->kind != VALUE_NIL)
        return setting_read_int(s, v, field, e);
    *field = unset;
    return true;
}

static void print_int_or(int unset, int n, struct buffer *json)
{
    if (n == unset)
        json_none(json);
    else
        json_int(json, n);
}

static bool read_int(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_int_or(INT_MIN, s, record, v, e);
}

static void print_int(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    print_int_or(INT_MIN, *(const int *)field, json);
}

static bool read_limit(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_int_or(-1, s, record, v, e);
}

static void print_limit(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    print_int_or(-1, *(const int *)field, json);
}

static bool read_bound(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_int_or(0, s, record, v, e);
}

static void print_bound(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    print_int_or(0, *(const int *)field, json);
}

const struct setting_type setting_int = {
    .noun = "a whole number", .size = sizeof(int), .read = read_int, .print = print_int, .equal = setting_equal_ints
};

const struct setting_type setting_limit = {
    .noun = "a whole number", .size = sizeof(int), .read = read_limit, .print = print_limit, .equal = setting_equal_ints
};

const struct setting_type setting_bound = {
    .noun = "a whole number", .size = sizeof(int), .read = read_bound, .print = print_bound, .equal = setting_equal_ints
};

static bool equal_longs(const void *a, const void *b)
{
    return *(const int64_t *)a == *(const int64_t *)b;
}

/* ---- times ------------------------------------------------------------------------------------- */

bool setting_read_duration(const struct setting *s, const struct value *v, msec *out, struct error *e)
{
    msec duration;
    bool good;

    if (v->kind == VALUE_TEXT)
        good = duration_parse(v->text, &duration, e);
    else if (v->kind == VALUE_INT)
        good = duration_from_seconds((double)v->integer, &duration, e);
    else if (v->kind == VALUE_NUMBER)
        good = duration_from_seconds(v->number, &duration, e);
    else
        return setting_mismatch(s, v, e);
    if (!good)
        return setting_refused(s, e);
    if (!is_within(s, (double)duration / 1000, e))
        return false;
    *out = duration;
    return true;
}

static bool read_duration(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return setting_read_duration(s, v, setting_field(s, record), e);
}

static bool read_duration_or_off(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    const struct value zero = { .kind = VALUE_INT };
    bool off = v->kind == VALUE_BOOL && !v->yes;

    return setting_read_duration(s, off ? &zero : v, setting_field(s, record), e);
}

static void print_duration(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    json_double(json, (double)*(const msec *)field / 1000);
}

static void print_duration_or_off(const struct setting *s, const void *field, struct buffer *json)
{
    if (*(const msec *)field == 0)
        json_none(json);
    else
        print_duration(s, field, json);
}

const struct setting_type setting_duration = { .noun = "a time such as 10 or \"10s\"",
                                               .size = sizeof(msec),
                                               .read = read_duration,
                                               .print = print_duration,
                                               .equal = equal_longs };

const struct setting_type setting_duration_or_off = { .noun = "a time such as 10 or \"10s\", or false",
                                                      .size = sizeof(msec),
                                                      .read = read_duration_or_off,
                                                      .print = print_duration_or_off,
                                                      .equal = equal_longs };

/* ---- sizes ------------------------------------------------------------------------------------- */

static bool read_size(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    int64_t n;

    if (v->kind == VALUE_TEXT) {
        if (!size_parse(v->text, &n, e))
            return setting_refused(s, e);
    } else if (!value_to_integer(v, &n)) {
        return setting_mismatch(s, v, e);
    }
    if (n < 0)
        return failure(e, "'%s' must not be negative: %lld", s->name, (long long)n);
    if (!is_within(s, (double)n, e))
        return false;
    *(int64_t *)setting_field(s, record) = n;
    return true;
}

static void print_size(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    json_int(json, *(const int64_t *)field);
}

static void print_size_bound(const struct setting *s, const void *field, struct buffer *json)
{
    if (*(const int64_t *)field == 0)
        json_none(json);
    else
        print_size(s, field, json);
}

const struct setting_type setting_size = { .noun = "a size such as 512 or \"10MB\"",
                                           .size = sizeof(int64_t),
                                           .read = read_size,
                                           .print = print_size,
                                           .equal = equal_longs };

const struct setting_type setting_size_bound = { .noun = "a size such as 512 or \"10MB\"",
                                                 .size = sizeof(int64_t),
                                                 .read = read_size,
                                                 .print = print_size_bound,
                                                 .equal = equal_longs };
