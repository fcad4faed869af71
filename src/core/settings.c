#include "core/settings.h"

#include "base/json.h"
#include "base/text.h"
#include "base/xalloc.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    SETTINGS_MOST = 128,
    FIELD_MOST = 64 /* bytes of a field that owns memory */
};

/* What is worked out once for each kind of record. */
struct shape {
    const struct record_type *type;
    void *defaults; /* a record to copy from */
    const struct setting *sorted[SETTINGS_MOST];
    const char *names[SETTINGS_MOST + 2]; /* what a user may write, for guesses; a NULL ends them */
    struct shape *next;
};

static struct shape *shapes;

void *setting_field(const struct setting *s, void *record)
{
    return (char *)record + s->offset;
}

static const void *field_of(const struct setting *s, const void *record)
{
    return (const char *)record + s->offset;
}

static void free_functions(struct record *r)
{
    for (unsigned i = 0; i < r->function_count; i++)
        free(r->functions[i].function);
    free(r->functions);
    r->functions = NULL;
    r->function_count = 0;
}

/* ---- defaults ---------------------------------------------------------------------------------- */

static void read_default(const struct setting *s, void *record)
{
    struct value v;
    bool good;

    if (s->fallback == NULL)
        return;
    v = value_from_text(s->fallback);
    good = s->type->read(s, record, &v, NULL);
    assert(good);
    (void)good;
    value_clear(&v);
}

static int by_name(const void *a, const void *b)
{
    const struct setting *const *left = a, *const *right = b;

    return strcmp((*left)->name, (*right)->name);
}

static void list_names(struct shape *shape)
{
    const struct record_type *type = shape->type;
    size_t known = 0;

    for (size_t i = 0; i < type->count; i++)
        if (!(type->settings[i].flags & SETTING_DECLARED))
            shape->names[known++] = type->settings[i].name;
    shape->names[known] = type->elsewhere;
}

static struct shape *shape_new(const struct record_type *type)
{
    struct shape *shape = xcalloc(1, sizeof *shape);

    assert(type->count <= SETTINGS_MOST);
    shape->type = type;
    shape->defaults = xcalloc(1, type->size);
    ((struct record *)shape->defaults)->type = type;
    for (size_t i = 0; i < type->count; i++) {
        shape->sorted[i] = &type->settings[i];
        read_default(&type->settings[i], shape->defaults);
    }
    qsort(shape->sorted, type->count, sizeof shape->sorted[0], by_name);
    list_names(shape);
    return shape;
}

/* There are a handful of kinds, which live as long as we do. */
static struct shape *shape_of(const struct record_type *type)
{
    struct shape *shape = shapes;

    while (shape != NULL && shape->type != type)
        shape = shape->next;
    if (shape == NULL) {
        shape = shape_new(type);
        shape->next = shapes;
        shapes = shape;
    }
    return shape;
}

/* What nobody said is shared with the defaults of its kind, which live as long as we do: five thousand programs need
 * not each own the same list of exit codes. */
static bool is_shared(const struct setting *s, const void *record)
{
    const struct shape *shape = shape_of(((const struct record *)record)->type);

    return memcmp(field_of(s, record), field_of(s, shape->defaults), s->type->size) == 0;
}

void record_init(void *record, const struct record_type *type)
{
    record_copy(record, shape_of(type)->defaults);
}

/* ---- copies ------------------------------------------------------------------------------------ */

static struct function *function_copy(const struct function *f)
{
    return function_new(f->reference, f->code, f->where);
}

static void copy_functions(struct record *to, const struct record *from)
{
    to->functions = NULL; /* never shared, also when nothing is in it */
    if (from->function_count > 0)
        to->functions = xcalloc(from->function_count, sizeof *to->functions);
    for (unsigned i = 0; i < from->function_count; i++) {
        to->functions[i].setting = from->functions[i].setting;
        to->functions[i].function = function_copy(from->functions[i].function);
    }
}

void record_copy(void *to, const void *from)
{
    const struct record_type *type = ((const struct record *)from)->type;

    memcpy(to, from, type->size);
    copy_functions(to, from);
    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        if (s->type->copy != NULL && !is_shared(s, from))
            s->type->copy(setting_field(s, to), field_of(s, from));
}

static void clear_field(const struct setting *s, void *record)
{
    if (s->type->clear != NULL && !is_shared(s, record))
        s->type->clear(setting_field(s, record));
}

void record_clear(void *record)
{
    const struct record_type *type = ((struct record *)record)->type;

    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        clear_field(s, record);
    free_functions(record);
}

/* ---- functions --------------------------------------------------------------------------------- */

static struct function_setting *find_function(const struct record *r, const struct setting *s)
{
    for (unsigned i = 0; i < r->function_count; i++)
        if (r->functions[i].setting == s)
            return &r->functions[i];
    return NULL;
}

const struct function *setting_function(const void *record, const struct setting *s)
{
    const struct function_setting *found = find_function(record, s);

    return found != NULL ? found->function : NULL;
}

static void drop_function(struct record *r, const struct setting *s)
{
    struct function_setting *found = find_function(r, s);

    if (found == NULL)
        return;
    free(found->function);
    *found = r->functions[--r->function_count];
}

static void keep_function(struct record *r, const struct setting *s, const struct function *f)
{
    drop_function(r, s);
    r->functions = xrealloc(r->functions, (r->function_count + 1) * sizeof *r->functions);
    r->functions[r->function_count++] = (struct function_setting){ s, function_copy(f) };
}

/* ---- reading ----------------------------------------------------------------------------------- */

const struct setting *setting_find(const struct record_type *type, const char *name)
{
    const struct setting wanted = { .name = name }, *key = &wanted;
    struct shape *shape = shape_of(type);
    const struct setting **found = bsearch(&key, shape->sorted, type->count, sizeof shape->sorted[0], by_name);

    return found != NULL ? *found : NULL;
}

bool setting_mismatch(const struct setting *s, const struct value *v, struct error *e)
{
    const char *function = s->flags & (SETTING_COMPUTED | SETTING_ADVISOR) ? " or a function" : "";

    return failure(e, "'%s': expected %s%s, got %s", s->name, s->type->noun, function, value_shown(v));
}

/* Back to the default, and to no function. */
static void reset(const struct setting *s, void *record)
{
    const struct shape *shape = shape_of(((struct record *)record)->type);

    drop_function(record, s);
    if (s->flags & SETTING_HOOK)
        return;
    clear_field(s, record);
    memcpy(setting_field(s, record), field_of(s, shape->defaults), s->type->size);
}

/* Read into a field that may be shared: the type would free what is not the record's. */
static bool read_field(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    char shared[FIELD_MOST];

    assert(s->type->size <= sizeof shared);
    if (s->type->clear == NULL || !is_shared(s, record))
        return s->type->read(s, record, v, e);
    memcpy(shared, setting_field(s, record), s->type->size);
    memset(setting_field(s, record), 0, s->type->size);
    if (s->type->read(s, record, v, e))
        return true;
    memcpy(setting_field(s, record), shared, s->type->size);
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
        keep_function(record, s, v->function);
        return true;
    }
    if (!read_field(s, record, v, e))
        return false;
    drop_function(record, s);
    return true;
}

/* What record_read was called with. */
struct reading {
    struct shape *shape;
    const char *context, *file;
    record_line_fn *line;
    void *arg;
    struct problems *problems;
};

static bool complain(const struct reading *r, const char *key, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool complain(const struct reading *r, const char *key, const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    if (r->context != NULL)
        buffer_addf(&text, "%s: ", r->context);
    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    problems_add(r->problems, r->file, r->line != NULL ? r->line(key, r->arg) : 0, "%s", text.data);
    buffer_free(&text);
    return false;
}

/* Whether users may write such a name; its setting, if it is one. */
static bool check_name(const struct reading *r, const char *name, const struct setting **setting)
{
    const struct record_type *type = r->shape->type;
    const struct setting *s = setting_find(type, name);
    const char *nearest;

    *setting = NULL;
    if (s != NULL && (s->flags & SETTING_DECLARED))
        return complain(r, name, "'%s' stands before the table, not in it", name);
    *setting = s;
    if (s != NULL || (type->elsewhere != NULL && strcmp(name, type->elsewhere) == 0))
        return true;
    nearest = text_nearest(name, r->shape->names);
    if (nearest != NULL)
        return complain(r, name, "unknown setting '%s', did you mean '%s'?", name, nearest);
    return complain(r, name, "unknown setting '%s'", name);
}

/* `given` are the values by the places of their settings; NULL: not there. */
static bool check_names(const struct reading *r, const struct value_table *table, const struct value **given)
{
    const struct setting *s;
    bool good = true;

    if (table->elements > 0)
        good =
            complain(r, "", "%s stands there without a name: write NAME = VALUE", value_shown(&table->field[0].value));
    for (size_t i = table->elements; i < table->count; i++) {
        good = check_name(r, table->field[i].key, &s) && good;
        if (s != NULL)
            given[s - r->shape->type->settings] = &table->field[i].value;
    }
    return good;
}

/* It counts as said even when it is wrong: "cmd is missing" would be a second, false complaint. */
static void mark_said(struct record *r, const struct setting *s)
{
    size_t i = (size_t)(s - r->type->settings);

    r->said[i / 64] |= (uint64_t)1 << i % 64;
}

bool setting_was_said(const void *record, const struct setting *s)
{
    const struct record *r = record;
    size_t i = (size_t)(s - r->type->settings);

    return r->said[i / 64] >> i % 64 & 1;
}

bool record_read(void *record, const struct value_table *table, const char *context, const char *file,
                 record_line_fn *line, void *arg, struct problems *problems)
{
    const struct record_type *type = ((struct record *)record)->type;
    const struct reading reading = { shape_of(type), context, file, line, arg, problems };
    const struct value *given[SETTINGS_MOST] = { NULL };
    bool good = check_names(&reading, table, given);
    struct error e;

    for (const struct setting *s = type->settings; s < type->settings + type->count; s++) {
        const struct value *v = given[s - type->settings];

        if (v == NULL)
            continue;
        mark_said(record, s);
        if (!setting_read(s, record, v, &e))
            good = complain(&reading, s->name, "%s", e.text);
    }
    return good;
}

/* ---- comparing --------------------------------------------------------------------------------- */

bool setting_equal(const struct setting *s, const void *a, const void *b)
{
    return s->type->equal == NULL || s->type->equal(field_of(s, a), field_of(s, b));
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
        *change = s->type->change(field_of(s, a), field_of(s, b));
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
        print_secret(field_of(s, record), json);
    else
        s->type->print(s, field_of(s, record), json);
}

void record_print(const void *record, struct buffer *json)
{
    const struct record_type *type = ((const struct record *)record)->type;
    const struct shape *shape = shape_of(type);

    for (size_t i = 0; i < type->count; i++) {
        json_key(json, shape->sorted[i]->name);
        setting_print(shape->sorted[i], record, json);
    }
}
