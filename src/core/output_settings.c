/* The settings `stdout` and `stderr`: a word, a path, or a table that is a record of its own. */
#include "core/program.h"

#include "base/json.h"
#include "base/xalloc.h"
#include "core/program_types.h"
#include "core/setting_types.h"

#include <stdlib.h>
#include <string.h>

/* ---- the table --------------------------------------------------------------------------------- */

#define FIELD(member) .offset = offsetof(struct capture_settings, member)

/* More is a mistake: a process has two of them, all the time. */
#define RING_MOST (64 << 20)

static const char *const sinks[] = {
    [SINK_FILE] = "file", [SINK_INHERIT] = "inherit", [SINK_SYSLOG] = "syslog", [SINK_NONE] = "none", NULL
};
static const char *const full_choices[] = { [ON_FULL_WAIT] = "wait", [ON_FULL_DROP] = "drop", NULL };

static const struct setting capture_rows[] = {
    { "path", &setting_text, FIELD(path), .change = CHANGE_RESTART, .help = "the file, written by reeve and rotated" },
    { "to", &setting_choice, FIELD(to), "none", CHANGE_RESTART, .choices = sinks,
      .help = "\"file\" (the default with a path), \"inherit\", \"syslog\" or \"none\" (only the ring)" },
    { "max_size", &setting_size, FIELD(max_size), "10MB",
      .help = "the file is rotated when it reaches this size; 0: never" },
    { "backups", &setting_int, FIELD(backups), "5", .max = 10000, .help = "rotated files that are kept: PATH.1 …" },
    { "mode", &setting_octal, FIELD(mode), "", .max = 07777, .help = "permissions of the file when it is made" },
    { "owner", &setting_identity, FIELD(owner), .help = "\"USER\" or \"USER:GROUP\" of the file when it is made" },
    { "compress", &setting_bool, FIELD(compress), .help = "rotated files are compressed to PATH.1.gz …" },
    { "timestamp", &setting_bool, FIELD(timestamp), .help = "each line begins with the time, UTC with milliseconds" },
    { "prefix", &setting_bool, FIELD(prefix), .help = "each line begins with NAME |" },
    { "json", &setting_bool, FIELD(json), .help = "each line becomes {\"time\",\"process\",\"stream\",\"line\"}" },
    { "ring", &setting_size, FIELD(ring), "16KB", .max = RING_MOST,
      .help = "how much of the end is kept in memory, for tail and alerts" },
    { "on_full", &setting_choice, FIELD(on_full), "wait", .choices = full_choices,
      .help = "when the sink is slow: \"wait\" holds the program up, \"drop\" drops lines" },
};

const struct record_type capture_record = { .noun = "output",
                                            .settings = capture_rows,
                                            .count = sizeof capture_rows / sizeof *capture_rows,
                                            .size = sizeof(struct capture_settings) };

static struct capture_settings *capture_new(void)
{
    struct capture_settings *c = xmalloc(sizeof *c);

    record_init(c, &capture_record);
    return c;
}

static void capture_free(struct capture_settings *c)
{
    if (c == NULL)
        return;
    record_clear(c);
    free(c);
}

static bool was_said(const struct capture_settings *c, const char *name)
{
    return setting_was_said(c, setting_find(&capture_record, name));
}

/* The sink that the path and `to` mean together. */
static bool choose_sink(const struct setting *s, struct capture_settings *c, struct error *e)
{
    bool said = was_said(c, "to");

    if (said && c->to == SINK_FILE && c->path == NULL)
        return failure(e, "'%s': to = \"file\" needs a path", s->name);
    if (said && c->to != SINK_FILE && c->path != NULL)
        return failure(e, "'%s': there is a path, but to = \"%s\": take one away", s->name, sinks[c->to]);
    if (c->path != NULL)
        c->to = SINK_FILE;
    return true;
}

static bool capture_read(const struct setting *s, struct capture_settings *c, const struct value_table *t,
                         struct error *e)
{
    return setting_read_record(s, c, t, e) && choose_sink(s, c, e);
}

/* ---- the setting ------------------------------------------------------------------------------- */

static bool read_text(const struct setting *s, const char *text, struct output_settings *out, struct error *e)
{
    if (*text == '\0')
        return failure(e, "'%s' must not be empty", s->name);
    if (strcmp(text, "discard") == 0) {
        out->kind = OUTPUT_DISCARD;
    } else if (strcmp(text, "inherit") == 0) {
        out->kind = OUTPUT_INHERIT;
    } else if (strcmp(text, "syslog") == 0) {
        out->kind = OUTPUT_CAPTURED;
        out->capture = capture_new();
        out->capture->to = SINK_SYSLOG;
    } else if (strcmp(text, "stdout") == 0) {
        if (strcmp(s->name, "stderr") != 0)
            return failure(e, "'%s': only stderr can go where stdout goes", s->name);
        out->kind = OUTPUT_STDOUT;
    } else if (strcmp(text, "stderr") == 0) {
        return failure(e, "'%s': nothing can go where stderr goes: write stderr = \"stdout\", or ./stderr for a file",
                       s->name);
    } else {
        out->kind = OUTPUT_FILE;
        out->path = xstrdup(text);
    }
    return true;
}

static bool read_table(const struct setting *s, const struct value_table *t, struct output_settings *out,
                       struct error *e)
{
    out->kind = OUTPUT_CAPTURED;
    out->capture = capture_new();
    if (capture_read(s, out->capture, t, e))
        return true;
    capture_free(out->capture);
    return false;
}

static void clear_output(void *field)
{
    struct output_settings *o = field;

    if (o->kind == OUTPUT_FILE)
        free(o->path);
    else if (o->kind == OUTPUT_CAPTURED)
        capture_free(o->capture);
    *o = (struct output_settings){ .kind = OUTPUT_RING };
}

static bool read_output(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct output_settings read = { .kind = OUTPUT_RING };
    bool good;

    if (v->kind == VALUE_TEXT)
        good = read_text(s, v->text, &read, e);
    else if (v->kind == VALUE_TABLE)
        good = read_table(s, v->table, &read, e);
    else
        good = setting_mismatch(s, v, e);
    if (!good)
        return false;
    clear_output(setting_field(s, record));
    *(struct output_settings *)setting_field(s, record) = read;
    return true;
}

static bool is_just_syslog(const struct capture_settings *c)
{
    return c->to == SINK_SYSLOG && c->record.said[0] == 0;
}

static void print_capture(const struct capture_settings *c, struct buffer *json)
{
    if (is_just_syslog(c))
        json_text(json, "syslog");
    else
        record_print(c, json);
}

static void print_output(const struct setting *s, const void *field, struct buffer *json)
{
    const struct output_settings *o = field;

    (void)s;
    switch (o->kind) {
    case OUTPUT_RING:
        json_none(json);
        break;
    case OUTPUT_DISCARD:
        json_text(json, "discard");
        break;
    case OUTPUT_FILE:
        json_text(json, o->path);
        break;
    case OUTPUT_INHERIT:
        json_text(json, "inherit");
        break;
    case OUTPUT_STDOUT:
        json_text(json, "stdout");
        break;
    case OUTPUT_CAPTURED:
        print_capture(o->capture, json);
        break;
    }
}

static bool equal_output(const void *a, const void *b)
{
    const struct output_settings *left = a, *right = b;

    if (left->kind != right->kind)
        return false;
    if (left->kind == OUTPUT_FILE)
        return strcmp(left->path, right->path) == 0;
    return left->kind != OUTPUT_CAPTURED || setting_equal_records(left->capture, right->capture);
}

static void copy_output(void *to, const void *from)
{
    const struct output_settings *source = from;
    struct output_settings *copy = to;

    if (source->kind == OUTPUT_FILE) {
        copy->path = xstrdup(source->path);
    } else if (source->kind == OUTPUT_CAPTURED) {
        copy->capture = xmalloc(sizeof *copy->capture);
        record_copy(copy->capture, source->capture);
    }
}

/* The child sees another pipe or file, but not how reeve rotates and dresses what it reads. */
static enum setting_change change_of_output(const void *a, const void *b)
{
    const struct output_settings *left = a, *right = b;
    enum setting_change change, worst = CHANGE_LIVE;

    if (left->kind != OUTPUT_CAPTURED || right->kind != OUTPUT_CAPTURED)
        return CHANGE_RESTART;
    for (size_t i = 0; i < capture_record.count; i++)
        if (setting_changed(&capture_rows[i], left->capture, right->capture, &change) && change > worst)
            worst = change;
    return worst;
}

const struct setting_type output_setting = { .noun = "a path, \"discard\", \"inherit\", \"syslog\", a table",
                                             .size = sizeof(struct output_settings),
                                             .read = read_output,
                                             .print = print_output,
                                             .equal = equal_output,
                                             .copy = copy_output,
                                             .clear = clear_output,
                                             .change = change_of_output };
