#include "base/json.h"
#include "base/text.h"
#include "core/habit.h"
#include "settings_private.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MOST = 64 }; /* bytes of a field that owns memory */

/* ---- reading ----------------------------------------------------------------------------------- */

bool setting_mismatch(const struct setting *s, const struct value *v, struct error *e)
{
    const char *function = s->flags & (SETTING_COMPUTED | SETTING_ADVISOR) ? " or a function" : "";

    return failure(e, "'%s': expected %s%s, got %s", s->name, s->type->noun, function, value_shown(v));
}

/* Back to the default, and to no function. */
static void reset(const struct setting *s, void *record)
{
    void *field;

    record_drop_function(record, s);
    if (s->flags & SETTING_HOOK || setting_is_default(s, record))
        return;
    field = setting_field(s, record);
    if (s->type->clear != NULL)
        s->type->clear(field);
    memcpy(field, setting_field_of(s, shape_of(((struct record *)record)->type)->defaults), s->type->size);
}

/* Read into a field that may be shared with the defaults: the type would free what is not the record's. */
static bool read_field(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    char shared[FIELD_MOST];
    void *field;

    assert(s->type->size <= sizeof shared);
    if (s->type->clear == NULL || !setting_is_default(s, record))
        return s->type->read(s, record, v, e);
    field = setting_field(s, record);
    memcpy(shared, field, s->type->size);
    memset(field, 0, s->type->size);
    if (s->type->read(s, record, v, e))
        return true;
    memcpy(field, shared, s->type->size);
    return false;
}

bool setting_read(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    const unsigned takes_function = SETTING_COMPUTED | SETTING_HOOK | SETTING_ADVISOR;

    if (v->kind == VALUE_NIL) {
        reset(s, record);
        return true;
    }
    if (v->kind == VALUE_FUNCTION && (s->flags & takes_function)) {
        reset(s, record);
        record_put_function(record, s, v->function);
        return true;
    }
    if (!read_field(s, record, v, e))
        return false;
    record_drop_function(record, s);
    return true;
}

int record_line(const struct record_source *from, const char *key)
{
    return from->line_of != NULL ? from->line_of(key, from->arg) : from->line;
}

void record_complain(const struct record_source *from, const char *key, const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    if (from->noun != NULL && from->name != NULL)
        buffer_addf(&text, "%s '%s': ", from->noun, from->name);
    else if (from->noun != NULL)
        buffer_addf(&text, "%s: ", from->noun);
    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    problems_add(from->problems, from->file, record_line(from, key), "%s", text.data);
    buffer_free(&text);
}

/* It counts as said even when it is wrong: "cmd is missing" would be a second, false complaint. */
static void mark_said(struct record *r, const struct setting *s)
{
    size_t i = (size_t)(s - r->type->settings);

    r->said[i / 64] |= (uint64_t)1 << i % 64;
}

/* Nobody else complains that it is missing, when it is there by another name. */
static void mark_misspelt(struct record *r, const char *meant)
{
    const struct setting *s = setting_find(r->type, meant);

    if (s != NULL && (s->flags & SETTING_NEEDED))
        mark_said(r, s);
}

/* The setting of that name; NULL, with a problem, if users may not write it, or nobody reads it here. */
static const struct setting *find_named(struct record *r, const char *name, const struct record_source *from)
{
    const struct record_type *type = r->type;
    const char *const *names = shape_of(type)->names;
    const struct setting *s = setting_find(type, name);
    const char *meant;

    if (s != NULL && (s->flags & SETTING_DECLARED)) {
        record_complain(from, name, "'%s' stands before the table, not in it", name);
        return NULL;
    }
    if (s != NULL || (type->elsewhere != NULL && strcmp(name, type->elsewhere) == 0))
        return s;
    meant = habit_setting(name, names);
    if (meant == NULL)
        meant = text_nearest(name, names);
    if (meant != NULL) {
        mark_misspelt(r, meant);
        record_complain(from, name, "unknown setting '%s', did you mean '%s'?", name, meant);
    } else {
        record_complain(from, name, "unknown setting '%s'", name);
    }
    return NULL;
}

/* `given` are the values by the places of their settings; NULL: not there. */
static void sort_in(struct record *r, const struct value_table *table, const struct value **given,
                    const struct record_source *from)
{
    if (table->elements > 0)
        record_complain(from, "", "%s stands there without a name: write NAME = VALUE",
                        value_shown(&table->field[0].value));
    for (size_t i = table->elements; i < table->count; i++) {
        const struct setting *s = find_named(r, table->field[i].key, from);

        if (s != NULL)
            given[s - r->type->settings] = &table->field[i].value;
    }
}

bool setting_was_said(const void *record, const struct setting *s)
{
    const struct record *r = record;
    size_t i = (size_t)(s - r->type->settings);

    return r->said[i / 64] >> i % 64 & 1;
}

void record_read(void *record, const struct value_table *table, const struct record_source *from)
{
    const struct record_type *type = ((struct record *)record)->type;
    const struct value *given[SETTINGS_MOST] = { NULL };
    struct error e;

    sort_in(record, table, given, from);
    for (const struct setting *s = type->settings; s < type->settings + type->count; s++) {
        const struct value *v = given[s - type->settings];

        if (v == NULL)
            continue;
        mark_said(record, s);
        if (!setting_read(s, record, v, &e))
            record_complain(from, s->name, "%s", e.text);
    }
}

/* ---- comparing --------------------------------------------------------------------------------- */

bool setting_equal(const struct setting *s, const void *a, const void *b)
{
    const void *left = setting_field_of(s, a), *right = setting_field_of(s, b);

    return left == right || s->type->equal == NULL || s->type->equal(left, right);
}

static bool is_other_code(const struct function *a, const struct function *b)
{
    return a != NULL && b != NULL && a->code != b->code;
}

bool setting_changed(const struct setting *s, const void *a, const void *b, enum setting_change *change)
{
    const struct function *before, *after;

    if (s->flags & SETTING_HOOK && !(s->flags & SETTING_BODY))
        return false;
    *change = s->change;
    before = setting_function(a, s);
    after = setting_function(b, s);
    if ((before != NULL) != (after != NULL))
        return true;
    if (s->flags & SETTING_BODY)
        return is_other_code(before, after);
    if (setting_equal(s, a, b))
        return false;
    if (s->type->change != NULL)
        *change = s->type->change(setting_field_of(s, a), setting_field_of(s, b));
    return true;
}

/* ---- printing ---------------------------------------------------------------------------------- */

static void print_function(const struct function *f, struct buffer *json)
{
    json_open_object(json);
    json_key(json, "function");
    json_text(json, f->where);
    json_close_object(json);
}

/* Secrets are texts. */
static void print_secret(char *const *field, struct buffer *json)
{
    json_text(json, *field != NULL ? "***" : NULL);
}

void setting_print(const struct setting *s, const void *record, struct buffer *json)
{
    const struct function *f = setting_function(record, s);

    if (f != NULL)
        print_function(f, json);
    else if (s->flags & SETTING_HOOK)
        json_none(json);
    else if (s->flags & SETTING_SECRET)
        print_secret(setting_field_of(s, record), json);
    else
        s->type->print(s, setting_field_of(s, record), json);
}

void record_print(const void *record, struct buffer *json)
{
    const struct record_type *type = ((const struct record *)record)->type;
    const struct shape *shape = shape_of(type);

    json_open_object(json);
    for (size_t i = 0; i < type->count; i++) {
        json_key(json, shape->sorted[i]->name);
        setting_print(shape->sorted[i], record, json);
    }
    json_close_object(json);
}
