/* What a record is made of: fields, the common part, functions. */
#include "base/xalloc.h"
#include "settings_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static struct shape *shapes;

static struct common_part **common_of(const void *record)
{
    const struct record_type *type = ((const struct record *)record)->type;

    return (struct common_part **)((char *)record + type->common);
}

static bool has_common(const struct record_type *type)
{
    return type->common_size > 0;
}

/* Where the fields are: in the common part, or in the record itself. */
static char *home_of(const void *record, bool common)
{
    return common ? (char *)*common_of(record) : (char *)record;
}

const void *setting_field_of(const struct setting *s, const void *record)
{
    return home_of(record, s->common) + s->offset;
}

void *setting_field(const struct setting *s, void *record)
{
    return (s->common ? (char *)record_own(record) : (char *)record) + s->offset;
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
    if (has_common(type)) {
        *common_of(shape->defaults) = xcalloc(1, type->common_size);
        (*common_of(shape->defaults))->holders = 1;
    }
    for (size_t i = 0; i < type->count; i++) {
        shape->sorted[i] = &type->settings[i];
        read_default(&type->settings[i], shape->defaults);
    }
    qsort(shape->sorted, type->count, sizeof shape->sorted[0], by_name);
    list_names(shape);
    return shape;
}

/* There are a handful of kinds, which live as long as we do. */
struct shape *shape_of(const struct record_type *type)
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

const struct setting *setting_find(const struct record_type *type, const char *name)
{
    const struct setting wanted = { .name = name }, *key = &wanted;
    struct shape *shape = shape_of(type);
    const struct setting **found = bsearch(&key, shape->sorted, type->count, sizeof shape->sorted[0], by_name);

    return found != NULL ? *found : NULL;
}

/* What nobody said is shared with the defaults of its kind, which live as long as we do: five thousand programs need
 * not each own the same list of exit codes. */
static bool is_default(const struct shape *shape, const struct setting *s, const char *home)
{
    return memcmp(home + s->offset, setting_field_of(s, shape->defaults), s->type->size) == 0;
}

bool setting_is_default(const struct setting *s, const void *record)
{
    return is_default(shape_of(((const struct record *)record)->type), s, home_of(record, s->common));
}

void record_init(void *record, const struct record_type *type)
{
    record_copy(record, shape_of(type)->defaults);
}

/* ---- fields ------------------------------------------------------------------------------------ */

/* Those of a home; `to` is a copy of its bytes. */
static void copy_fields(const struct record_type *type, char *to, const char *from, bool common)
{
    const struct shape *shape = shape_of(type);

    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        if (s->common == common && s->type->copy != NULL && !is_default(shape, s, from))
            s->type->copy(to + s->offset, from + s->offset);
}

static void clear_fields(const struct record_type *type, char *home, bool common)
{
    const struct shape *shape = shape_of(type);

    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        if (s->common == common && s->type->clear != NULL && !is_default(shape, s, home))
            s->type->clear(home + s->offset);
}

/* ---- the common part --------------------------------------------------------------------------- */

static void common_leave(const struct record_type *type, struct common_part *part)
{
    struct shape *shape = shape_of(type);

    if (--part->holders > 0)
        return;
    for (size_t i = 0; i < RECENT; i++)
        if (shape->recent[i] == part)
            shape->recent[i] = NULL;
    clear_fields(type, (char *)part, true);
    free(part);
}

void *record_own(void *record)
{
    const struct record_type *type = ((struct record *)record)->type;
    struct common_part **place = common_of(record), *shared = *place;

    if (shared->holders == 1)
        return shared;
    *place = xmalloc(type->common_size);
    memcpy(*place, shared, type->common_size);
    (*place)->holders = 1;
    copy_fields(type, (char *)*place, (const char *)shared, true);
    common_leave(type, shared);
    return *place;
}

static bool are_alike(const struct record_type *type, const struct common_part *a, const struct common_part *b)
{
    size_t head = sizeof *a;

    if (memcmp((const char *)a + head, (const char *)b + head, type->common_size - head) == 0)
        return true;
    for (const struct setting *s = type->settings; s < type->settings + type->count; s++)
        if (s->common && !s->type->equal((const char *)a + s->offset, (const char *)b + s->offset))
            return false;
    return true;
}

void record_share(void *record)
{
    struct shape *shape = shape_of(((struct record *)record)->type);
    struct common_part **place = common_of(record), *own = *place;

    for (size_t i = 0; i < RECENT; i++) {
        struct common_part *recent = shape->recent[i];

        if (recent == own)
            return;
        if (recent != NULL && are_alike(shape->type, recent, own)) {
            recent->holders++;
            *place = recent;
            common_leave(shape->type, own);
            return;
        }
    }
    shape->recent[shape->next_recent++ % RECENT] = own;
}

/* ---- functions --------------------------------------------------------------------------------- */

static void free_functions(struct record *r)
{
    for (unsigned i = 0; i < r->function_count; i++)
        free(r->functions[i].function);
    free(r->functions);
    r->functions = NULL;
    r->function_count = 0;
}

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

void record_drop_function(struct record *r, const struct setting *s)
{
    struct function_setting *found = find_function(r, s);

    if (found == NULL)
        return;
    free(found->function);
    *found = r->functions[--r->function_count];
}

void record_put_function(struct record *r, const struct setting *s, const struct function *f)
{
    record_drop_function(r, s);
    r->functions = xrealloc(r->functions, (r->function_count + 1) * sizeof *r->functions);
    r->functions[r->function_count++] = (struct function_setting){ s, function_copy(f) };
}

/* ---- the whole --------------------------------------------------------------------------------- */

void record_copy(void *to, const void *from)
{
    const struct record_type *type = ((const struct record *)from)->type;

    memcpy(to, from, type->size);
    copy_functions(to, from);
    copy_fields(type, to, from, false);
    if (has_common(type))
        (*common_of(to))->holders++;
}

void record_clear(void *record)
{
    const struct record_type *type = ((struct record *)record)->type;

    clear_fields(type, record, false);
    free_functions(record);
    if (has_common(type))
        common_leave(type, *common_of(record));
}
