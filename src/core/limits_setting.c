/* The setting `limits`: { nofile = 1024, core = "unlimited", as = { "1GB", "2GB" } }. */
#include "core/program_types.h"

#include "base/duration.h"
#include "base/json.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "core/program.h"
#include "core/setting_types.h"

#include <stdlib.h>
#include <string.h>

/* What a bound may be but a number and "unlimited": "1m" of processor time is a minute, of memory a megabyte. */
enum unit { UNIT_NONE, UNIT_BYTES, UNIT_SECONDS };

static enum unit unit_of(const char *name)
{
    static const char *const bytes[] = { "as", "core", "data", "fsize", "memlock", "msgqueue", "rss", "stack" };

    for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        if (strcmp(name, bytes[i]) == 0)
            return UNIT_BYTES;
    return strcmp(name, "cpu") == 0 ? UNIT_SECONDS : UNIT_NONE;
}

static bool refuse_bound(const char *name, const struct value *v, struct error *e)
{
    static const char *const examples[] = {
        [UNIT_NONE] = "", [UNIT_BYTES] = ", a size such as \"1GB\"", [UNIT_SECONDS] = ", a time such as \"10m\""
    };

    return failure(e, "'limits.%.40s': expected a number%s or \"unlimited\", got %s", name, examples[unit_of(name)],
                   value_shown(v));
}

static bool read_text(const char *name, const char *text, int64_t *out)
{
    msec time;

    if (unit_of(name) == UNIT_SECONDS) {
        if (!duration_parse(text, &time, NULL) || time % 1000 != 0)
            return false;
        *out = time / 1000;
        return true;
    }
    if (unit_of(name) == UNIT_NONE && text[strspn(text, "0123456789")] != '\0')
        return false;
    return size_parse(text, out, NULL);
}

static bool read_bound(const char *name, const struct value *v, int64_t *out, struct error *e)
{
    if (v->kind == VALUE_TEXT && strcmp(v->text, "unlimited") == 0) {
        *out = LIMIT_UNLIMITED;
        return true;
    }
    if (v->kind == VALUE_TEXT)
        return read_text(name, v->text, out) || refuse_bound(name, v, e);
    return (value_to_integer(v, out) && *out >= LIMIT_UNLIMITED) || refuse_bound(name, v, e);
}

static bool read_bounds(const char *name, const struct value *v, struct limit *out, struct error *e)
{
    if (v->kind != VALUE_TABLE) {
        if (!read_bound(name, v, &out->soft, e))
            return false;
        out->hard = out->soft;
        return true;
    }
    if (v->table->count != 2 || v->table->elements != 2)
        return failure(e, "'limits.%.40s': two values are written { SOFT, HARD }", name);
    if (!read_bound(name, value_item(v, 0), &out->soft, e) || !read_bound(name, value_item(v, 1), &out->hard, e))
        return false;
    if (out->hard != LIMIT_UNLIMITED && (out->soft == LIMIT_UNLIMITED || out->soft > out->hard))
        return failure(e, "'limits.%.40s': the soft limit is more than the hard one", name);
    return true;
}

static bool is_there(const struct limits *limits, int resource)
{
    for (size_t i = 0; i < limits->count; i++)
        if (limits->limit[i].resource == resource)
            return true;
    return false;
}

static bool read_limit(const struct value_field *field, struct limits *out, struct error *e)
{
    struct limit *limit = &out->limit[out->count];

    if (!limit_parse(field->key, &limit->resource, e))
        return failure_in(e, "'limits'");
    if (!read_bounds(limit_name(limit->resource), &field->value, limit, e))
        return false;
    if (is_there(out, limit->resource))
        return failure(e, "'limits': %.40s is there twice", field->key);
    out->count++;
    return true;
}

static bool read_table(const struct value_table *t, struct limits *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    out->limit = t->count > 0 ? xcalloc(t->count, sizeof *out->limit) : NULL;
    for (size_t i = 0; i < t->count; i++)
        if (!read_limit(&t->field[i], out, &one))
            setting_fails_too(&all, &one);
    if (setting_sum_up(&all, e))
        return true;
    free(out->limit);
    return false;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(limit_name(((const struct limit *)a)->resource), limit_name(((const struct limit *)b)->resource));
}

static bool read_limits(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct limits *field = setting_field(s, record);
    struct limits limits = { 0 };

    if (v->kind != VALUE_TABLE || v->table->elements > 0)
        return setting_mismatch(s, v, e);
    if (!read_table(v->table, &limits, e))
        return false;
    if (limits.count > 0)
        qsort(limits.limit, limits.count, sizeof *limits.limit, by_name); /* names may be in upper case */
    free(field->limit);
    *field = limits;
    return true;
}

static void print_bound(int64_t bound, struct buffer *json)
{
    if (bound == LIMIT_UNLIMITED)
        json_text(json, "unlimited");
    else
        json_int(json, bound);
}

static void print_limits(const struct setting *s, const void *field, struct buffer *json)
{
    const struct limits *limits = field;

    (void)s;
    json_open_object(json);
    for (size_t i = 0; i < limits->count; i++) {
        const struct limit *l = &limits->limit[i];

        json_key(json, limit_name(l->resource));
        if (l->soft == l->hard) {
            print_bound(l->soft, json);
            continue;
        }
        json_open_array(json);
        print_bound(l->soft, json);
        print_bound(l->hard, json);
        json_close_array(json);
    }
    json_close_object(json);
}

static bool equal_limits(const void *a, const void *b)
{
    const struct limits *left = a, *right = b;

    if (left->count != right->count)
        return false;
    for (size_t i = 0; i < left->count; i++) {
        const struct limit *l = &left->limit[i], *r = &right->limit[i];

        if (l->resource != r->resource || l->soft != r->soft || l->hard != r->hard)
            return false;
    }
    return true;
}

static void copy_limits(void *to, const void *from)
{
    const struct limits *source = from;
    struct limits *copy = to;

    copy->limit = NULL;
    if (source->count == 0)
        return;
    copy->limit = xcalloc(source->count, sizeof *copy->limit);
    memcpy(copy->limit, source->limit, source->count * sizeof *copy->limit);
}

static void clear_limits(void *field)
{
    struct limits *limits = field;

    free(limits->limit);
    *limits = (struct limits){ 0 };
}

const struct setting_type limits_setting = { .noun = "names with limits, such as { nofile = 1024 }",
                                             .size = sizeof(struct limits),
                                             .read = read_limits,
                                             .print = print_limits,
                                             .equal = equal_limits,
                                             .copy = copy_limits,
                                             .clear = clear_limits };
