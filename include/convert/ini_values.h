/* ini_values: the options of supervisord's sections, read into tables of settings. */
#ifndef CONVERT_INI_VALUES_H
#define CONVERT_INI_VALUES_H

#include "convert/ini_reader.h"
#include "convert/template.h"

#include <stdbool.h>

struct supervisord;

/* A section that is being read into a table. */
struct ini_values {
    struct supervisord *sd;
    const struct ini_section *section;
    struct scope scope;
    struct expr *table;
    long long first; /* number of the first process */
};

struct ini_key;

/* Make an expression of the value, a template. NULL when nothing is to be written. */
typedef struct expr *ini_make_fn(struct ini_values *v, const struct ini_key *key, const char *value,
                                 struct place place);

/* Keys in the order in which their settings are to be written. */
struct ini_key {
    const char *name;     /* a NULL ends the table */
    const char *setting;  /* in reeve; NULL: `make` only notes something */
    ini_make_fn *make;    /* NULL: read together with another key */
    const char *fallback; /* what supervisord takes when nobody says, where reeve takes something else */
    bool open;            /* may differ between the processes of a program */
};

/* Begin to read `section`; names outside of programs are NULL in its scope. */
void ini_values_begin(struct ini_values *v, struct supervisord *sd, const struct ini_section *section,
                      struct expr *table);

/* Read the section by a table of keys. */
void ini_values_read(struct ini_values *v, const struct ini_key *keys);

/* The options that no table knows. NULL ends the list of tables; `refuse`: they are mistakes, otherwise only noted. */
void ini_values_check(struct ini_values *v, const struct ini_key *const *tables, bool refuse);

/* The expanded value of `name`; the caller frees it. NULL if it is not there, or was refused. `place` may be NULL. */
char *ini_value(struct ini_values *v, const char *name, struct place *place);

/* The same of an option that is read by its own key as well: what is wrong with it is told there, once. */
char *ini_peek(struct ini_values *v, const char *name);

/* "FILE:LINE: [program:web]: name: …". NULL, for makers to return. */
struct expr *ini_refuse(struct ini_values *v, const char *name, struct place place, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* true yes on 1 / false no off 0. Anything else is refused, and false. */
bool ini_is_true(struct ini_values *v, const char *name, const char *value, struct place place);

/* A template as text, or as a function of the process when they differ. */
struct expr *ini_template(const struct ini_values *v, const char *template);

/* The makers that need nothing but the value; ini_dropped only notes it. */
ini_make_fn ini_text, ini_bool, ini_count, ini_number, ini_time, ini_octal, ini_identity, ini_signal, ini_dropped;

/* "A=b" pairs as a table of templates; what are none are refused. NULL where ini_peek would say so. */
struct expr *ini_environment(struct ini_values *v, const char *name);

#endif
