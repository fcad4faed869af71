/* yaml_values: reads maps of a YAML file by a table of keys. Each key says which setting it becomes and how its value
 * is read, so that the key decides what `022` or `no` means. */
#ifndef CONVERT_YAML_VALUES_H
#define CONVERT_YAML_VALUES_H

#include "convert/draft.h"
#include "convert/yaml_node.h"

struct yaml_key;

/* A map that is being read. */
struct yaml_values {
    struct draft *draft;
    const char *file;
    const char *who;             /* "program 'web'": begins every message */
    const struct yaml_node *map; /* for values that need another key beside their own */
    struct expr *table;          /* what is made of it */
};

/* Make an expression of `node`, which is not null. NULL when nothing is to be written: it was refused, or noted, or
 * the setting was left to its default. */
typedef struct expr *yaml_make_fn(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

struct yaml_key {
    const char *name;    /* in the foreign file; a NULL ends the table */
    const char *setting; /* in reeve; several keys may become the same one */
    yaml_make_fn *make;
    const struct yaml_key *members; /* of yaml_members */
    const char *const *choices;     /* of yaml_choice, ended by a NULL */
    long long min, max;             /* of yaml_int */
};

/* Read every pair of v->map into v->table. Unknown keys, keys that say the same thing twice and values of the wrong
 * type are refused. */
void yaml_values_read(struct yaml_values *v, const struct yaml_key *keys);

/* Refuse `node`: "FILE:LINE: program 'web': numprocs: …". NULL, for makers to return. */
struct expr *yaml_refuse(struct yaml_values *v, const char *name, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Note something about `node` in the table. */
void yaml_note(struct yaml_values *v, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Where it stands. */
struct place yaml_place(const struct yaml_values *v, const struct yaml_node *node);

/* The text of a scalar; NULL, refused, for anything else. */
const char *yaml_scalar(struct yaml_values *v, const char *name, const struct yaml_node *node);

/* The makers that need nothing but the value. */
struct expr *yaml_text(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_path(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node); /* "": none */
struct expr *yaml_bool(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_int(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_number(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_time(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_size(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_octal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_signal(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_choice(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);
struct expr *yaml_identity(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A list of texts; one text is a list of one. */
struct expr *yaml_texts(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* The same for names of programs. */
struct expr *yaml_names(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A map, read by key->members. */
struct expr *yaml_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A time, or else a map as in yaml_members. */
struct expr *yaml_time_or_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A word of key->choices, or else a map. */
struct expr *yaml_choice_or_members(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A command: text, or a list of words. A key `args` beside it adds words. */
struct expr *yaml_command(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A map of variables, their values as they are written; a list of `A=b`; or `A="b",C="d"`. */
struct expr *yaml_env(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

/* A key that is read together with another one, or means nothing. */
struct expr *yaml_nothing(struct yaml_values *v, const struct yaml_key *key, const struct yaml_node *node);

#endif
