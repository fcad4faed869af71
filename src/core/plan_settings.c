/* The table of the supervisor's own settings. */
#include "core/plan.h"

#include "base/json.h"
#include "base/log.h"
#include "core/setting_types.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- name -------------------------------------------------------------------------------------- */

const char *plan_host_name(const struct supervisor_settings *s)
{
    static char host[HOST_NAME_MAX + 1];

    if (s->name != NULL)
        return s->name;
    if (gethostname(host, sizeof host - 1) < 0 || host[0] == '\0')
        strcpy(host, "localhost");
    return host;
}

static void print_name(const struct setting *s, const void *field, struct buffer *json)
{
    const struct supervisor_settings settings = { .name = *(char *const *)field };

    (void)s;
    json_text(json, plan_host_name(&settings));
}

static const struct setting_type name_setting = { .noun = "text",
                                                  .size = sizeof(char *),
                                                  .read = setting_read_text,
                                                  .print = print_name,
                                                  .equal = setting_equal_texts,
                                                  .copy = setting_copy_text,
                                                  .clear = setting_clear_text };

/* ---- where to --------------------------------------------------------------------------------- */

/* No numbers: 5 would be a socket or a file of that name. */
static bool are_texts(const struct setting *s, const struct value *v, struct error *e)
{
    size_t count;

    if (!value_is_list(v, &count))
        return setting_mismatch(s, v, e);
    for (size_t i = 0; i < count; i++) {
        const struct value *item = value_item(v, i);

        if (item->kind != VALUE_TEXT && v->kind != VALUE_TABLE)
            return setting_mismatch(s, v, e);
        if (item->kind != VALUE_TEXT)
            return failure(e, "'%s': item %zu must be text, not %s", s->name, i + 1, value_shown(item));
        if (item->text[0] == '\0')
            return failure(e, "'%s' must not be empty", s->name);
    }
    return true;
}

/* ---- log --------------------------------------------------------------------------------------- */

static bool read_log(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    size_t count;

    if (!are_texts(s, v, e))
        return false;
    value_is_list(v, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(value_item(v, i)->text, "stdout") == 0)
            return failure(e, "'%s': \"stdout\" is for what commands print: write \"stderr\", or ./stdout for a file",
                           s->name);
    return setting_read_words(s, v, setting_field(s, record), e);
}

static const struct setting_type log_setting = { .noun = "\"stderr\", \"syslog\", a path, or a list of these",
                                                 .size = sizeof(struct words),
                                                 .read = read_log,
                                                 .print = setting_print_words,
                                                 .equal = setting_equal_words,
                                                 .copy = setting_copy_words,
                                                 .clear = setting_clear_words };

/* ---- control ----------------------------------------------------------------------------------- */

/* An empty list is no control port either. */
static bool read_control(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct supervisor_settings *settings = record;
    struct value nothing = { .kind = VALUE_TABLE, .table = value_table_new(0, 0) };
    bool off = v->kind == VALUE_BOOL && !v->yes;
    const struct value *addresses = off ? &nothing : v;
    bool good = are_texts(s, addresses, e) && setting_read_words(s, addresses, &settings->control, e);

    value_clear(&nothing);
    if (good)
        settings->control_off = settings->control.count == 0;
    return good;
}

static void print_control(const struct setting *s, const void *field, struct buffer *json)
{
    const struct words *control = field;

    if (control->word != NULL && control->count == 0)
        json_bool(json, false);
    else
        setting_print_words(s, field, json);
}

static const struct setting_type control_setting = { .noun = "an address, a list of addresses, or false",
                                                     .size = sizeof(struct words),
                                                     .read = read_control,
                                                     .print = print_control,
                                                     .equal = setting_equal_words,
                                                     .copy = setting_copy_words,
                                                     .clear = setting_clear_words };

/* ---- syslog's numbers, by their names ---------------------------------------------------------- */

typedef int parse_fn(const char *name);

static const char *const levels[] = { "err", "warning", "notice", "info", "debug", NULL };
static const char *const facilities[] = { "daemon", "user",   "local0", "local1", "local2",   "local3", "local4",
                                          "local5", "local6", "local7", "auth",   "authpriv", "cron",   "ftp",
                                          "lpr",    "mail",   "news",   "syslog", "uucp",     NULL };

/* setting_choice words the complaint. */
static bool read_named(parse_fn *parse, const struct setting *s, void *record, const struct value *v, struct error *e)
{
    int number = v->kind == VALUE_TEXT ? parse(v->text) : -1;

    if (number < 0)
        return setting_choice.read(s, record, v, e);
    *(int *)setting_field(s, record) = number;
    return true;
}

static void print_named(parse_fn *parse, const struct setting *s, int number, struct buffer *json)
{
    const char *const *name = s->choices;

    while (*name != NULL && parse(*name) != number)
        name++;
    json_text(json, *name);
}

static bool read_level(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_named(log_level_parse, s, record, v, e);
}

static void print_level(const struct setting *s, const void *field, struct buffer *json)
{
    print_named(log_level_parse, s, *(const int *)field, json);
}

static bool read_facility(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_named(log_facility_parse, s, record, v, e);
}

static void print_facility(const struct setting *s, const void *field, struct buffer *json)
{
    print_named(log_facility_parse, s, *(const int *)field, json);
}

static const struct setting_type level_setting = {
    .noun = "a level", .size = sizeof(int), .read = read_level, .print = print_level, .equal = setting_equal_ints
};

static const struct setting_type facility_setting = { .noun = "a facility",
                                                      .size = sizeof(int),
                                                      .read = read_facility,
                                                      .print = print_facility,
                                                      .equal = setting_equal_ints };

/* ---- the table --------------------------------------------------------------------------------- */

#define FIELD(member) .offset = offsetof(struct supervisor_settings, member)

/* Times that must not be 0, and less than ten years, which no time may exceed. */
#define SOME_TIME .min = 0.001, .max = INT_MAX

static const struct setting supervisor_rows[] = {
    { "name", &name_setting, FIELD(name), .help = "how this supervisor is called; without it the host name" },
    { "control", &control_setting, FIELD(control),
      .help = "addresses of the control port: unix:PATH, tcp:HOST:PORT; false: none" },
    { "control_mode", &setting_octal, FIELD(control_mode), "0600", .max = 0777,
      .help = "permissions of the control port's Unix socket" },
    { "control_owner", &setting_identity, FIELD(control_owner), .help = "\"USER\" or \"USER:GROUP\" of that socket" },
    { "password", &setting_text, FIELD(password), .flags = SETTING_SECRET,
      .help = "what the verb auth asks for on a TCP address" },
    { "password_file", &setting_text, FIELD(password_file), .help = "the file whose first line is the password" },
    { "open", &setting_bool, FIELD(open), "false", .help = "a TCP address on the loopback goes without password" },
    { "log", &log_setting, FIELD(log), "stderr", .help = "where reeve's own log goes: \"stderr\", \"syslog\", paths" },
    { "log_level", &level_setting, FIELD(log_level), "notice", .choices = levels,
      .help = "the least urgent lines that are logged: err, warning, notice, info or debug" },
    { "syslog_facility", &facility_setting, FIELD(syslog_facility), "daemon", .choices = facilities,
      .help = "the facility of what goes to syslog" },
    { "pidfile", &setting_text, FIELD(pidfile), .change = CHANGE_NEXT_START, .help = "a file for reeve's own pid" },
    { "state_dir", &setting_text, FIELD(state_dir), .help = "where reeve keeps what it must know after its end" },
    { "env", &setting_map, FIELD(env), .help = "environment of all programs, under their own env" },
    { "umask", &setting_octal, FIELD(umask), "", .change = CHANGE_NEXT_START, .max = 0777,
      .help = "reeve's own umask, octal digits" },
    { "workingdir", &setting_text, FIELD(workingdir), .change = CHANGE_NEXT_START,
      .help = "the directory that reeve changes to" },
    { "user", &setting_identity, FIELD(user), .change = CHANGE_NEXT_START,
      .help = "reeve itself becomes this user, once its sockets are open" },
    { "pool", &setting_text, FIELD(pool),
      .help = "the program that TTIN, TTOU and WINCH scale; default: the only one" },
    { "respawn_limit", &setting_limit, FIELD(respawn_limit), "", .max = INT_MAX / 2,
      .help = "more restarts than this within respawn_interval, of all programs together: give up" },
    { "respawn_interval", &setting_duration, FIELD(respawn_interval), "60", .help = "the time of respawn_limit" },
    { "on_giveup", &setting_choice, FIELD(on_giveup), "fatal", .choices = on_giveup_choices,
      .help = "\"fatal\": leave that process FATAL; \"shutdown\": stop everything and exit 1" },
    { "stop_timeout", &setting_duration, FIELD(stop_timeout), "60", .help = "how long the whole shutdown may take" },
    { "hook_time", &setting_duration, FIELD(hook_time), "0.2", SOME_TIME,
      .help = "how long Lua may compute between two waits" },
    { "hook_timeout", &setting_duration, FIELD(hook_timeout), "60", SOME_TIME,
      .help = "how long before_start and before_stop may take" },
    { "hang_limit", &setting_duration, FIELD(hang_limit), "10", .min = 0.1, .max = INT_MAX,
      .help = "reeve resumes when it hangs for this long" },
    { "load_time", &setting_duration, FIELD(load_time), "10", SOME_TIME,
      .help = "how long the evaluation of the configuration may take" },
    { "max_lives", &setting_int, FIELD(max_lives), "3", .min = 1, .max = INT_MAX,
      .help = "resumptions within a minute, after which the hooks stay off" },
    { "hook_memory", &setting_size, FIELD(hook_memory), "64MB", .min = 1 << 20, .max = 1LL << 40,
      .help = "how much memory the configuration's Lua may use" },
};

const struct record_type supervisor_record = { .noun = "supervisor",
                                               .settings = supervisor_rows,
                                               .count = sizeof supervisor_rows / sizeof *supervisor_rows,
                                               .size = sizeof(struct supervisor_settings),
                                               .elsewhere = "defaults" };
