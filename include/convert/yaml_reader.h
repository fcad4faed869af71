/* yaml_reader: a YAML document as a tree of texts. What a scalar means is decided by the setting it is for, never by
 * the reader: `022`, `no` and `1.10` stay as they were written. */
#ifndef CONVERT_YAML_READER_H
#define CONVERT_YAML_READER_H

#include "base/problems.h"
#include "convert/source.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    YAML_MAX_DEPTH = 64,
    YAML_MAX_VALUES = 1000000,
    YAML_MAX_ALIASED = 1000000 /* values that aliases and merge keys may repeat */
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_pair {
    struct yaml_node *key; /* a scalar */
    struct yaml_node *value;
};

/* Anchors are resolved: a node may hang in the tree at several places. */
struct yaml_node {
    enum yaml_kind kind;
    int line;
    bool plain;    /* a scalar without quotes */
    bool open;     /* still being read */
    bool repeated; /* an alias names it */
    char *text;    /* of a scalar */
    union {
        struct yaml_node **item; /* of a list */
        struct yaml_pair *pair;  /* of a map; no key comes twice */
    };
    size_t count, capacity;
    size_t weight;               /* nodes in this tree, aliases counted as often as they stand there */
    struct yaml_node *allocated; /* the next one of the document */
};

struct yaml_file {
    struct yaml_node *root;
    struct yaml_node *allocated;
    size_t count; /* of nodes */
};

/* Read the one document of `source`. False with problems when it is not YAML, or when depth, aliases or keys make it
 * unfit. With a `root` all the same, where only some values are wrong: so the mistakes in the others can be found too.
 * Free it in any case. */
bool yaml_file_read(struct yaml_file *yaml, const struct source *source, struct problems *problems);

void yaml_file_free(struct yaml_file *yaml);

/* The value of `key` in a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Whether a map has `key`, and with it a value that is not null. */
bool yaml_says(const struct yaml_node *map, const char *key);

/* Nothing was said: an empty plain scalar, `~` or `null`. */
bool yaml_is_null(const struct yaml_node *node);

/* "a list", "a map", "'text'": for messages. Static, until the next call. */
const char *yaml_noun(const struct yaml_node *node);

#endif
