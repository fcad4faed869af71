/* setting_types: what the types of settings have in common, for those that make more types. Each reader
 * leaves `out` alone on failure and names the setting in what it says. */
#ifndef CORE_SETTING_TYPES_H
#define CORE_SETTING_TYPES_H

#include "base/duration.h"
#include "base/words.h"
#include "core/settings.h"

/* "'stoptime': " before what somebody else said about the value. False. */
bool setting_refused(const struct setting *s, struct error *e);

/* The readers of one value, for types made of several. */
bool setting_read_int(const struct setting *s, const struct value *v, int *out, struct error *e);
bool setting_read_duration(const struct setting *s, const struct value *v, msec *out, struct error *e);
bool setting_read_signal(const struct setting *s, const struct value *v, int *out, struct error *e);

/* Empty, but not unset, for an empty list: `word` is not NULL. */
bool setting_read_words(const struct setting *s, const struct value *v, struct words *out, struct error *e);

bool setting_equal_ints(const void *a, const void *b);

/* What setting_text does with a field. */
bool setting_read_text(const struct setting *s, void *record, const struct value *v, struct error *e);
bool setting_equal_texts(const void *a, const void *b);
void setting_copy_text(void *to, const void *from);
void setting_clear_text(void *field);

/* What setting_words does with a field. */
void setting_print_words(const struct setting *s, const void *field, struct buffer *json);
bool setting_equal_words(const void *a, const void *b);
void setting_copy_words(void *to, const void *from);
void setting_clear_words(void *field);

/* Read a table into a record that is a setting's value: all that is wrong with it becomes one failure, of that setting
 * (NULL: of none). */
bool setting_read_record(const struct setting *s, void *record, const struct value_table *table, struct error *e);

/* Whether all settings of two records of one type are equal. */
bool setting_equal_records(const void *a, const void *b);

/* What is wrong with one setting. All zero at first. */
struct failures {
    struct error said; /* "…; …" */
    size_t untold;     /* for which there was no room */
};

/* Nothing hides another failure of the same setting. */
void setting_fails_too(struct failures *all, const struct error *one);

/* Whether nothing has failed; else `e` says all of it, or how many more there are. */
bool setting_sum_up(const struct failures *all, struct error *e);

#endif
