/* supervisord_program: one [program:x] or [fcgi-program:x]. */
#include "base/text.h"
#include "base/xalloc.h"
#include "convert/lua_text.h"
#include "convert/scalar.h"
#include "convert/supervisord.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static struct expr *make_command(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    struct error e;
    struct expr *command = supervisord_command(v, value, place, &e);

    return command != NULL ? command : ini_refuse(v, key->name, place, "%s", e.text);
}

static struct expr *make_restart(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    if (strcasecmp(value, "unexpected") == 0)
        return expr_text("unexpected");
    if (!scalar_is_true(value) && !scalar_is_false(value) && strcmp(value, "1") != 0 && strcmp(value, "0") != 0)
        return ini_refuse(v, key->name, place, "expected true, false or unexpected, got '%s'", value);
    return expr_bool(ini_is_true(v, key->name, value, place));
}

static struct expr *make_codes(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    bool signs;
    struct error e;
    struct expr *codes;

    if (*value == '\0')
        return expr_table();
    codes = scalar_codes(value, &signs, place, &e);
    if (codes == NULL)
        return ini_refuse(v, key->name, place, "%s", e.text);
    if (signs)
        ini_refuse(v, key->name, place, "there are no negative exit codes: '%s'", value);
    return codes;
}

static struct expr *make_stop_to(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    return expr_text(ini_is_true(v, key->name, value, place) ? "group" : "process");
}

/* KILL goes to the group in reeve; what the word can still mean is the fate of what a process leaves behind. */
static struct expr *make_kill_group(struct ini_values *v, const struct ini_key *key, const char *value,
                                    struct place place)
{
    char *stop = ini_peek(v, "stopasgroup");
    bool stops_group = stop != NULL && (scalar_is_true(stop) || strcmp(stop, "1") == 0);

    free(stop);
    if (ini_is_true(v, key->name, value, place))
        return NULL;
    if (stops_group)
        return ini_refuse(v, key->name, place, "stopasgroup = true and killasgroup = false exclude each other");
    expr_note(v->table, place, "killasgroup = false: a KILL after stoptime reaches the whole group all the same");
    return expr_bool(false);
}

static struct expr *note_process_name(struct ini_values *v, const struct ini_key *key, const char *value,
                                      struct place place)
{
    const struct ini_option *option = ini_get(v->section, key->name);

    if (strcmp(value, v->scope.program_name) == 0 || option == NULL)
        return NULL;
    expr_note(v->table, place, "process_name = %s: reeve calls its processes by the program and a number",
              option->value);
    return NULL;
}

static struct expr *note_server(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    return strcasecmp(value, "auto") == 0 ? NULL : ini_dropped(v, key, value, place);
}

/* The table of reeve's variables was made before: it is needed to fill in %(ENV_X)s elsewhere. */
static struct expr *make_env(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    const struct expr *env = v->scope.env;
    struct expr *table = expr_table();
    struct buffer code = { 0 };
    bool open = false;

    (void)key;
    (void)value;
    for (size_t i = 0; env != NULL && i < env->count; i++) {
        const char *template = env->item[i].value->text;

        open = open || (template_is_open(template) && v->scope.numprocs != 1);
        buffer_add_text(&code, i == 0 ? "" : ", ");
        lua_text_key(&code, env->item[i].key);
        template_code(&code, template);
        expr_set(table, env->item[i].key, ini_template(v, template), place);
    }
    if (open) {
        expr_free(table);
        table = expr_code("function(p) return { %s } end", code.data);
    }
    buffer_free(&code);
    return table;
}

static const struct ini_key program_keys[] = {
    { "command", "cmd", .make = make_command, .open = true },
    { "process_name", NULL, .make = note_process_name, .open = true },
    { "numprocs", "numprocs", .make = ini_count },
    { "numprocs_start", "first_index", .make = ini_count, .fallback = "0" },
    { "directory", "workingdir", .make = ini_text, .open = true },
    { "user", "user", .make = ini_identity },
    { "umask", "umask", .make = ini_octal },
    { "environment", "env", .make = make_env, .open = true },
    { "autostart", "autostart", .make = ini_bool },
    { "autorestart", "autorestart", .make = make_restart },
    { "exitcodes", "exitcodes", .make = make_codes },
    { "startsecs", "starttime", .make = ini_time },
    { "startretries", "startretries", .make = ini_count },
    { "stopsignal", "stopsignal", .make = ini_signal },
    { "stopwaitsecs", "stoptime", .make = ini_time },
    { "stopasgroup", "stop_to", .make = make_stop_to, .fallback = "false" },
    { "killasgroup", "kill_group", .make = make_kill_group },
    { "priority", "priority", .make = ini_number },
    { "serverurl", NULL, .make = note_server },
    { 0 },
};

/* Read by supervisord_output. */
static const struct ini_key output_keys[] = {
    { .name = "redirect_stderr" },         { .name = "stdout_logfile" },
    { .name = "stdout_logfile_maxbytes" }, { .name = "stdout_logfile_backups" },
    { .name = "stdout_capture_maxbytes" }, { .name = "stdout_events_enabled" },
    { .name = "stdout_syslog" },           { .name = "stderr_logfile" },
    { .name = "stderr_logfile_maxbytes" }, { .name = "stderr_logfile_backups" },
    { .name = "stderr_capture_maxbytes" }, { .name = "stderr_events_enabled" },
    { .name = "stderr_syslog" },           { 0 },
};

/* "tcp://HOST:PORT" and "unix:///PATH" without their slashes. */
static struct expr *make_listen(struct ini_values *v, const struct ini_key *key, const char *value, struct place place)
{
    bool tcp = text_starts(value, "tcp://"), local = text_starts(value, "unix:///");
    struct expr *listen;
    char *address;

    if (!tcp && !local)
        return ini_refuse(v, key->name, place, "expected tcp://HOST:PORT or unix:///PATH, got '%s'", value);
    address = tcp ? xasprintf("tcp:%s", value + 6) : xasprintf("unix:%s", value + 7);
    listen = expr_text(address);
    free(address);
    return listen;
}

static const struct ini_key socket_keys[] = {
    { "socket", "listen", .make = make_listen },
    { "socket_backlog", "backlog", .make = ini_count },
    { "socket_mode", "mode", .make = ini_octal },
    { "socket_owner", "owner", .make = ini_text },
    { 0 },
};

/* The count of processes and the number of the first are needed to fill in other values. */
static long long read_count(struct ini_values *v, const char *name, long long otherwise)
{
    char *value = ini_peek(v, name);
    long long count;

    if (value == NULL || !scalar_integer(value, 0, INT_MAX, &count, NULL))
        count = otherwise;
    free(value);
    return count;
}

/* The socket of a [fcgi-program:x]. */
static void convert_socket(struct ini_values *v, const char *name)
{
    struct place place = v->section->place;
    struct expr *names = expr_table();
    char *clean = draft_name(name, NULL, place);
    struct ini_values socket = *v;

    if (ini_get(v->section, "socket") == NULL)
        ini_refuse(v, "socket", place, "it is missing");
    expr_note(v->table, place, "supervisord passes the socket as descriptor 0, reeve as descriptor 3 (LISTEN_FDS)");
    expr_add(names, expr_text(clean), place);
    expr_set(v->table, "sockets", names, place);
    socket.table = draft_open_named(&v->sd->c->draft, "socket", name, place);
    ini_values_read(&socket, socket_keys);
    free(clean);
}

/* What other values may name. The table of variables is the caller's. */
static struct expr *fill_scope(struct ini_values *v, const char *name, const char *group)
{
    struct expr *env;

    v->scope.program_name = name;
    v->scope.group_name = group != NULL ? group : name;
    v->scope.numprocs = read_count(v, "numprocs", 1);
    v->first = read_count(v, "numprocs_start", 0);
    v->scope.process_num = true;
    env = ini_environment(v, "environment");
    v->scope.process_num = false;
    v->scope.env = env;
    return env;
}

void supervisord_program(struct supervisord *sd, const struct ini_section *section, const char *group)
{
    bool fcgi = text_starts(section->name, "fcgi-program:");
    const struct ini_key *tables[] = { program_keys, output_keys, fcgi ? socket_keys : NULL, NULL };
    const char *name = strchr(section->name, ':') + 1;
    struct ini_values v;
    struct expr *env;

    ini_values_begin(&v, sd, section, draft_open_named(&sd->c->draft, "program", name, section->place));
    env = fill_scope(&v, name, group);
    if (ini_get(section, "command") == NULL)
        ini_refuse(&v, "command", section->place, "it is missing");
    ini_values_read(&v, program_keys);
    if (fcgi)
        convert_socket(&v, name);
    supervisord_output(&v);
    ini_values_check(&v, tables, true);
    expr_free(env);
}
