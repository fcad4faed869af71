/* yaml_command: the values of YAML files that are more than one word: commands and environments. */
#include "base/words.h"
#include "base/xalloc.h"
#include "convert/pairs.h"
#include "convert/scalar.h"
#include "convert/yaml_values.h"

#include <stdlib.h>
#include <string.h>

enum { MANY_VARIABLES = 4096 };

static bool add_words(struct yaml_values *v, struct expr *list, const char *name, const struct yaml_node *node)
{
    struct words words = { 0 };
    struct error e;
    bool good = words_split(&words, node->text, &e);

    if (!good)
        yaml_refuse(v, name, node, "%s", e.text);
    for (size_t i = 0; good && i < words.count; i++)
        expr_add(list, expr_text(words.word[i]), yaml_place(v, node));
    words_free(&words);
    return good;
}

/* Add the words of a text or the elements of a list. */
static void add_argument_list(struct yaml_values *v, struct expr *list, const char *name, const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR) {
        add_words(v, list, name, node);
        return;
    }
    if (node->kind == YAML_MAP) {
        yaml_refuse(v, name, node, "expected a list, got a map");
        return;
    }
    for (size_t i = 0; i < node->count; i++) {
        const char *text = yaml_scalar(v, name, node->item[i]);

        if (text != NULL)
            expr_add(list, expr_text(text), yaml_place(v, node->item[i]));
    }
}

static bool goes_to_a_shell(const struct yaml_values *v)
{
    const struct yaml_node *shell = yaml_get(v->map, "shell");

    return shell != NULL && shell->kind == YAML_SCALAR && scalar_is_true(shell->text);
}

/* A command that stays one text must be one that can be split when it is started. */
static struct expr *make_text(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct words words = { 0 };
    struct expr *expr = NULL;
    struct error e;

    if (node->text[strspn(node->text, " \t\r\n")] == '\0')
        yaml_refuse(v, key->name, node, "the command is empty");
    else if (goes_to_a_shell(v) || words_split(&words, node->text, &e))
        expr = expr_text(node->text);
    else
        yaml_refuse(v, key->name, node, "%s", e.text);
    words_free(&words);
    return expr;
}

struct expr *yaml_command(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const struct yaml_node *arguments = strcmp(key->setting, "cmd") == 0 ? yaml_get(v->map, "args") : NULL;
    struct expr *list;

    if (arguments != NULL && yaml_is_null(arguments))
        arguments = NULL;
    if (node->kind == YAML_SCALAR && arguments == NULL)
        return make_text(v, key, node);
    list = expr_table();
    add_argument_list(v, list, key->name, node);
    if (list->count == 0 && node->kind != YAML_MAP)
        yaml_refuse(v, key->name, node, "the command is empty");
    if (arguments != NULL)
        add_argument_list(v, list, "args", arguments);
    return list;
}

struct pair_sink {
    struct yaml_values *values;
    const struct yaml_node *node;
    struct expr *env;
};

/* Whether `name` may still be added: names are looked up one after the other, so there must not be too many. */
static bool is_new(struct yaml_values *v, const struct expr *env, const char *name, const struct yaml_node *node)
{
    if (env->count == MANY_VARIABLES)
        yaml_refuse(v, "env", node, "there are more than %d variables; use env_file", MANY_VARIABLES);
    else if (env->count < MANY_VARIABLES && expr_get(env, name) != NULL)
        yaml_refuse(v, "env", node, "%s is here twice; remove one", name);
    else
        return env->count < MANY_VARIABLES;
    return false;
}

static void add_pair(const char *key, const char *value, void *arg)
{
    struct pair_sink *sink = arg;

    if (is_new(sink->values, sink->env, key, sink->node))
        expr_set(sink->env, key, expr_text(value), yaml_place(sink->values, sink->node));
}

static void add_variable(struct yaml_values *v, struct expr *env, const struct yaml_pair *pair)
{
    const char *name = pair->key->text;

    if (!pairs_is_name(name))
        yaml_refuse(v, "env", pair->key, "'%s' is not the name of a variable", name);
    else if (pair->value->kind != YAML_SCALAR)
        yaml_refuse(v, name, pair->value, "the value of a variable is a text, not %s", yaml_noun(pair->value));
    else
        expr_set(env, name, expr_text(pair->value->text), yaml_place(v, pair->key));
}

/* "A=b" of a list. */
static void add_assignment(struct yaml_values *v, struct expr *env, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, "env", node);
    const char *equals = text != NULL ? strchr(text, '=') : NULL;
    char *name;

    if (text == NULL)
        return;
    name = xstrndup(text, equals != NULL ? (size_t)(equals - text) : 0);
    if (equals == NULL || !pairs_is_name(name))
        yaml_refuse(v, "env", node, "expected NAME=value, got '%s'", text);
    else if (is_new(v, env, name, node))
        expr_set(env, name, expr_text(equals + 1), yaml_place(v, node));
    free(name);
}

struct expr *yaml_env(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct expr *env = expr_table();
    struct pair_sink sink = { v, node, env };
    struct error e;

    if (node->kind == YAML_SCALAR && !pairs_split(node->text, add_pair, &sink, &e))
        yaml_refuse(v, key->name, node, "%s", e.text);
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++)
        add_variable(v, env, &node->pair[i]);
    for (size_t i = 0; node->kind == YAML_LIST && i < node->count; i++)
        add_assignment(v, env, node->item[i]);
    return env;
}
