/* taskmaster: the YAML of the 42 schools' taskmasters, and of reeve's own settings written as YAML. */
#include "base/xalloc.h"
#include "convert/formats.h"
#include "convert/scalar.h"
#include "convert/taskmaster_keys.h"
#include "convert/taskmaster_values.h"

#include <stdlib.h>
#include <string.h>

/* Log to the file that was named; who starts reeve by hand sees the lines too. */
static struct expr *make_log(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct expr *list;

    if (text == NULL)
        return NULL;
    list = expr_table();
    expr_add(list, expr_text("stderr"), yaml_place(v, node));
    expr_add(list, expr_text(text), yaml_place(v, node));
    return list;
}

/* The place of suggestions, which are in no file. */
static const struct place nowhere;

static struct expr *note_port(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    long long port;
    struct error e;

    if (text == NULL)
        return NULL;
    if (!scalar_integer(text, 1, 65535, &port, &e))
        return yaml_refuse(v, key->name, node, "%s", e.text);
    yaml_note(v, node, "%s %lld is not opened; for a port of this host add", key->name, port);
    expr_note(v->table, nowhere, "  control = { \"unix:/run/reeve.sock\", \"tcp:127.0.0.1:%lld\" }, open = true,",
              port);
    return NULL;
}

static struct expr *note_mail(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const struct yaml_node *to = node->kind == YAML_MAP ? yaml_get(node, "to") : node;

    if (to == NULL || to->kind != YAML_SCALAR)
        return yaml_refuse(v, key->name, node, "expected an address, or a map with `to`");
    yaml_note(v, node, "%s is not carried over; for mail add, outside of this table,", key->name);
    expr_note(v->table, nowhere, "  require(\"reeve.alert\").email { to = \"%s\" }", to->text);
    return NULL;
}

static struct expr *note_other(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    yaml_note(v, node, "%s is not carried over: reeve has nothing like it", key->name);
    return NULL;
}

static const char *const levels[] = { "err", "error", "warning", "warn", "notice", "info", "debug", NULL };

static const struct yaml_key top_keys[] = {
    { "port", NULL, .make = note_port },
    { "ip", NULL, .make = note_other },
    { "logout", "log", .make = make_log },
    { "logfile", "log", .make = make_log },
    { "log", "log", .make = make_log },
    { "loglevel", "log_level", .make = yaml_choice, .choices = levels },
    { "log_level", "log_level", .make = yaml_choice, .choices = levels },
    { "pidfile", "pidfile", .make = yaml_text },
    { "umask", "umask", .make = yaml_octal },
    { "user", "user", .make = yaml_identity },
    { "workingdir", "workingdir", .make = yaml_text },
    { "env", "env", .make = yaml_env },
    { "environment", "env", .make = yaml_env },
    { "email", NULL, .make = note_mail },
    { "httpaddr", NULL, .make = note_other },
    { "file", NULL, .make = note_other },
    { "chmod", NULL, .make = note_other },
    { "chown", NULL, .make = note_other },
    { "version", NULL, .make = note_other },
    { "fatal_state_report_address", NULL, .make = taskmaster_report },
    { 0 },
};

static bool is_container(const struct yaml_pair *pair)
{
    static const char *const names[] = { "programs", "program", "processes", "process",
                                         "services", "service", "tasks",     "task" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(pair->key->text, names[i]) == 0)
            return true;
    }
    return false;
}

static bool is_program(const struct yaml_node *node)
{
    return node->kind == YAML_MAP && (yaml_get(node, "cmd") != NULL || yaml_get(node, "command") != NULL);
}

static bool is_top_key(const char *name)
{
    for (const struct yaml_key *key = top_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0)
            return true;
    }
    return false;
}

/* `defaults: &defaults`: not a setting of its own, but a place for what programs merge. Where programs have a place of
 * their own (`contained`), it may look like one. */
static bool is_shared(const struct yaml_pair *pair, bool contained)
{
    return pair->value->repeated && (contained || !is_program(pair->value)) && !is_top_key(pair->key->text);
}

static void convert_program(struct conversion *c, const char *name, int line, const struct yaml_node *map)
{
    struct place place = { c->source->path, line };
    struct yaml_values v = { .draft = &c->draft, .file = c->source->path, .map = map };
    char *who;

    if (*name == '\0') {
        draft_refuse(&c->draft, place, "a program has an empty name");
        return;
    }
    if (map->kind != YAML_MAP) {
        draft_refuse(&c->draft, place, "program '%s': expected a map of settings, got %s", name,
                     yaml_is_null(map) ? "nothing" : yaml_noun(map));
        return;
    }
    who = xasprintf("program '%s'", name);
    v.who = who;
    v.table = draft_open_named(&c->draft, "program", name, place);
    if (!yaml_says(map, "cmd") && !yaml_says(map, "command"))
        draft_refuse(&c->draft, place, "%s has no cmd", who);
    yaml_values_read(&v, taskmaster_keys);
    free(who);
}

/* `- name: web` and its settings. */
static void convert_element(struct conversion *c, const struct yaml_node *map)
{
    const struct yaml_node *name = map->kind == YAML_MAP ? yaml_get(map, "name") : NULL;

    if (name == NULL || name->kind != YAML_SCALAR)
        draft_refuse(&c->draft, (struct place){ c->source->path, map->line },
                     "expected a program with a `name`, got %s%s", yaml_noun(map),
                     map->kind == YAML_MAP ? " without one" : "");
    else
        convert_program(c, name->text, name->line, map);
}

static void convert_container(struct conversion *c, const struct yaml_node *programs)
{
    if (programs->kind == YAML_SCALAR && !yaml_is_null(programs))
        draft_refuse(&c->draft, (struct place){ c->source->path, programs->line },
                     "expected programs, each a name with its settings, got %s", yaml_noun(programs));
    for (size_t i = 0; programs->kind == YAML_MAP && i < programs->count; i++)
        convert_program(c, programs->pair[i].key->text, programs->pair[i].key->line, programs->pair[i].value);
    for (size_t i = 0; programs->kind == YAML_LIST && i < programs->count; i++)
        convert_element(c, programs->item[i]);
}

static bool has_container(const struct yaml_node *root)
{
    for (size_t i = 0; i < root->count; i++) {
        if (is_container(&root->pair[i]))
            return true;
    }
    return false;
}

/* Programs under one of the usual keys; or, where there is none of them, every map of the file. */
static void convert_root(struct conversion *c, const struct yaml_node *root)
{
    bool contained = has_container(root);
    struct yaml_node rest = { .kind = YAML_MAP, .line = root->line };
    struct yaml_values v = { .draft = &c->draft, .file = c->source->path, .who = "the file", .map = &rest };

    rest.pair = xcalloc(root->count + 1, sizeof *rest.pair);
    for (size_t i = 0; i < root->count; i++) {
        const struct yaml_pair *pair = &root->pair[i];
        bool is_top = is_top_key(pair->key->text) && !is_program(pair->value);

        if (is_container(pair))
            convert_container(c, pair->value);
        else if (is_shared(pair, contained))
            continue;
        else if (!contained && !is_top && pair->value->kind == YAML_MAP)
            convert_program(c, pair->key->text, pair->key->line, pair->value);
        else
            rest.pair[rest.count++] = *pair;
    }
    v.table = c->draft.supervisor;
    yaml_values_read(&v, top_keys);
    free(rest.pair);
}

void taskmaster_convert(struct conversion *c, const struct yaml_node *root)
{
    struct place place = { c->source->path, root->line };

    if (root->kind == YAML_MAP)
        convert_root(c, root);
    else if (root->kind == YAML_LIST)
        convert_container(c, root);
    else
        draft_refuse(&c->draft, place, "expected a map with `programs:`, got %s", yaml_noun(root));
    if (c->draft.count == 0 && c->draft.problems->count == 0)
        draft_refuse(&c->draft, place, "there is no program in this file");
}
