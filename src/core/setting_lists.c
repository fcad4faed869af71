/* The types whose value is a list or a map. */
#include "core/setting_types.h"

#include "base/json.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

/* ---- words ------------------------------------------------------------------------------------- */

static bool read_word(const struct setting *s, const struct value *list, size_t i, struct gathering *out,
                      struct error *e)
{
    const struct value *item = value_item(list, i);
    char *word = value_to_text(item);

    if (word == NULL && list->kind != VALUE_TABLE)
        return setting_mismatch(s, list, e);
    if (word == NULL)
        return failure(e, "'%s': item %zu must be text, not %s", s->name, i + 1, value_shown(item));
    gathering_add(out, word);
    free(word);
    return true;
}

static bool read_each_word(const struct setting *s, const struct value *v, struct gathering *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;
    size_t count;

    if (!value_is_list(v, &count))
        return setting_mismatch(s, v, e);
    for (size_t i = 0; i < count; i++)
        if (!read_word(s, v, i, out, &one))
            setting_fails_too(&all, &one);
    return setting_sum_up(&all, e);
}

bool setting_read_words(const struct setting *s, const struct value *v, struct words *out, struct error *e)
{
    struct gathering words = { .count = 0 };

    if (!read_each_word(s, v, &words, e)) {
        gathering_free(&words);
        return false;
    }
    words_free(out);
    words_add_all(out, &words); /* an empty list is not an unset one */
    return true;
}

static bool read_words(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    return setting_read_words(s, v, setting_field(s, record), e);
}

void setting_print_words(const struct setting *s, const void *field, struct buffer *json)
{
    const struct words *words = field;

    (void)s;
    if (words->word == NULL)
        json_none(json);
    else
        json_words(json, words);
}

bool setting_equal_words(const void *a, const void *b)
{
    const struct words *left = a, *right = b;

    return (left->word == NULL) == (right->word == NULL) && words_equal(left, right);
}

void setting_copy_words(void *to, const void *from)
{
    if (((const struct words *)from)->word != NULL)
        words_copy(to, from);
}

void setting_clear_words(void *field)
{
    words_free(field);
}

const struct setting_type setting_words = { .noun = "text or a list of texts",
                                            .size = sizeof(struct words),
                                            .read = read_words,
                                            .print = setting_print_words,
                                            .equal = setting_equal_words,
                                            .copy = setting_copy_words,
                                            .clear = setting_clear_words };

/* ---- numbers ----------------------------------------------------------------------------------- */

bool numbers_have(const struct numbers *n, int number)
{
    for (size_t i = 0; i < n->count; i++)
        if (n->number[i] == number)
            return true;
    return false;
}

static bool read_each_number(const struct setting *s, const struct value *v, struct numbers *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    for (size_t i = 0; i < out->count; i++)
        if (!setting_read_int(s, value_item(v, i), &out->number[i], &one))
            setting_fails_too(&all, &one);
    return setting_sum_up(&all, e);
}

static bool read_numbers(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct numbers *field = setting_field(s, record);
    struct numbers numbers = { 0 };

    if (!value_is_list(v, &numbers.count))
        return setting_mismatch(s, v, e);
    if (numbers.count > 0)
        numbers.number = xcalloc(numbers.count, sizeof *numbers.number);
    if (!read_each_number(s, v, &numbers, e)) {
        free(numbers.number);
        return false;
    }
    free(field->number);
    *field = numbers;
    return true;
}

static void print_numbers(const struct setting *s, const void *field, struct buffer *json)
{
    const struct numbers *numbers = field;

    (void)s;
    json_open_array(json);
    for (size_t i = 0; i < numbers->count; i++)
        json_int(json, numbers->number[i]);
    json_close_array(json);
}

static bool equal_numbers(const void *a, const void *b)
{
    const struct numbers *left = a, *right = b;

    if (left->count != right->count)
        return false;
    return left->count == 0 || memcmp(left->number, right->number, left->count * sizeof *left->number) == 0;
}

static void copy_numbers(void *to, const void *from)
{
    const struct numbers *source = from;
    struct numbers *copy = to;

    if (source->count == 0)
        return;
    copy->number = xcalloc(source->count, sizeof *copy->number);
    memcpy(copy->number, source->number, source->count * sizeof *copy->number);
}

static void clear_numbers(void *field)
{
    struct numbers *numbers = field;

    free(numbers->number);
    *numbers = (struct numbers){ 0 };
}

const struct setting_type setting_numbers = { .noun = "a whole number or a list of them",
                                              .size = sizeof(struct numbers),
                                              .read = read_numbers,
                                              .print = print_numbers,
                                              .equal = equal_numbers,
                                              .copy = copy_numbers,
                                              .clear = clear_numbers };

/* ---- maps -------------------------------------------------------------------------------------- */

static bool check_key(const struct setting *s, const char *key, struct error *e)
{
    if (*key == '\0')
        return failure(e, "'%s': a name is empty", s->name);
    if (strchr(key, '=') != NULL)
        return failure(e, "'%s': the name \"%.60s\" must not contain '='", s->name, key);
    return true;
}

static bool add_pair(const struct setting *s, const struct value_field *field, struct gathering *out, struct error *e)
{
    char *text, *pair;

    if (!check_key(s, field->key, e))
        return false;
    text =
        field->value.kind == VALUE_BOOL ? xstrdup(field->value.yes ? "true" : "false") : value_to_text(&field->value);
    if (text == NULL)
        return failure(e, "'%s': %.60s must be text, a number or a boolean, not %s", s->name, field->key,
                       value_shown(&field->value));
    pair = xasprintf("%s=%s", field->key, text);
    gathering_add(out, pair);
    free(pair);
    free(text);
    return true;
}

static bool add_pairs(const struct setting *s, const struct value_table *t, struct gathering *out, struct error *e)
{
    struct failures all = { 0 };
    struct error one;

    for (size_t i = 0; i < t->count; i++)
        if (!add_pair(s, &t->field[i], out, &one))
            setting_fails_too(&all, &one);
    return setting_sum_up(&all, e);
}

static bool read_map(const struct setting *s, void *record, const struct value *v, struct error *e)
{
    struct words *field = setting_field(s, record);
    struct gathering pairs = { .count = 0 };

    if (v->kind != VALUE_TABLE || v->table->elements > 0)
        return setting_mismatch(s, v, e);
    if (!add_pairs(s, v->table, &pairs, e)) {
        gathering_free(&pairs);
        return false;
    }
    words_free(field);
    if (pairs.count > 0) /* without names it is as if it were not there */
        words_add_all(field, &pairs);
    return true;
}

static void print_map(const struct setting *s, const void *field, struct buffer *json)
{
    const struct words *words = field;

    (void)s;
    json_open_object(json);
    for (size_t i = 0; i < words->count; i++) {
        const char *equals = strchr(words->word[i], '=');

        json_bytes(json, words->word[i], (size_t)(equals - words->word[i]));
        buffer_add_char(json, ':');
        json_text(json, equals + 1);
    }
    json_close_object(json);
}

const struct setting_type setting_map = { .noun = "names with values, such as { LANG = \"C\" }",
                                          .size = sizeof(struct words),
                                          .read = read_map,
                                          .print = print_map,
                                          .equal = setting_equal_words,
                                          .copy = setting_copy_words,
                                          .clear = setting_clear_words };
