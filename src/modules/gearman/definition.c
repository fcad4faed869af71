#include "gearman_private.h"

#include "base/json.h"
#include "base/xalloc.h"
#include "core/setting_types.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- one ------------------------------------------------------------------------------------------- */

#define FIELD(member) .offset = offsetof(struct definition, member)

/* Off, or unset: then the crew's holds. */
static bool read_timeout(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct definition *d = record;

    if (v->kind != VALUE_NIL)
        return setting_duration_or_off.read(s, record, v, e);
    d->timeout = -1;
    return true;
}

static void print_timeout(const struct setting *s, const void *field, struct buffer *json)
{
    if (*(const msec *)field < 0)
        json_none(json);
    else
        setting_duration_or_off.print(s, field, json);
}

static bool equal_timeouts(const void *a, const void *b)
{
    return *(const msec *)a == *(const msec *)b;
}

static const struct setting_type timeout_setting = { .noun = "a time such as 60 or \"5m\", or false",
                                                     .size = sizeof(msec),
                                                     .read = read_timeout,
                                                     .print = print_timeout,
                                                     .equal = equal_timeouts };

static const struct setting definition_rows[] = {
    { "name", &setting_text, FIELD(name), .help = "of the function, as clients call it" },
    { "ns", &setting_text, FIELD(ns), .help = "with `method`, in place of `name`: NS::METHOD" },
    { "method", &setting_text, FIELD(method), .help = "with `ns`, in place of `name`" },
    { "executor", &setting_text, FIELD(executor), .help = "absolute path of the program that is run for each job" },
    { "concurrency", &setting_int, FIELD(concurrency), "1", .max = 100000,
      .help = "so many jobs at once; 0: none, the function is switched off" },
    { "timeout", &timeout_setting, FIELD(timeout), "", .max = INT_MAX,
      .help = "of a job, in place of the general one; false: none" },
};

const struct record_type definition_record = { .noun = "function",
                                               .settings = definition_rows,
                                               .count = sizeof definition_rows / sizeof *definition_rows,
                                               .size = sizeof(struct definition) };

/* "ns::method" if there is no name. */
static bool find_name(struct definition *d, struct error *e)
{
    if (d->name != NULL)
        return (d->ns == NULL && d->method == NULL) || failure(e, "say either 'name' or 'ns' and 'method', not both");
    if (d->ns == NULL || d->method == NULL)
        return failure(e, "'name' is missing (or 'ns' and 'method')");
    d->name = xasprintf("%s::%s", d->ns, d->method);
    return true;
}

/* Blanks and control characters would break the lists that gearmand prints. */
static bool check_name(const char *name, struct error *e)
{
    for (const char *p = name; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7f)
            return failure(e, "'name' has a blank or a control character in it");
    if (strlen(name) >= PACKET_NAME_MOST)
        return failure(e, "'name' is longer than %d bytes", PACKET_NAME_MOST - 1);
    return true;
}

static bool check(struct definition *d, struct error *e)
{
    if (!find_name(d, e) || !check_name(d->name, e))
        return false;
    if (d->executor == NULL)
        return failure(e, "'executor' is missing: the absolute path of a program");
    if (*d->executor != '/')
        return failure(e, "'executor' must be an absolute path, not '%.200s'", d->executor);
    return true;
}

static bool read_one(struct definition *d, const struct value *v, struct error *e)
{
    record_init(d, &definition_record);
    if (v->kind != VALUE_TABLE)
        return failure(e, "expected a table such as { name = \"resize\", executor = \"/opt/resize\" }, got %s",
                       value_shown(v));
    return setting_read_record(NULL, d, v->table, e) && check(d, e);
}

/* ---- a list ---------------------------------------------------------------------------------------- */

static bool has(const struct definitions *d, const char *name)
{
    for (size_t i = 0; i < d->count; i++)
        if (strcmp(d->item[i].name, name) == 0)
            return true;
    return false;
}

static void add(struct definitions *d, struct definition *new)
{
    d->item = xrealloc(d->item, (d->count + 1) * sizeof *d->item);
    d->item[d->count++] = *new;
}

static const char *name_of(const struct definition *d)
{
    return d->name != NULL ? d->name : "";
}

void definitions_read(struct definitions *d, const struct value *list, definition_problem_fn *fn, void *arg)
{
    size_t count;
    char text[700];

    if (list->kind != VALUE_TABLE || !value_is_list(list, &count)) {
        snprintf(text, sizeof text, "expected a list of functions, got %s", value_shown(list));
        fn(text, arg);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        struct definition new;
        struct error e;
        bool good;

        if (value_item(list, i)->kind == VALUE_NIL)
            continue; /* it could not be read, and that was told */
        good = read_one(&new, value_item(list, i), &e);
        if (good && has(d, new.name))
            good = failure(&e, "this name stands there twice, the first one holds");
        if (good) {
            add(d, &new);
            continue;
        }
        snprintf(text, sizeof text, "function %zu%s%.100s%s: %s", i + 1, new.name != NULL ? " '" : "", name_of(&new),
                 new.name != NULL ? "'" : "", e.text);
        fn(text, arg);
        record_clear(&new);
    }
}

void definitions_copy(struct definitions *to, const struct definitions *from)
{
    *to = (struct definitions){ .count = from->count };
    if (from->count == 0)
        return;
    to->item = xcalloc(from->count, sizeof *to->item);
    for (size_t i = 0; i < from->count; i++)
        record_copy(&to->item[i], &from->item[i]);
}

void definitions_free(struct definitions *d)
{
    for (size_t i = 0; i < d->count; i++)
        record_clear(&d->item[i]);
    free(d->item);
    *d = (struct definitions){ 0 };
}

/* ---- as a setting ---------------------------------------------------------------------------------- */

static void collect(const char *text, void *arg)
{
    struct failures *all = arg;
    struct error one;

    failure(&one, "%s", text);
    setting_fails_too(all, &one);
}

static bool read_list(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct definitions *field = setting_field(s, record), new = { 0 };
    struct failures all = { 0 };

    if (v->kind == VALUE_NIL) {
        definitions_free(field);
        return true;
    }
    if (v->kind != VALUE_TABLE)
        return setting_mismatch(s, v, e);
    definitions_read(&new, v, collect, &all);
    if (!setting_sum_up(&all, e)) {
        definitions_free(&new);
        return setting_refused(s, e);
    }
    definitions_free(field);
    *field = new;
    return true;
}

static void print_list(const struct setting *s, const void *field, struct buffer *json)
{
    const struct definitions *d = field;

    (void)s;
    json_open_array(json);
    for (size_t i = 0; i < d->count; i++)
        record_print(&d->item[i], json);
    json_close_array(json);
}

static bool equal_lists(const void *a, const void *b)
{
    const struct definitions *left = a, *right = b;

    for (size_t i = 0; i < left->count && left->count == right->count; i++)
        if (!setting_equal_records(&left->item[i], &right->item[i]))
            return false;
    return left->count == right->count;
}

static void copy_list(void *to, const void *from)
{
    definitions_copy(to, from);
}

static void clear_list(void *field)
{
    definitions_free(field);
}

const struct setting_type definitions_setting = { .noun = "a list of functions, or a function that returns one",
                                                  .size = sizeof(struct definitions),
                                                  .read = read_list,
                                                  .print = print_list,
                                                  .equal = equal_lists,
                                                  .copy = copy_list,
                                                  .clear = clear_list };
