#include "convert/taskmaster_values.h"

#include "convert/scalar.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* More retries than any program lives to see. */
enum { FOR_EVER = 1000000000 };

struct expr *taskmaster_numprocs(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    long long said, count;
    struct error e;

    if (text == NULL)
        return NULL;
    if (!scalar_integer(text, -INT_MAX, INT_MAX, &said, &e))
        return yaml_refuse(v, key->name, node, "%s", e.text);
    count = said == 0 ? 1 : llabs(said);
    if (count != said)
        yaml_note(v, node, "%s was %s, which a taskmaster reads as %lld", key->name, text, count);
    return expr_number(count);
}

struct expr *taskmaster_retries(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    long long retries;
    struct error e;

    if (text == NULL)
        return NULL;
    if (!scalar_integer(text, INT_MIN, INT_MAX, &retries, &e))
        return yaml_refuse(v, key->name, node, "%s", e.text);
    if (retries >= 0)
        return expr_number(retries);
    yaml_note(v, node, "%s was %s, for ever", key->name, text);
    return expr_number(FOR_EVER);
}

/* Docker's "on-failure:5": no more than five restarts. */
static struct expr *restart_on_failure(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node,
                                       const char *rest)
{
    struct expr *limit;
    struct error e;

    if (*rest == '\0')
        return expr_text("unexpected");
    if (*rest != ':')
        return yaml_refuse(v, key->name, node, "expected on-failure or on-failure:N, got '%s'", node->text);
    limit = scalar_int(rest + 1, 0, INT_MAX, &e);
    if (limit == NULL)
        return yaml_refuse(v, key->name, node, "on-failure: %s", e.text);
    yaml_note(v, node, "%s was %s; the limit counts restarts within respawn_interval", key->name, node->text);
    if (expr_get(v->table, "respawn_limit") == NULL && yaml_get(v->map, "respawn_limit") == NULL)
        expr_set(v->table, "respawn_limit", limit, yaml_place(v, node));
    else
        expr_free(limit);
    return expr_text("unexpected");
}

struct expr *taskmaster_restart(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    static const char *const unexpected[] = { "unexpected", "sometimes", "on-error", "on_error", NULL };
    const char *text = yaml_scalar(v, key->name, node);

    if (text == NULL)
        return NULL;
    if (scalar_is_true(text) || scalar_is_false(text))
        return expr_bool(scalar_is_true(text));
    if (strcasecmp(text, "always") == 0)
        return expr_text("always");
    if (strcasecmp(text, "never") == 0)
        return expr_text("never");
    if (scalar_is_one_of(text, unexpected))
        return expr_text("unexpected");
    if (strncasecmp(text, "on-failure", 10) == 0 || strncasecmp(text, "on_failure", 10) == 0)
        return restart_on_failure(v, key, node, text + 10);
    return yaml_refuse(v, key->name, node, "expected true, false or unexpected, got '%s'", text);
}

static struct expr *make_codes(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    bool signs;
    struct error e;
    struct expr *codes = scalar_codes(node->text, &signs, yaml_place(v, node), &e);

    if (codes == NULL)
        return yaml_refuse(v, key->name, node, "%s", e.text);
    if (signs)
        yaml_note(v, node, "%s was '%s', read as a list; write `- 0` with a blank, or [0, 2]", key->name, node->text);
    return codes;
}

struct expr *taskmaster_codes(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct expr *codes;

    if (node->kind == YAML_SCALAR)
        return make_codes(v, key, node);
    if (node->kind == YAML_MAP)
        return yaml_refuse(v, key->name, node, "expected a list of numbers, got a map");
    codes = expr_table();
    for (size_t i = 0; i < node->count; i++) {
        const char *text = yaml_scalar(v, key->name, node->item[i]);
        struct error e;
        struct expr *code = text != NULL ? scalar_int(text, 0, 255, &e) : NULL;

        if (code != NULL)
            expr_add(codes, code, yaml_place(v, node->item[i]));
        else if (text != NULL)
            yaml_refuse(v, key->name, node->item[i], "an exit code: %s", e.text);
    }
    return codes;
}

/* "TERM", or "[TERM, 5s]". */
static struct expr *make_step(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct expr *step, *signal, *time;

    if (node->kind != YAML_LIST)
        return yaml_signal(v, key, node);
    if (node->count != 2)
        return yaml_refuse(v, key->name, node, "expected a step such as [TERM, 5]");
    signal = yaml_signal(v, key, node->item[0]);
    time = yaml_time(v, key, node->item[1]);
    step = expr_table();
    if (signal != NULL)
        expr_add(step, signal, yaml_place(v, node));
    if (time != NULL)
        expr_add(step, time, yaml_place(v, node));
    return step;
}

struct expr *taskmaster_stopsignal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct expr *steps;

    if (node->kind != YAML_LIST)
        return yaml_signal(v, key, node);
    if (node->count == 0)
        return yaml_refuse(v, key->name, node, "the list is empty");
    steps = expr_table();
    for (size_t i = 0; i < node->count; i++) {
        struct expr *step = make_step(v, key, node->item[i]);

        if (step != NULL)
            expr_add(steps, step, yaml_place(v, node->item[i]));
    }
    return steps;
}

struct expr *taskmaster_args(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    if (yaml_get(v->map, "cmd") == NULL && yaml_get(v->map, "command") == NULL)
        yaml_refuse(v, key->name, node, "there is no cmd for these arguments");
    return NULL;
}

static struct expr *make_limit(struct yaml_values *v, const struct yaml_node *name, const struct yaml_node *node)
{
    struct expr *pair;

    if (node->kind == YAML_MAP || (node->kind == YAML_LIST && node->count != 2))
        return yaml_refuse(v, name->text, node, "expected a number or [soft, hard], got %s", yaml_noun(node));
    if (node->kind == YAML_SCALAR) {
        long long n;

        return scalar_integer(node->text, 0, LLONG_MAX, &n, NULL) ? expr_number(n) : expr_text(node->text);
    }
    pair = expr_table();
    for (size_t i = 0; i < 2; i++) {
        if (node->item[i]->kind == YAML_SCALAR)
            expr_add(pair, make_limit(v, name, node->item[i]), yaml_place(v, node->item[i]));
        else
            yaml_refuse(v, name->text, node->item[i], "expected a number, got %s", yaml_noun(node->item[i]));
    }
    return pair;
}

struct expr *taskmaster_limits(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct expr *limits;

    if (node->kind != YAML_MAP)
        return yaml_refuse(v, key->name, node, "expected a map such as {nofile: 1024}, got %s", yaml_noun(node));
    limits = expr_table();
    for (size_t i = 0; i < node->count; i++) {
        struct expr *limit = make_limit(v, node->pair[i].key, node->pair[i].value);

        if (limit != NULL)
            expr_set(limits, node->pair[i].key->text, limit, yaml_place(v, node->pair[i].key));
    }
    return limits;
}

struct expr *taskmaster_spares(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    static const struct yaml_key bound = { "spare_procs", "spare_procs", .make = yaml_int, .min = 0, .max = INT_MAX };
    struct expr *bounds;

    if (node->kind != YAML_LIST || node->count != 2)
        return yaml_refuse(v, key->name, node, "expected [min, max], got %s", yaml_noun(node));
    bounds = expr_table();
    for (size_t i = 0; i < 2; i++) {
        struct expr *n = yaml_int(v, &bound, node->item[i]);

        if (n != NULL)
            expr_add(bounds, n, yaml_place(v, node->item[i]));
    }
    return bounds;
}

struct expr *taskmaster_report(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);

    if (text == NULL)
        return NULL;
    yaml_note(v, node, "%s = '%s' is not carried over; for such reports add, outside of this table,", key->name, text);
    expr_note(v->table, (struct place){ 0 }, "  require(\"reeve.alert\").webhook { url = \"…\", on = { \"fatal\" } }");
    return NULL;
}

struct expr *taskmaster_function(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    return yaml_refuse(v, key->name, node, "this is a Lua function; it can only be said in a supervisor.lua");
}
