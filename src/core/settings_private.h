/* What the files about records and settings know of each kind of record. record.c: what a record is made of;
 * settings.c: how its settings are read, compared, printed. */
#ifndef CORE_SETTINGS_PRIVATE_H
#define CORE_SETTINGS_PRIVATE_H

#include "core/settings.h"

enum {
    SETTINGS_MOST = 128, /* of one kind */
    RECENT = 4
};

/* What is worked out once for each kind of record. */
struct shape {
    const struct record_type *type;
    void *defaults; /* a record to copy from */
    const struct setting *sorted[SETTINGS_MOST];
    const char *names[SETTINGS_MOST + 2]; /* what a user may write, for guesses; a NULL ends them */
    struct common_part *recent[RECENT];   /* what was shared last; not held */
    unsigned next_recent;
    struct shape *next;
};

struct shape *shape_of(const struct record_type *type);

const void *setting_field_of(const struct setting *s, const void *record);

/* Whether the field is that of the defaults, byte by byte: then what it points to is theirs. */
bool setting_is_default(const struct setting *s, const void *record);

/* The function of a setting: put a copy into the record, or take it out, if there is one. */
void record_put_function(struct record *r, const struct setting *s, const struct function *f);
void record_drop_function(struct record *r, const struct setting *s);

#endif
