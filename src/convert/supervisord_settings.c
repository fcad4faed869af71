/* supervisord_settings: the section [supervisord], about supervisord itself. */
#include "base/text.h"
#include "convert/supervisord.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct expr *make_path(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    char *path = supervisord_path(value);
    struct expr *text = ini_text(v, key, path, place);

    free(path);
    return text;
}

/* Who runs reeve by hand sees its log as well. Containers log to their own output, as reeve does anyway. */
static struct expr *make_log(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct expr *list;

    if (text_starts(value, "/dev/") || *value == '\0')
        return NULL;
    list = expr_table();
    expr_add(list, expr_text("stderr"), place);
    expr_add(list, make_path(v, key, value, place), place);
    return list;
}

static struct expr *make_level(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    static const char *const levels[][2] = { { "critical", "err" }, { "crit", "err" },      { "error", "err" },
                                             { "erro", "err" },     { "warn", "warning" },  { "info", "info" },
                                             { "debug", "debug" },  { "debg", "debug" },    { "trace", "debug" },
                                             { "trac", "debug" },   { "blather", "debug" }, { "blat", "debug" } };

    for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
        if (strcasecmp(value, levels[i][0]) == 0)
            return expr_text(levels[i][1]);
    }
    return ini_refuse(v, key->name, place, "expected critical, error, warn, info, debug or trace, got '%s'", value);
}

static struct expr *note_daemon(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    if (!ini_is_true(v, key->name, value, place))
        expr_note(v->table, place, "nodaemon = false: `reeve run --daemon` goes into the background");
    return NULL;
}

/* In containers this says only that root is meant; reeve is whoever starts it. */
static struct expr *make_user(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    if (strcmp(value, "root") == 0 || strcmp(value, "0") == 0) {
        expr_note(v->table, place, "user = %s: reeve stays who starts it", value);
        return NULL;
    }
    return ini_identity(v, key, value, place);
}

/* Rotation of a log that is no file. */
static struct expr *note_rotation(struct ini_values *v, const struct ini_key *key, const char *value,
                                  struct place place)
{
    if (strcmp(value, "0") != 0 && ini_get(v->section, "logfile") != NULL)
        expr_note(v->table, place,
                  "%s = %s is not carried over: rotate reeve's own log with logrotate and `reeve reopen`", key->name,
                  value);
    return NULL;
}

/* supervisord raises its own limit, which its programs inherit. */
static struct expr *note_limit(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    const char *limit = strcmp(key->name, "minfds") == 0 ? "nofile" : "nproc";

    expr_note(v->table, place, "%s = %s is not carried over; for programs that need so many add", key->name, value);
    expr_note(v->table, place, "  defaults = { limits = { %s = %s } },", limit, value);
    return NULL;
}

static struct expr *make_env(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct expr *table = expr_table();

    (void)key;
    (void)value;
    for (size_t i = 0; v->sd->env != NULL && i < v->sd->env->count; i++)
        expr_set(table, v->sd->env->item[i].key, expr_text(v->sd->env->item[i].value->text), place);
    return table;
}

static const struct ini_key keys[] = {
    { "logfile", "log", .make = make_log },
    { "loglevel", "log_level", .make = make_level },
    { "logfile_maxbytes", NULL, .make = note_rotation },
    { "logfile_backups", NULL, .make = note_rotation },
    { "pidfile", "pidfile", .make = make_path },
    { "identifier", "name", .make = ini_text },
    { "user", "user", .make = make_user },
    { "umask", "umask", .make = ini_octal },
    { "directory", "workingdir", .make = make_path },
    { "environment", "env", .make = make_env },
    { "nodaemon", NULL, .make = note_daemon },
    { "silent", NULL, .make = ini_dropped },
    { "minfds", NULL, .make = note_limit },
    { "minprocs", NULL, .make = note_limit },
    { "nocleanup", NULL, .make = ini_dropped },
    { "childlogdir", NULL, .make = ini_dropped },
    { "strip_ansi", NULL, .make = ini_dropped },
    { 0 },
};

void supervisord_settings(struct supervisord *sd)
{
    static const struct ini_key *const tables[] = { keys, NULL };
    const struct ini_section *section = ini_find(&sd->ini, "supervisord");
    struct ini_values v;

    if (section == NULL)
        return;
    ini_values_begin(&v, sd, section, sd->c->draft.supervisor);
    sd->env = ini_environment(&v, "environment");
    ini_values_read(&v, keys);
    ini_values_check(&v, tables, false);
}
