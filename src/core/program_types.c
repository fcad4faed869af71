#include "core/program_types.h"

#include "base/json.h"
#include "base/text.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "core/program.h"
#include "core/setting_types.h"

#include <stdlib.h>
#include <string.h>

/* ---- commands ---------------------------------------------------------------------------------- */

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\n")] == '\0';
}

static bool split_command(const struct setting *s, const char *text, struct words *out, struct error *e)
{
    return words_split(out, text, e) || failure_in(e, "'%s'", s->name);
}

static void add_shell(const char *text, struct words *out)
{
    words_add(out, "/bin/sh");
    words_add(out, "-c");
    words_add(out, text);
}

static bool read_words_of(const struct setting *s, const struct value *v, bool shell, struct words *out,
                          struct error *e)
{
    if (v->kind == VALUE_TABLE && shell)
        return failure(e, "'%s' must be text, not a list, when 'shell' is true", s->name);
    if (v->kind == VALUE_TABLE)
        return setting_read_words(s, v, out, e);
    if (v->kind != VALUE_TEXT)
        return setting_mismatch(s, v, e);
    if (!shell)
        return split_command(s, v->text, out, e);
    if (!is_blank(v->text))
        add_shell(v->text, out);
    return true;
}

static bool read_command(const struct setting *s, void *record, const struct value *v, bool shell, struct error *e)
{
    struct words *field = setting_field(s, record);
    struct words words = { 0 };

    if (!read_words_of(s, v, shell, &words, e))
        return false;
    if (words.count == 0 || words.word[0][0] == '\0') {
        words_free(&words);
        return failure(e, "'%s' is empty: name what to run", s->name);
    }
    words_free(field);
    *field = words;
    return true;
}

/* `shell` stands before `cmd` in the table, and so has been read. */
static bool read_program_command(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_command(s, record, v, ((struct program *)record)->common->shell, e);
}

static bool read_side_command(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return read_command(s, record, v, false, e);
}

const struct setting_type program_command = { .noun = "text, a list of words",
                                              .size = sizeof(struct words),
                                              .read = read_program_command,
                                              .print = setting_print_words,
                                              .equal = setting_equal_words,
                                              .copy = setting_copy_words,
                                              .clear = setting_clear_words };

const struct setting_type side_command = { .noun = "text, a list of words",
                                           .size = sizeof(struct words),
                                           .read = read_side_command,
                                           .print = setting_print_words,
                                           .equal = setting_equal_words,
                                           .copy = setting_copy_words,
                                           .clear = setting_clear_words };

/* ---- autorestart ------------------------------------------------------------------------------- */

static const char *const autorestart_names[] = {
    [AUTORESTART_UNEXPECTED] = "unexpected", [AUTORESTART_ALWAYS] = "always", [AUTORESTART_NEVER] = "never"
};

static bool read_autorestart(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    int *field = setting_field(s, record);

    if (v->kind == VALUE_BOOL) {
        *field = v->yes ? AUTORESTART_ALWAYS : AUTORESTART_NEVER;
        return true;
    }
    for (int i = AUTORESTART_UNEXPECTED; v->kind == VALUE_TEXT && i <= AUTORESTART_NEVER; i++) {
        if (strcmp(v->text, autorestart_names[i]) == 0) {
            *field = i;
            return true;
        }
    }
    return failure(e, "'%s' must be %s, not %s", s->name, s->type->noun, value_shown(v));
}

static void print_autorestart(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    json_text(json, autorestart_names[*(const int *)field]);
}

static bool equal_autorestart(const void *a, const void *b)
{
    return *(const int *)a == *(const int *)b;
}

const struct setting_type autorestart_setting = {
    .noun = "true, false, \"always\", \"unexpected\", \"never\" or a function",
    .size = sizeof(int),
    .read = read_autorestart,
    .print = print_autorestart,
    .equal = equal_autorestart
};

/* ---- the steps of a stop ----------------------------------------------------------------------- */

/* A bare number in a list may be a signal or a forgotten brace, as in { "TERM", 5 }. */
static bool read_step(const struct setting *s, const struct value *v, struct stop_step *step, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    step->wait = -1;
    if (v->kind == VALUE_TEXT)
        return setting_read_signal(s, v, &step->signal, e);
    if (v->kind != VALUE_TABLE || v->table->count != 2 || v->table->elements != 2)
        return failure(e, "'%s': a step is written { \"TERM\", 5 }, within the list of steps, not %s", s->name,
                       value_shown(v));
    if (!setting_read_signal(s, value_item(v, 0), &step->signal, &one))
        setting_fails_too(&all, &one);
    if (!setting_read_duration(s, value_item(v, 1), &step->wait, &one))
        setting_fails_too(&all, &one);
    return setting_sum_up(&all, e);
}

static bool read_steps(const struct setting *s, const struct value *v, struct stop_steps *steps, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    if (v->kind != VALUE_TABLE) {
        steps->step[0].wait = -1;
        return setting_read_signal(s, v, &steps->step[0].signal, e);
    }
    for (size_t i = 0; i < steps->count; i++)
        if (!read_step(s, value_item(v, i), &steps->step[i], &one))
            setting_fails_too(&all, &one);
    return setting_sum_up(&all, e);
}

static bool read_stop_steps(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct stop_steps *field = setting_field(s, record);
    struct stop_steps steps = { 0 };

    if (!value_is_list(v, &steps.count))
        return setting_mismatch(s, v, e);
    if (steps.count == 0)
        return failure(e, "'%s' is empty: name a signal", s->name);
    steps.step = xcalloc(steps.count, sizeof *steps.step);
    if (!read_steps(s, v, &steps, e)) {
        free(steps.step);
        return false;
    }
    free(field->step);
    *field = steps;
    return true;
}

static void print_step(const struct stop_step *step, struct buffer *json)
{
    if (step->wait < 0) {
        json_text(json, signal_name(step->signal));
        return;
    }
    json_open_array(json);
    json_text(json, signal_name(step->signal));
    json_double(json, (double)step->wait / 1000);
    json_close_array(json);
}

static void print_stop_steps(const struct setting *s, const void *field, struct buffer *json)
{
    const struct stop_steps *steps = field;

    (void)s;
    if (steps->count == 1 && steps->step[0].wait < 0) {
        print_step(&steps->step[0], json);
        return;
    }
    json_open_array(json);
    for (size_t i = 0; i < steps->count; i++)
        print_step(&steps->step[i], json);
    json_close_array(json);
}

static bool equal_stop_steps(const void *a, const void *b)
{
    const struct stop_steps *left = a, *right = b;

    if (left->count != right->count)
        return false;
    for (size_t i = 0; i < left->count; i++)
        if (left->step[i].signal != right->step[i].signal || left->step[i].wait != right->step[i].wait)
            return false;
    return true;
}

static void copy_stop_steps(void *to, const void *from)
{
    const struct stop_steps *source = from;
    struct stop_steps *copy = to;

    copy->step = xcalloc(source->count, sizeof *copy->step);
    memcpy(copy->step, source->step, source->count * sizeof *copy->step);
}

static void clear_stop_steps(void *field)
{
    struct stop_steps *steps = field;

    free(steps->step);
    *steps = (struct stop_steps){ 0 };
}

const struct setting_type stop_steps_setting = { .noun =
                                                     "a signal such as \"TERM\", or steps as { { \"TERM\", 5 }, … }",
                                                 .size = sizeof(struct stop_steps),
                                                 .read = read_stop_steps,
                                                 .print = print_stop_steps,
                                                 .equal = equal_stop_steps,
                                                 .copy = copy_stop_steps,
                                                 .clear = clear_stop_steps };

/* ---- backoff ----------------------------------------------------------------------------------- */

static const struct backoff default_backoff = { .first = 500, .max = 30 * 1000, .factor = 2, .jitter = 0.1 };

static bool read_share(const struct value_field *field, double min, double max, double *out, struct error *e)
{
    double n;

    if (field->value.kind != VALUE_INT && field->value.kind != VALUE_NUMBER)
        return failure(e, "'backoff.%s': expected a number, got %s", field->key, value_shown(&field->value));
    n = field->value.kind == VALUE_INT ? (double)field->value.integer : field->value.number;
    if (!(n >= min && n <= max))
        return failure(e, "'backoff.%s' must be from %g to %g, not %g", field->key, min, max, n);
    *out = n;
    return true;
}

static bool read_backoff_field(const struct value_field *field, struct backoff *out, struct error *e)
{
    static const char *const names[] = { "first", "factor", "max", "jitter", NULL };
    static const struct setting first = { .name = "backoff.first", .type = &setting_duration };
    static const struct setting max = { .name = "backoff.max", .type = &setting_duration };
    const char *nearest;

    if (strcmp(field->key, "first") == 0)
        return setting_read_duration(&first, &field->value, &out->first, e);
    if (strcmp(field->key, "max") == 0)
        return setting_read_duration(&max, &field->value, &out->max, e);
    if (strcmp(field->key, "factor") == 0)
        return read_share(field, 1, 1000, &out->factor, e);
    if (strcmp(field->key, "jitter") == 0)
        return read_share(field, 0, 1, &out->jitter, e);
    nearest = text_nearest(field->key, names);
    return failure(e, "'backoff': unknown setting '%s', %s'%s'%s", field->key,
                   nearest != NULL ? "did you mean " : "there are ",
                   nearest != NULL ? nearest : "first, factor, max, jitter", nearest != NULL ? "?" : "");
}

static bool read_backoff_table(const struct value_table *t, struct backoff *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    for (size_t i = 0; i < t->count; i++)
        if (!read_backoff_field(&t->field[i], out, &one))
            setting_fails_too(&all, &one);
    if (!setting_sum_up(&all, e))
        return false;
    if (out->max >= out->first)
        return true;
    if (value_get(t, "max") != NULL)
        return failure(e, "'backoff.max' must not be less than 'backoff.first'");
    out->max = out->first; /* only the first was said, and it is beyond the default's most */
    return true;
}

static bool read_backoff(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct backoff *field = setting_field(s, record);
    struct backoff read = default_backoff;

    if (v->kind == VALUE_TABLE) {
        if (v->table->elements > 0)
            return setting_mismatch(s, v, e);
        if (!read_backoff_table(v->table, &read, e))
            return false;
    } else {
        if (!setting_read_duration(s, v, &read.first, e))
            return false;
        read = (struct backoff){ .first = read.first, .max = read.first, .factor = 1 };
    }
    *field = read;
    return true;
}

static void print_backoff(const struct setting *s, const void *field, struct buffer *json)
{
    const struct backoff *b = field;

    (void)s;
    json_open_object(json);
    json_key(json, "factor");
    json_double(json, b->factor);
    json_key(json, "first");
    json_double(json, (double)b->first / 1000);
    json_key(json, "jitter");
    json_double(json, b->jitter);
    json_key(json, "max");
    json_double(json, (double)b->max / 1000);
    json_close_object(json);
}

static bool equal_backoff(const void *a, const void *b)
{
    const struct backoff *left = a, *right = b;

    return left->first == right->first && left->max == right->max && left->factor == right->factor &&
           left->jitter == right->jitter;
}

const struct setting_type backoff_setting = { .noun = "a time, or a table { first=, factor=, max=, jitter= }",
                                              .size = sizeof(struct backoff),
                                              .read = read_backoff,
                                              .print = print_backoff,
                                              .equal = equal_backoff };

/* ---- spares ------------------------------------------------------------------------------------ */

static bool read_spares(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct spares *field = setting_field(s, record);
    int64_t min, max;

    if (v->kind == VALUE_NIL) {
        *field = (struct spares){ 0, 0 };
        return true;
    }
    if (v->kind != VALUE_TABLE || v->table->count != 2 || v->table->elements != 2 ||
        !value_to_integer(value_item(v, 0), &min) || !value_to_integer(value_item(v, 1), &max))
        return setting_mismatch(s, v, e);
    if (min < 0 || max < 1 || max > PROCESSES_MOST || min > max)
        return failure(e, "'%s': { %lld, %lld } must be the fewest and then the most that are kept idle", s->name,
                       (long long)min, (long long)max);
    *field = (struct spares){ (int)min, (int)max };
    return true;
}

static void print_spares(const struct setting *s, const void *field, struct buffer *json)
{
    const struct spares *spares = field;

    (void)s;
    if (spares->max == 0) {
        json_none(json);
        return;
    }
    json_open_array(json);
    json_int(json, spares->min);
    json_int(json, spares->max);
    json_close_array(json);
}

static bool equal_spares(const void *a, const void *b)
{
    const struct spares *left = a, *right = b;

    return left->min == right->min && left->max == right->max;
}

const struct setting_type spares_setting = { .noun = "two numbers, { fewest, most }",
                                             .size = sizeof(struct spares),
                                             .read = read_spares,
                                             .print = print_spares,
                                             .equal = equal_spares };
