/* The settings `requires`, `after`, `sockets`, `ready` and `health`: what a program wants of others, and how it is seen
 * to be well. Each is a pointer that most programs leave NULL. */
#include "base/json.h"
#include "base/xalloc.h"
#include "core/program.h"
#include "core/program_types.h"
#include "core/setting_types.h"
#include "os/http_probe.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- names of programs ------------------------------------------------------------------------- */

static void clear_names(void *field)
{
    struct name_list **l = field;

    if (*l != NULL)
        words_free(&(*l)->words);
    free(*l);
    *l = NULL;
}

static bool read_names(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct name_list **field = setting_field(s, record);
    struct words words = { 0 };

    if (!setting_read_words(s, v, &words, e))
        return false;
    clear_names(field);
    if (words.count == 0) {
        words_free(&words);
        return true;
    }
    *field = xcalloc(1, sizeof **field);
    (*field)->words = words;
    return true;
}

static void print_names(const struct setting *s, const void *field, struct buffer *json)
{
    const struct name_list *l = *(struct name_list *const *)field;

    (void)s;
    json_words(json, l != NULL ? &l->words : NULL);
}

static bool equal_names(const void *a, const void *b)
{
    const struct name_list *left = *(struct name_list *const *)a, *right = *(struct name_list *const *)b;

    if (left == NULL || right == NULL)
        return left == right;
    return words_equal(&left->words, &right->words);
}

static void copy_names(void *to, const void *from)
{
    const struct name_list *source = *(struct name_list *const *)from;
    struct name_list *copy;

    if (source == NULL)
        return;
    copy = xcalloc(1, sizeof *copy);
    copy->line = source->line;
    words_copy(&copy->words, &source->words);
    *(struct name_list **)to = copy;
}

const struct setting_type names_setting = { .noun = "the name of a program or a list of them",
                                            .size = sizeof(struct name_list *),
                                            .read = read_names,
                                            .print = print_names,
                                            .equal = equal_names,
                                            .copy = copy_names,
                                            .clear = clear_names };

const struct setting_type socket_names_setting = { .noun = "the name of a socket or a list of them",
                                                   .size = sizeof(struct name_list *),
                                                   .read = read_names,
                                                   .print = print_names,
                                                   .equal = equal_names,
                                                   .copy = copy_names,
                                                   .clear = clear_names };

/* ---- records behind a pointer ------------------------------------------------------------------ */

static void *new_record(const struct record_type *type)
{
    void *record = xmalloc(type->size);

    record_init(record, type);
    return record;
}

static void clear_record(void *field)
{
    void **record = field;

    if (*record != NULL)
        record_clear(*record);
    free(*record);
    *record = NULL;
}

static bool equal_records(const void *a, const void *b)
{
    const void *left = *(void *const *)a, *right = *(void *const *)b;

    if (left == NULL || right == NULL)
        return left == right;
    return setting_equal_records(left, right);
}

static void copy_record(void *to, const void *from)
{
    const struct record *source = *(void *const *)from;
    void *copy;

    if (source == NULL)
        return;
    copy = xmalloc(source->type->size);
    record_copy(copy, source);
    *(void **)to = copy;
}

/* The setting takes over `record` if it is `good`. */
static bool take_record(const struct setting *s, void *owner, void *record, bool good)
{
    if (!good) {
        clear_record(&record);
        return false;
    }
    clear_record(setting_field(s, owner));
    *(void **)setting_field(s, owner) = record;
    return true;
}

/* How many of the named settings were said. */
static int count_said(const void *record, const struct record_type *type, const char *const *names)
{
    int count = 0;

    for (; *names != NULL; names++)
        count += setting_was_said(record, setting_find(type, *names));
    return count;
}

/* ---- what both may ask ------------------------------------------------------------------------- */

static bool check_tcp(const struct setting *s, const char *tcp, struct error *e)
{
    struct endpoint to;

    return tcp == NULL || endpoint_parse(tcp, &to, e) || failure_in(e, "'%s': 'tcp'", s->name);
}

static bool check_http(const struct setting *s, const char *http, int status, struct error *e)
{
    struct url url;

    if (http == NULL && status > 0)
        return failure(e, "'%s': 'status' belongs to 'http', and there is none", s->name);
    return http == NULL || url_parse(http, &url, e) || failure_in(e, "'%s': 'http'", s->name);
}

static bool check_unix(const struct setting *s, const char *path, struct error *e)
{
    struct address address;
    char *text;
    bool good;

    if (path == NULL)
        return true;
    text = xasprintf("unix:%s", path);
    good = address_parse(text, &address, e) || failure_in(e, "'%s': 'unix'", s->name);
    free(text);
    return good;
}

#define STATUS_ROW(type)                                                                                               \
    {                                                                                                                  \
        "status", &setting_int, .offset = offsetof(struct type, status), .fallback = "", .min = 100, .max = 999,       \
                                .help = "the status that http wants; without it any 2xx"                               \
    }

/* ---- ready ------------------------------------------------------------------------------------- */

#define FIELD(member) .offset = offsetof(struct ready_settings, member)

static const char *const ready_kinds[] = {
    [READY_NOTIFY] = "notify", [READY_FD] = "fd",     [READY_TCP] = "tcp",   [READY_UNIX] = "unix",
    [READY_HTTP] = "http",     [READY_FILE] = "file", [READY_LINE] = "line", [READY_EXEC] = "exec",
};

static const struct setting ready_rows[] = {
    { "fd", &setting_int, FIELD(fd), "", .min = 3, .max = 255,
      .help = "the descriptor on which the program writes a newline when it is ready" },
    { "tcp", &setting_text, FIELD(tcp), .help = "HOST:PORT that takes connections" },
    { "unix", &setting_text, FIELD(unix_path), .help = "the path of a socket that takes connections" },
    { "http", &setting_text, FIELD(http), .help = "a URL that answers with the right status" },
    STATUS_ROW(ready_settings),
    { "file", &setting_text, FIELD(file), .help = "a file that is there" },
    { "line", &setting_text, FIELD(line), .help = "a Lua pattern that a line of its output matches" },
    { "exec", &side_command, FIELD(exec), .help = "a command that exits with 0" },
};

const struct record_type ready_record = { .noun = "ready",
                                          .settings = ready_rows,
                                          .count = sizeof ready_rows / sizeof *ready_rows,
                                          .size = sizeof(struct ready_settings) };

static bool check_ready(const struct setting *s, struct ready_settings *r, struct error *e)
{
    const char *const *names = ready_kinds + READY_FD;
    int said = 0;

    for (size_t i = 0; i + READY_FD < sizeof ready_kinds / sizeof *ready_kinds; i++)
        if (setting_was_said(r, setting_find(&ready_record, names[i]))) {
            r->kind = (enum ready_kind)(i + READY_FD);
            said++;
        }
    if (said != 1)
        return failure(e, "'%s' wants one of fd, tcp, unix, http, file, line, exec; it has %s", s->name,
                       said == 0 ? "none" : "several");
    return check_tcp(s, r->tcp, e) && check_http(s, r->http, r->status, e) && check_unix(s, r->unix_path, e);
}

static bool read_ready(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct ready_settings *read;

    if (v->kind == VALUE_TEXT && strcmp(v->text, "starttime") == 0)
        return take_record(s, record, NULL, true);
    read = new_record(&ready_record);
    if (v->kind == VALUE_TEXT && strcmp(v->text, "notify") == 0)
        return take_record(s, record, read, true);
    if (v->kind != VALUE_TABLE)
        return take_record(s, record, read, setting_mismatch(s, v, e));
    return take_record(s, record, read, setting_read_record(s, read, v->table, e) && check_ready(s, read, e));
}

static void print_ready(const struct setting *s, const void *field, struct buffer *json)
{
    const struct ready_settings *r = *(struct ready_settings *const *)field;

    (void)s;
    if (r == NULL)
        json_text(json, "starttime");
    else if (r->kind == READY_NOTIFY)
        json_text(json, "notify");
    else
        record_print(r, json);
}

static bool equal_ready(const void *a, const void *b)
{
    const struct ready_settings *left = *(struct ready_settings *const *)a;
    const struct ready_settings *right = *(struct ready_settings *const *)b;

    return equal_records(a, b) && (left == NULL || left->kind == right->kind);
}

const struct setting_type ready_setting = { .noun = "\"starttime\", \"notify\", a table such as { tcp = \"…\" }",
                                            .size = sizeof(struct ready_settings *),
                                            .read = read_ready,
                                            .print = print_ready,
                                            .equal = equal_ready,
                                            .copy = copy_record,
                                            .clear = clear_record };

/* ---- health ------------------------------------------------------------------------------------ */

#undef FIELD
#define FIELD(member) .offset = offsetof(struct health_settings, member)

static const char *const health_kinds[] = { "http", "tcp", "unix", "exec", "check", NULL };
static const char *const health_actions[] = {
    [HEALTH_RESTART] = "restart", [HEALTH_STOP] = "stop", [HEALTH_NONE] = "none", NULL
};

static const struct setting health_rows[] = {
    { "http", &setting_text, FIELD(http), .help = "a URL that answers with the right status" },
    STATUS_ROW(health_settings),
    { "tcp", &setting_text, FIELD(tcp), .help = "HOST:PORT that takes connections" },
    { "unix", &setting_text, FIELD(unix_path), .help = "the path of a socket that takes connections" },
    { "exec", &side_command, FIELD(exec), .help = "a command that exits with 0" },
    { "check", &setting_hook, .flags = SETTING_HOOK, .help = "function(process): returns ok, why" },
    { "every", &setting_duration, FIELD(every), "10", .min = 0.01, .max = INT_MAX,
      .help = "from one check to the next" },
    { "timeout", &setting_duration, FIELD(timeout), "3", .min = 0.01, .max = INT_MAX,
      .help = "a check that takes longer has failed" },
    { "failures", &setting_int, FIELD(failures), "3", .min = 1, .max = INT_MAX,
      .help = "failed checks in a row before something is done" },
    { "start_delay", &setting_duration, FIELD(start_delay), "0",
      .help = "no check before it has been RUNNING so long" },
    { "action", &setting_choice, FIELD(action), "restart", .flags = SETTING_ADVISOR, .choices = health_actions,
      .help = "what is done then; a function gets (process, why)" },
    { "max_memory", &setting_size_bound, FIELD(max_memory),
      .help = "more resident memory than this is like a failed check; 0: no limit" },
};

const struct record_type health_record = { .noun = "health",
                                           .settings = health_rows,
                                           .count = sizeof health_rows / sizeof *health_rows,
                                           .size = sizeof(struct health_settings) };

static bool check_health(const struct setting *s, const struct health_settings *h, struct error *e)
{
    int said = count_said(h, &health_record, health_kinds);

    if (said > 1)
        return failure(e, "'%s' wants one of http, tcp, unix, exec, check; it has several", s->name);
    if (said == 0 && h->max_memory == 0)
        return failure(e, "'%s' has nothing to look at: say one of http, tcp, unix, exec, check, max_memory", s->name);
    return check_tcp(s, h->tcp, e) && check_http(s, h->http, h->status, e) && check_unix(s, h->unix_path, e);
}

static bool read_health(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct health_settings *read;

    if (v->kind != VALUE_TABLE)
        return setting_mismatch(s, v, e);
    read = new_record(&health_record);
    return take_record(s, record, read, setting_read_record(s, read, v->table, e) && check_health(s, read, e));
}

static void print_health(const struct setting *s, const void *field, struct buffer *json)
{
    const struct health_settings *h = *(struct health_settings *const *)field;

    (void)s;
    if (h == NULL)
        json_none(json);
    else
        record_print(h, json);
}

const struct setting_type health_setting = { .noun = "a table such as { http = \"http://…\", every = 10 }",
                                             .size = sizeof(struct health_settings *),
                                             .read = read_health,
                                             .print = print_health,
                                             .equal = equal_records,
                                             .copy = copy_record,
                                             .clear = clear_record };
