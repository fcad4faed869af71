/* taskmaster_output: where the YAML of a taskmaster sends the streams of a program. */
#include "convert/scalar.h"
#include "convert/taskmaster_values.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const sink_choices[] = { "file", "inherit", "syslog", "none", NULL };
static const char *const full_choices[] = { "wait", "drop", NULL };

static const struct yaml_key output_keys[] = {
    { "path", "path", .make = yaml_text },
    { "to", "to", .make = yaml_choice, .choices = sink_choices },
    { "max_size", "max_size", .make = yaml_size },
    { "backups", "backups", .make = yaml_int, .min = 0, .max = INT_MAX },
    { "mode", "mode", .make = yaml_octal },
    { "owner", "owner", .make = yaml_text },
    { "compress", "compress", .make = yaml_bool },
    { "timestamp", "timestamp", .make = yaml_bool },
    { "prefix", "prefix", .make = yaml_bool },
    { "json", "json", .make = yaml_bool },
    { "ring", "ring", .make = yaml_size },
    { "on_full", "on_full", .make = yaml_choice, .choices = full_choices },
    { 0 },
};

/* The value of "STREAM_logfile_SUFFIX", or of "logfile_SUFFIX" for both streams. */
static const struct yaml_node *rotation(const struct yaml_values *v, const char *stream, const char *suffix)
{
    char name[64];
    const struct yaml_node *node;

    snprintf(name, sizeof name, "%s_logfile_%s", stream, suffix);
    node = yaml_get(v->map, name);
    if (node == NULL) {
        snprintf(name, sizeof name, "logfile_%s", suffix);
        node = yaml_get(v->map, name);
    }
    return node != NULL && !yaml_is_null(node) ? node : NULL;
}

static struct expr *make_file(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    static const struct yaml_key size_key = { "logfile_maxbytes", "max_size", .make = yaml_size };
    static const struct yaml_key backups_key = { "logfile_backups", "backups", .make = yaml_int, .min = 0,
                                                 .max = INT_MAX };
    const struct yaml_node *size = rotation(v, key->setting, "maxbytes");
    const struct yaml_node *backups = rotation(v, key->setting, "backups");
    struct expr *table, *value;

    if (strstr(node->text, "{.") != NULL || strstr(node->text, "{{") != NULL)
        yaml_note(v, node, "the pattern in %s is not filled in; `%s` may be a function of the process", key->name,
                  key->setting);
    if (size == NULL && backups == NULL)
        return expr_text(node->text);
    table = expr_table();
    expr_set(table, "path", expr_text(node->text), yaml_place(v, node));
    if (size != NULL && (value = yaml_size(v, &size_key, size)) != NULL)
        expr_set(table, "max_size", value, yaml_place(v, size));
    if (backups != NULL && (value = yaml_int(v, &backups_key, backups)) != NULL)
        expr_set(table, "backups", value, yaml_place(v, backups));
    return table;
}

/* NULL: it is a path. Otherwise what it means; "" stands for nothing. */
static const char *sink_of(const char *text, const char *stream)
{
    static const char *const words[] = { "inherit", "syslog", "stdout" };

    if (*text == '\0' || strcasecmp(text, "auto") == 0)
        return "";
    if (strcasecmp(text, "discard") == 0 || strcasecmp(text, "none") == 0 || strcmp(text, "/dev/null") == 0)
        return "discard";
    if (strncmp(text, "/dev/", 5) == 0 && strcmp(text + 5, stream) == 0)
        return "inherit";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(text, words[i]) == 0 && strcmp(text, stream) != 0)
            return words[i];
    }
    return NULL;
}

struct expr *taskmaster_output(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text, *sink;

    if (node->kind == YAML_MAP) {
        struct yaml_key members = *key;

        members.members = output_keys;
        return yaml_members(v, &members, node);
    }
    text = yaml_scalar(v, key->name, node);
    if (text == NULL)
        return NULL;
    sink = sink_of(text, key->setting);
    if (sink != NULL)
        return *sink != '\0' ? expr_text(sink) : NULL;
    return make_file(v, key, node);
}

/* Whether the stream is said to go to a file, which is then read together with its rotation. */
static bool goes_to_file(const struct yaml_values *v, const char *stream)
{
    char name[32];
    const struct yaml_node *node = yaml_get(v->map, stream);

    if (node == NULL) {
        snprintf(name, sizeof name, "%s_logfile", stream);
        node = yaml_get(v->map, name);
    }
    return node != NULL && node->kind == YAML_SCALAR && !yaml_is_null(node) && sink_of(node->text, stream) == NULL;
}

/* Alone it says nothing. */
struct expr *taskmaster_rotation(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    bool both = *key->name == 'l';

    if ((both || strncmp(key->name, "stdout", 6) == 0) && goes_to_file(v, "stdout"))
        return NULL;
    if ((both || strncmp(key->name, "stderr", 6) == 0) && goes_to_file(v, "stderr"))
        return NULL;
    yaml_note(v, node, "%s is not carried over: there is no file that it could be about", key->name);
    return NULL;
}

struct expr *taskmaster_redirect(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node)
{
    const char *text = yaml_scalar(v, key->name, node);
    struct error e;
    struct expr *yes = text != NULL ? scalar_bool(text, &e) : NULL;

    if (text != NULL && yes == NULL)
        return yaml_refuse(v, key->name, node, "%s", e.text);
    expr_free(yes);
    return text != NULL && scalar_is_true(text) ? expr_text("stdout") : NULL;
}
