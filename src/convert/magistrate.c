/* magistrate: its YAML becomes detached programs that follow a server's target states. */
#include "base/words.h"
#include "base/xalloc.h"
#include "convert/formats.h"
#include "convert/lua_text.h"
#include "convert/scalar.h"
#include "convert/yaml_values.h"

#include <stdlib.h>
#include <string.h>

/* What its own code waits between the stop signal and KILL. */
enum { STOP_SECONDS = 5 };

static const char default_pid_path[] = "tmp/pids";

/* The host's name stands behind the root name, as the server knows this supervisor. */
static struct expr *make_root_name(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const struct yaml_node *whole = yaml_get(v->map, "supervisor_name_override");
    const char *text = yaml_scalar(v, key->name, node);
    struct buffer quoted = { 0 };
    struct expr *expr;
    char *name;

    if (text == NULL || (whole != NULL && !yaml_is_null(whole)))
        return NULL;
    name = xasprintf("%s-", text);
    lua_text_quote(&quoted, name, strlen(name));
    expr = expr_code("%s .. reeve.host", quoted.data);
    buffer_free(&quoted);
    free(name);
    return expr;
}

static const struct yaml_key top_keys[] = {
    { "monitor_url", "url", .make = yaml_text },
    { "root_name", "name", .make = make_root_name },
    { "supervisor_name_override", "name", .make = yaml_text },
    { "http_username", "username", .make = yaml_text },
    { "http_password", "password", .make = yaml_text },
    { "pid_path", NULL, .make = yaml_nothing },
    { "workers", NULL, .make = yaml_nothing },
    { 0 },
};

static bool daemonizes(const struct yaml_values *v)
{
    const struct yaml_node *node = yaml_get(v->map, "daemonize");

    return node != NULL && node->kind == YAML_SCALAR && scalar_is_true(node->text);
}

static struct expr *check_daemonize(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    expr_free(yaml_bool(v, key, node));
    return NULL;
}

/* Ruby gives a command with one of these to the shell; quotes alone reeve splits as the shell would. */
static bool wants_a_shell(const char *command)
{
    return strpbrk(command, "*?{}[]<>()~&|$;`\n#=%") != NULL;
}

static struct expr *make_start(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    struct words words = { 0 };
    struct error e;

    if (node->kind != YAML_SCALAR || node->text[strspn(node->text, " \t\n")] == '\0')
        return yaml_refuse(v, key->name, node, "expected a command, got %s", yaml_noun(node));
    if (!wants_a_shell(node->text) && !words_split(&words, node->text, &e))
        yaml_refuse(v, key->name, node, "%s", e.text);
    words_free(&words);
    return expr_text(node->text);
}

static struct expr *make_stop(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct expr *list;

    if (text == NULL)
        return NULL;
    if (daemonizes(v)) {
        yaml_note(v, node, "%s is not carried over: with daemonize: true the stop signal is sent", key->name);
        return NULL;
    }
    if (!wants_a_shell(text))
        return expr_text(text);
    list = expr_table();
    expr_add(list, expr_text("/bin/sh"), yaml_place(v, node));
    expr_add(list, expr_text("-c"), yaml_place(v, node));
    expr_add(list, expr_text(text), yaml_place(v, node));
    return list;
}

static struct expr *make_stop_signal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    if (daemonizes(v))
        return yaml_signal(v, key, node);
    yaml_note(v, node, "%s is not carried over: without daemonize: true the stop command is run", key->name);
    return NULL;
}

static struct expr *make_pid_file(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    if (!daemonizes(v))
        return yaml_text(v, key, node);
    yaml_note(v, node, "%s is not carried over: with daemonize: true the pid file is in pid_path", key->name);
    return NULL;
}

static const struct yaml_key worker_keys[] = {
    { "daemonize", NULL, .make = check_daemonize },
    { "working_dir", "workingdir", .make = yaml_text },
    { "start_cmd", "cmd", .make = make_start },
    { "stop_cmd", "stop_cmd", .make = make_stop },
    { "end_cmd", "stop_cmd", .make = make_stop },
    { "pid_file", "pidfile", .make = make_pid_file },
    { "stop_signal", "stopsignal", .make = make_stop_signal },
    { "pid_path", NULL, .make = yaml_nothing },
    { 0 },
};

static const char *pid_path(const struct yaml_node *map, const char *otherwise)
{
    const struct yaml_node *node = yaml_get(map, "pid_path");

    return node != NULL && node->kind == YAML_SCALAR && !yaml_is_null(node) ? node->text : otherwise;
}

static void set_pidfile(struct yaml_values *v, const char *name, const char *folder, struct place place)
{
    char *path = xasprintf("%s/%s.pid", folder, name);

    expr_set(v->table, "pidfile", expr_text(path), place);
    free(path);
}

/* What every worker of a magistrate is, without saying so. */
static void set_defaults(struct yaml_values *v, const char *name, const char *folder, struct place place)
{
    const struct expr *command = expr_get(v->table, "cmd");

    if (command != NULL && wants_a_shell(command->text))
        expr_set(v->table, "shell", expr_bool(true), place);
    expr_set(v->table, "autostart", expr_bool(false), place);
    expr_set(v->table, "detached", expr_bool(true), place);
    if (daemonizes(v))
        set_pidfile(v, name, pid_path(v->map, folder), place);
    else
        expr_set(v->table, "forks", expr_bool(true), place);
    if (expr_get(v->table, "workingdir") == NULL)
        expr_set(v->table, "workingdir", expr_text("/"), place);
    expr_set(v->table, "stoptime", expr_number(STOP_SECONDS), place);
    expr_set(v->table, "stdout", expr_text("discard"), place);
    expr_set(v->table, "stderr", expr_text("discard"), place);
}

static void convert_worker(struct conversion *c, const struct yaml_pair *pair, const char *folder)
{
    const char *name = pair->key->text;
    struct place place = { c->source->path, pair->key->line };
    struct yaml_values v = { .draft = &c->draft, .file = c->source->path, .map = pair->value };
    char *who = xasprintf("worker '%s'", name);

    v.who = who;
    if (pair->value->kind != YAML_MAP) {
        draft_refuse(&c->draft, place, "%s: expected a map of settings, got %s", who, yaml_noun(pair->value));
        free(who);
        return;
    }
    v.table = draft_open_named(&c->draft, "program", name, place);
    yaml_values_read(&v, worker_keys);
    if (!yaml_says(v.map, "start_cmd"))
        draft_refuse(&c->draft, place, "%s has no start_cmd", who);
    if (!daemonizes(&v) && !yaml_says(v.map, "pid_file"))
        draft_refuse(&c->draft, place, "%s has no pid_file, which it needs without daemonize: true", who);
    set_defaults(&v, name, folder, place);
    free(who);
}

static void convert_workers(struct conversion *c, const struct yaml_node *root)
{
    const struct yaml_node *workers = yaml_get(root, "workers");
    struct place place = { c->source->path, workers != NULL ? workers->line : root->line };

    if (workers == NULL || workers->kind != YAML_MAP)
        draft_refuse(&c->draft, place, "expected `workers:` with a map of them");
    for (size_t i = 0; workers != NULL && workers->kind == YAML_MAP && i < workers->count; i++)
        convert_worker(c, &workers->pair[i], pid_path(root, default_pid_path));
}

/* The state directory is made if it is missing, as magistrate makes its folder of pid files. */
void magistrate_convert(struct conversion *c, const struct yaml_node *root)
{
    struct place place = { c->source->path, root->line };
    struct yaml_values v = { .draft = &c->draft, .file = c->source->path, .who = "the file", .map = root };

    if (root->kind != YAML_MAP) {
        draft_refuse(&c->draft, place, "expected a map with `monitor_url` and `workers`, got %s", yaml_noun(root));
        return;
    }
    expr_set(c->draft.supervisor, "state_dir", expr_text(pid_path(root, default_pid_path)), place);
    v.table = draft_open(&c->draft, "require(\"reeve.magistrate\").follow", place);
    yaml_values_read(&v, top_keys);
    if (!yaml_says(root, "monitor_url"))
        draft_refuse(&c->draft, place, "there is no monitor_url");
    convert_workers(c, root);
}
