#include "convert/ini_values.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "convert/pairs.h"
#include "convert/scalar.h"
#include "convert/supervisord.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The folder of the file where a place is. */
static const char *here_of(struct supervisord *sd, struct place place)
{
    if (sd->folder_file != place.file) {
        struct source s = { .path = xstrdup(place.file) };

        free(sd->folder);
        sd->folder = source_folder(&s);
        sd->folder_file = place.file;
        source_free(&s);
    }
    return sd->folder;
}

void ini_values_begin(struct ini_values *v, struct supervisord *sd, const struct ini_section *section,
                      struct expr *table)
{
    *v = (struct ini_values){ .sd = sd, .section = section, .table = table };
    v->scope.host = sd->host;
    v->scope.outer_env = sd->env;
}

struct expr *ini_refuse(struct ini_values *v, const char *name, struct place place, const char *format, ...)
{
    struct buffer text = { 0 };
    va_list arguments;

    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    draft_refuse(&v->sd->c->draft, place, "[%s]: %s: %s", v->section->name, name, text.data);
    buffer_free(&text);
    return NULL;
}

/* What the section says, or [DEFAULT] for all sections. */
static const struct ini_option *find_option(const struct ini_values *v, const char *name)
{
    const struct ini_option *option = ini_get(v->section, name);

    return option != NULL ? option : ini_get(ini_find(&v->sd->ini, "DEFAULT"), name);
}

static char *expand(struct ini_values *v, const struct ini_option *option, struct error *e)
{
    if (option == NULL)
        return NULL;
    v->scope.here = here_of(v->sd, option->place);
    return template_expand(option->value, &v->scope, e);
}

char *ini_peek(struct ini_values *v, const char *name)
{
    return expand(v, find_option(v, name), NULL);
}

char *ini_value(struct ini_values *v, const char *name, struct place *place)
{
    const struct ini_option *option = find_option(v, name);
    struct error e;
    char *value = expand(v, option, &e);

    if (option == NULL)
        return NULL;
    if (value == NULL)
        ini_refuse(v, name, option->place, "%s", e.text);
    if (place != NULL)
        *place = option->place;
    return value;
}

static void read_key(struct ini_values *v, const struct ini_key *key)
{
    struct place place = v->section->place;
    bool said = find_option(v, key->name) != NULL;
    struct expr *expr;
    char *value;

    if (key->make == NULL || (!said && key->fallback == NULL))
        return;
    v->scope.process_num = key->open;
    value = said ? ini_value(v, key->name, &place) : xstrdup(key->fallback);
    v->scope.process_num = false;
    if (value == NULL)
        return;
    expr = key->make(v, key, value, place);
    if (expr != NULL)
        expr_set(v->table, key->setting, expr, place);
    free(value);
}

void ini_values_read(struct ini_values *v, const struct ini_key *keys)
{
    for (; keys->name != NULL; keys++)
        read_key(v, keys);
}

static bool knows(const struct ini_key *const *tables, const char *name)
{
    for (; *tables != NULL; tables++) {
        for (const struct ini_key *key = *tables; key->name != NULL; key++) {
            if (strcmp(key->name, name) == 0)
                return true;
        }
    }
    return false;
}

static const char *nearest(const struct ini_key *const *tables, const char *name)
{
    const char *names[128];
    size_t count = 0;

    for (; *tables != NULL; tables++) {
        for (const struct ini_key *key = *tables; key->name != NULL && count < 127; key++)
            names[count++] = key->name;
    }
    names[count] = NULL;
    return text_nearest(name, names);
}

void ini_values_check(struct ini_values *v, const struct ini_key *const *tables, bool refuse)
{
    for (size_t i = 0; i < v->section->count; i++) {
        const struct ini_option *option = &v->section->option[i];
        const char *near;

        if (knows(tables, option->key))
            continue;
        if (!refuse) {
            expr_note(v->table, option->place, "[%s] %s is not carried over: supervisord does not know it either",
                      v->section->name, option->key);
            continue;
        }
        near = v->sd->c->draft.problems->count < PROBLEMS_MAX ? nearest(tables, option->key) : NULL;
        draft_refuse(&v->sd->c->draft, option->place, "[%s]: there is no setting '%s'%s%s%s", v->section->name,
                     option->key, near != NULL ? "; did you mean '" : "; remove it", near != NULL ? near : "",
                     near != NULL ? "'?" : "");
    }
}

bool ini_is_true(struct ini_values *v, const char *name, const char *value, struct place place)
{
    if (scalar_is_true(value) || strcmp(value, "1") == 0)
        return true;
    if (!scalar_is_false(value) && strcmp(value, "0") != 0)
        ini_refuse(v, name, place, "expected true or false, got '%s'", value);
    return false;
}

static struct expr *made(struct ini_values *v, const struct ini_key *key, struct place place, struct expr *expr,
                         const struct error *e)
{
    return expr != NULL ? expr : ini_refuse(v, key->name, place, "%s", e->text);
}

struct expr *ini_template(const struct ini_values *v, const char *template)
{
    struct buffer code = { 0 };
    struct expr *expr;
    char *filled;

    if (!template_is_open(template))
        return expr_text(template);
    if (v->scope.numprocs == 1) {
        filled = template_fill(template, v->first);
        expr = expr_text(filled);
        free(filled);
        return expr;
    }
    template_code(&code, template);
    expr = expr_code("function(p) return %s end", code.data);
    buffer_free(&code);
    return expr;
}

struct expr *ini_text(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    (void)key;
    (void)place;
    return *value != '\0' ? ini_template(v, value) : NULL;
}

struct expr *ini_bool(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    return expr_bool(ini_is_true(v, key->name, value, place));
}

struct expr *ini_count(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;

    return made(v, key, place, scalar_int(value, 0, INT_MAX, &e), &e);
}

struct expr *ini_number(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;

    return made(v, key, place, scalar_int(value, INT_MIN, INT_MAX, &e), &e);
}

struct expr *ini_time(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;

    return made(v, key, place, scalar_time(value, &e), &e);
}

struct expr *ini_octal(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;

    return made(v, key, place, scalar_octal(value, &e), &e);
}

struct expr *ini_identity(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    if (*value == '\0')
        return ini_refuse(v, key->name, place, "it is empty");
    return scalar_identity(value);
}

struct expr *ini_signal(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;

    return made(v, key, place, scalar_signal(value, &e), &e);
}

struct expr *ini_dropped(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    expr_note(v->table, place, "%s = %s is not carried over", key->name, value);
    return NULL;
}

struct pair_sink {
    struct ini_values *values;
    struct expr *env;
    struct place place;
    const char *name;
};

static void add_pair(const char *key, const char *value, void *arg)
{
    struct pair_sink *sink = arg;

    if (expr_get(sink->env, key) != NULL)
        ini_refuse(sink->values, sink->name, sink->place, "%s is here twice; remove one", key);
    else
        expr_set(sink->env, key, expr_text(value), sink->place);
}

struct expr *ini_environment(struct ini_values *v, const char *name)
{
    struct pair_sink sink = { .values = v, .name = name };
    char *text = ini_peek(v, name);
    struct error e;

    if (text == NULL)
        return NULL;
    sink.place = find_option(v, name)->place;
    sink.env = expr_table();
    if (!pairs_split(text, add_pair, &sink, &e))
        ini_refuse(v, name, sink.place, "%s", e.text);
    free(text);
    return sink.env;
}
