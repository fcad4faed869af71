/* yaml_reader: makes a tree (convert/yaml_node.h) of a YAML document, with its anchors, aliases and merge keys
 * resolved. */
#ifndef CONVERT_YAML_READER_H
#define CONVERT_YAML_READER_H

#include "base/problems.h"
#include "convert/source.h"
#include "convert/yaml_node.h"

enum {
    YAML_MAX_DEPTH = 64,
    YAML_MAX_VALUES = 1000000,
    YAML_MAX_ALIASED = 1000000 /* values that aliases and merge keys may repeat */
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

#endif
