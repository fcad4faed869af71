#include "convert/yaml_values.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "convert/scalar.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct place yaml_place(const struct yaml_values *v, const struct yaml_node *node)
{
    return (struct place){ v->file, node->line };
}

struct expr *yaml_refuse(struct yaml_values *v, const char *name, const struct yaml_node *node, const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    draft_refuse(v->draft, yaml_place(v, node), "%s: %s: %s", v->who, name, text.data);
    buffer_free(&text);
    return NULL;
}

void yaml_note(struct yaml_values *v, const struct yaml_node *node, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    expr_vnote(v->table, yaml_place(v, node), format, arguments);
    va_end(arguments);
}

const char *yaml_scalar(struct yaml_values *v, const char *name, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR)
        return node->text;
    yaml_refuse(v, name, node, "expected one value, got %s", yaml_noun(node));
    return NULL;
}

/* Pass on what a scalar_* function made, or refuse with its reason. */
static struct expr *made(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node,
                         struct expr *expr, const struct error *e)
{
    return expr != NULL ? expr : yaml_refuse(v, key->name, node, "%s", e->text);
}

struct expr *yaml_text(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);

    return text != NULL ? expr_text(text) : NULL;
}

struct expr *yaml_path(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);

    return text != NULL && *text != '\0' ? expr_text(text) : NULL;
}

struct expr *yaml_bool(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    return text != NULL ? made(v, key, node, scalar_bool(text, &e), &e) : NULL;
}

struct expr *yaml_int(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    return text != NULL ? made(v, key, node, scalar_int(text, key->min, key->max, &e), &e) : NULL;
}

struct expr *yaml_number(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    size_t digits;

    if (text == NULL)
        return NULL;
    digits = strspn(text, "0123456789");
    if (digits == 0 || digits + strspn(text + digits, ".0123456789") != strlen(text) ||
        strchr(text, '.') != strrchr(text, '.'))
        return yaml_refuse(v, key->name, node, "expected a number, got '%s'", text);
    return expr_code("%.10g", strtod(text, NULL));
}

struct expr *yaml_time(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    return text != NULL ? made(v, key, node, scalar_time(text, &e), &e) : NULL;
}

struct expr *yaml_size(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    return text != NULL ? made(v, key, node, scalar_size(text, &e), &e) : NULL;
}

struct expr *yaml_octal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    return text != NULL ? made(v, key, node, scalar_octal(text, &e), &e) : NULL;
}

struct expr *yaml_signal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;

    if (text != NULL && scalar_is_false(text) && strcmp(key->setting, "deathsig") == 0)
        return expr_bool(false);
    return text != NULL ? made(v, key, node, scalar_signal(text, &e), &e) : NULL;
}

static void list_choices(struct buffer *out, const char *const *choices)
{
    for (size_t i = 0; choices[i] != NULL; i++)
        buffer_addf(out, "%s'%s'", i == 0 ? "" : ", ", choices[i]);
}

struct expr *yaml_choice(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct buffer list = { 0 };

    if (text == NULL)
        return NULL;
    for (size_t i = 0; key->choices[i] != NULL; i++) {
        if (strcasecmp(text, key->choices[i]) == 0)
            return expr_text(key->choices[i]);
    }
    list_choices(&list, key->choices);
    yaml_refuse(v, key->name, node, "'%s' is none of %s", text, list.data);
    buffer_free(&list);
    return NULL;
}

struct expr *yaml_identity(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);

    return text != NULL && *text != '\0' ? scalar_identity(text) : NULL;
}

/* Call `make` for every element of a list, or for the one value that stands in its place. */
static struct expr *each_element(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node,
                                 yaml_make_fn *make)
{
    struct expr *list = expr_table();
    size_t count = node->kind == YAML_LIST ? node->count : 1;

    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->item[i] : node;
        struct expr *element = make(v, key, item);

        if (element != NULL)
            expr_add(list, element, yaml_place(v, item));
    }
    return list;
}

struct expr *yaml_texts(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    return each_element(v, key, node, yaml_text);
}

static struct expr *make_name(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct expr *expr;
    char *name;

    if (text == NULL)
        return NULL;
    name = draft_name(text, v->table, yaml_place(v, node));
    expr = expr_text(name);
    free(name);
    return expr;
}

struct expr *yaml_names(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    return each_element(v, key, node, make_name);
}

struct expr *yaml_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct yaml_values inner = *v;

    if (node->kind != YAML_MAP)
        return yaml_refuse(v, key->name, node, "expected a map, got %s", yaml_noun(node));
    inner.who = xasprintf("%s: %s", v->who, key->name);
    inner.map = node;
    inner.table = expr_table();
    yaml_values_read(&inner, key->members);
    free((char *)inner.who);
    return inner.table;
}

struct expr *yaml_time_or_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? yaml_time(v, key, node) : yaml_members(v, key, node);
}

struct expr *yaml_choice_or_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR ? yaml_choice(v, key, node) : yaml_members(v, key, node);
}

struct expr *yaml_nothing(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    (void)v;
    (void)key;
    (void)node;
    return NULL;
}

static void refuse_unknown(struct yaml_values *v, const struct yaml_key *keys, const struct yaml_node *name)
{
    size_t count = 0;
    const char **names, *nearest;

    while (keys[count].name != NULL)
        count++;
    names = xcalloc(count + 1, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = keys[i].name;
    /* Guessing is slow; nobody reads a guess for each of a million mistakes. */
    nearest = v->draft->problems->count < PROBLEMS_MAX ? text_nearest(name->text, names) : NULL;
    if (nearest != NULL)
        draft_refuse(v->draft, yaml_place(v, name), "%s: there is no setting '%s'; did you mean '%s'?", v->who,
                     name->text, nearest);
    else
        draft_refuse(v->draft, yaml_place(v, name), "%s: there is no setting '%s'; remove it", v->who, name->text);
    free(names);
}

static const struct yaml_key *find_key(const struct yaml_key *keys, const char *name)
{
    for (; keys->name != NULL; keys++) {
        if (keys->name[0] == name[0] && strcmp(keys->name, name) == 0)
            return keys;
    }
    return NULL;
}

static void read_pair(struct yaml_values *v, const struct yaml_key *keys, const struct yaml_pair *pair)
{
    const struct yaml_key *key = find_key(keys, pair->key->text);
    struct expr *value;

    if (key == NULL) {
        refuse_unknown(v, keys, pair->key);
        return;
    }
    if (yaml_is_null(pair->value))
        return;
    if (key->setting != NULL && expr_get(v->table, key->setting) != NULL) {
        yaml_refuse(v, key->name, pair->key, "another key has said this already; remove one");
        return;
    }
    value = key->make(v, key, pair->value);
    if (value != NULL)
        expr_set(v->table, key->setting, value, yaml_place(v, pair->key));
}

void yaml_values_read(struct yaml_values *v, const struct yaml_key *keys)
{
    for (size_t i = 0; i < v->map->count; i++)
        read_pair(v, keys, &v->map->pair[i]);
}
