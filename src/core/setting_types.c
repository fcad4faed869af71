/* The types whose value is one word. Amounts are in setting_amounts.c, lists in setting_lists.c. */
#include "core/setting_types.h"

#include "base/json.h"
#include "base/units.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAILURES_REST = 64 }; /* bytes of an error for "and 12 more", and for the context that is put before it */

/* ---- shared ------------------------------------------------------------------------------------ */

bool setting_refused(const struct setting *s, struct error *e)
{
    return failure_in(e, "'%s'", s->name);
}

void setting_fails_too(struct failures *all, const struct error *one)
{
    size_t room = sizeof all->said.text - FAILURES_REST;

    if (all->said.text[0] == '\0')
        all->said = *one;
    else if (all->untold > 0 || strlen(all->said.text) + strlen(one->text) + 2 > room)
        all->untold++;
    else
        failure(&all->said, "%s; %s", all->said.text, one->text);
}

bool setting_sum_up(const struct failures *all, struct error *e)
{
    if (all->untold > 0)
        return failure(e, "%s; and %zu more", all->said.text, all->untold);
    return all->said.text[0] == '\0' || failure(e, "%s", all->said.text);
}

bool setting_equal_ints(const void *a, const void *b)
{
    return *(const int *)a == *(const int *)b;
}

/* ---- booleans ---------------------------------------------------------------------------------- */

static bool read_bool(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    if (v->kind != VALUE_BOOL)
        return setting_mismatch(s, v, e);
    *(bool *)setting_field(s, record) = v->yes;
    return true;
}

static void print_bool(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    json_bool(json, *(const bool *)field);
}

static bool equal_bools(const void *a, const void *b)
{
    return *(const bool *)a == *(const bool *)b;
}

const struct setting_type setting_bool = {
    .noun = "true or false", .size = sizeof(bool), .read = read_bool, .print = print_bool, .equal = equal_bools
};

/* ---- texts ------------------------------------------------------------------------------------- */

/* Owns `text`; NULL: the value is none. */
static bool take_text(const struct setting *s, void *record, const struct value *v, char *text, struct error *e)
{
    char **field = setting_field(s, record);

    if (text == NULL)
        return setting_mismatch(s, v, e);
    if (*text == '\0') {
        free(text);
        return failure(e, "'%s' must not be empty", s->name);
    }
    free(*field);
    *field = text;
    return true;
}

bool setting_read_text(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return take_text(s, record, v, v->kind == VALUE_TEXT ? xstrdup(v->text) : NULL, e);
}

static bool read_identity(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return take_text(s, record, v, value_to_text(v), e);
}

static void print_text(const struct setting *s, const void *field, struct buffer *json)
{
    (void)s;
    json_text(json, *(char *const *)field);
}

bool setting_equal_texts(const void *a, const void *b)
{
    const char *left = *(char *const *)a, *right = *(char *const *)b;

    if (left == NULL || right == NULL)
        return left == right;
    return strcmp(left, right) == 0;
}

void setting_copy_text(void *to, const void *from)
{
    *(char **)to = xstrdup(*(char *const *)from);
}

void setting_clear_text(void *field)
{
    free(*(char **)field);
    *(char **)field = NULL;
}

const struct setting_type setting_text = { .noun = "text",
                                           .size = sizeof(char *),
                                           .read = setting_read_text,
                                           .print = print_text,
                                           .equal = setting_equal_texts,
                                           .copy = setting_copy_text,
                                           .clear = setting_clear_text };

const struct setting_type setting_identity = { .noun = "a name or a number",
                                               .size = sizeof(char *),
                                               .read = read_identity,
                                               .print = print_text,
                                               .equal = setting_equal_texts,
                                               .copy = setting_copy_text,
                                               .clear = setting_clear_text };

/* ---- choices ----------------------------------------------------------------------------------- */

/* `"a", "b" or "c"`. */
static void list_choices(const struct setting *s, struct buffer *out)
{
    const char *const *choice = s->choices;

    for (; *choice != NULL; choice++)
        buffer_addf(out, "%s\"%s\"", choice == s->choices ? "" : choice[1] != NULL ? ", " : " or ", *choice);
}

static bool refuse_choice(const struct setting *s, const struct value *v, struct error *e)
{
    struct buffer list = { 0 };

    list_choices(s, &list);
    failure(e, "'%s' must be %s, not %s", s->name, list.data, value_shown(v));
    buffer_free(&list);
    return false;
}

static bool read_choice(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    if (v->kind != VALUE_TEXT)
        return refuse_choice(s, v, e);
    for (int i = 0; s->choices[i] != NULL; i++) {
        if (strcmp(v->text, s->choices[i]) == 0) {
            *(int *)setting_field(s, record) = i;
            return true;
        }
    }
    return refuse_choice(s, v, e);
}

static void print_choice(const struct setting *s, const void *field, struct buffer *json)
{
    json_text(json, s->choices[*(const int *)field]);
}

const struct setting_type setting_choice = {
    .noun = "a word", .size = sizeof(int), .read = read_choice, .print = print_choice, .equal = setting_equal_ints
};

/* ---- signals ----------------------------------------------------------------------------------- */

bool setting_read_signal(const struct setting *s, const struct value *v, int *out, struct error *e)
{
    int64_t n;
    char digits[24];

    if (v->kind == VALUE_TEXT)
        return signal_parse(v->text, out, e) || setting_refused(s, e);
    if (!value_to_integer(v, &n))
        return setting_mismatch(s, v, e);
    snprintf(digits, sizeof digits, "%lld", (long long)n);
    if (n < 0)
        return failure(e, "'%s': there is no signal %s", s->name, digits);
    return signal_parse(digits, out, e) || setting_refused(s, e);
}

static bool read_signal(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return setting_read_signal(s, v, setting_field(s, record), e);
}

static bool read_signal_or_false(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    if (v->kind != VALUE_BOOL || v->yes)
        return read_signal(s, record, v, e);
    *(int *)setting_field(s, record) = 0;
    return true;
}

static void print_signal(const struct setting *s, const void *field, struct buffer *json)
{
    int number = *(const int *)field;

    (void)s;
    json_text(json, number > 0 ? signal_name(number) : NULL);
}

static void print_signal_or_false(const struct setting *s, const void *field, struct buffer *json)
{
    if (*(const int *)field == 0)
        json_bool(json, false);
    else
        print_signal(s, field, json);
}

const struct setting_type setting_signal = { .noun = "a signal such as \"TERM\" or 15",
                                             .size = sizeof(int),
                                             .read = read_signal,
                                             .print = print_signal,
                                             .equal = setting_equal_ints };

const struct setting_type setting_signal_or_false = { .noun = "a signal such as \"TERM\" or 15, or false",
                                                      .size = sizeof(int),
                                                      .read = read_signal_or_false,
                                                      .print = print_signal_or_false,
                                                      .equal = setting_equal_ints };

/* ---- octals ------------------------------------------------------------------------------------ */

/* Lua knows no octal numbers: what people mean by 022 are its digits. */
static bool read_octal(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    int *field = setting_field(s, record);
    unsigned number;
    char *digits;
    bool good;

    if (v->kind == VALUE_NIL) {
        *field = -1;
        return true;
    }
    if ((digits = value_to_text(v)) == NULL)
        return setting_mismatch(s, v, e);
    good = octal_parse(digits, (unsigned)s->max, &number, e) || setting_refused(s, e);
    if (good)
        *field = (int)number;
    free(digits);
    return good;
}

static void print_octal(const struct setting *s, const void *field, struct buffer *json)
{
    int number = *(const int *)field;
    char digits[16];

    (void)s;
    snprintf(digits, sizeof digits, number < 0100 ? "%03o" : "%04o", (unsigned)number);
    json_text(json, number >= 0 ? digits : NULL);
}

const struct setting_type setting_octal = { .noun = "octal digits such as \"022\"",
                                            .size = sizeof(int),
                                            .read = read_octal,
                                            .print = print_octal,
                                            .equal = setting_equal_ints };

/* ---- functions --------------------------------------------------------------------------------- */

/* setting_read takes the functions; what comes here is none. */
static bool refuse_value(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    (void)record;
    return setting_mismatch(s, v, e);
}

const struct setting_type setting_hook = { .noun = "a function", .read = refuse_value };
