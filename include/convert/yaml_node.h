/* yaml_node: what stands in a YAML document, as a tree of texts. What a scalar means is decided by the setting it is
 * for: `022`, `no` and `1.10` stay as they were written. */
#ifndef CONVERT_YAML_NODE_H
#define CONVERT_YAML_NODE_H

#include <stdbool.h>
#include <stddef.h>

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

/* An empty one, put before `*all`, the list of those that are freed together. */
struct yaml_node *yaml_node_new(struct yaml_node **all, enum yaml_kind kind, int line);
void yaml_nodes_free(struct yaml_node *all);

void yaml_list_add(struct yaml_node *list, struct yaml_node *item);
void yaml_map_add(struct yaml_node *map, struct yaml_node *key, struct yaml_node *value);

/* The value of `key` in a map, or NULL. */
const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);

/* Whether a map has `key`, and with it a value that is not null. */
bool yaml_says(const struct yaml_node *map, const char *key);

/* Nothing was said: an empty plain scalar, `~` or `null`. */
bool yaml_is_null(const struct yaml_node *node);

/* "a list", "a map", "'text'": for messages. Static, until the next call. */
const char *yaml_noun(const struct yaml_node *node);

#endif
