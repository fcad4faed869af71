/* Settings whose value is a record of its own. */
#include "core/setting_types.h"

bool setting_read_record(const struct setting *s, void *record, const struct value_table *table, struct error *e)
{
    struct problems problems = { 0 };
    const struct record_source from = { .problems = &problems };
    struct failures all = { 0 };
    struct error one;

    record_read(record, table, &from);
    for (size_t i = 0; i < problems.count; i++) {
        failure(&one, "%.*s", (int)sizeof one.text - 1, problems.item[i].text);
        setting_fails_too(&all, &one);
    }
    problems_free(&problems);
    return setting_sum_up(&all, e) || (s != NULL && setting_refused(s, e));
}

bool setting_equal_records(const void *a, const void *b)
{
    const struct record_type *type = ((const struct record *)a)->type;

    for (size_t i = 0; i < type->count; i++)
        if (!setting_equal(&type->settings[i], a, b))
            return false;
    return true;
}
