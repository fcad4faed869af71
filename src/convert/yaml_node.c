#include "convert/yaml_node.h"

#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct yaml_node *yaml_node_new(struct yaml_node **all, enum yaml_kind kind, int line)
{
    struct yaml_node *node = xcalloc(1, sizeof *node);

    node->kind = kind;
    node->line = line;
    node->weight = 1;
    node->allocated = *all;
    *all = node;
    return node;
}

void yaml_nodes_free(struct yaml_node *all)
{
    struct yaml_node *node = all, *next;

    for (; node != NULL; node = next) {
        next = node->allocated;
        if (node->kind == YAML_LIST)
            free(node->item);
        else if (node->kind == YAML_MAP)
            free(node->pair);
        free(node->text);
        free(node);
    }
}

void yaml_list_add(struct yaml_node *list, struct yaml_node *item)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity > 0 ? 2 * list->capacity : 8;
        list->item = xrealloc(list->item, list->capacity * sizeof *list->item);
    }
    list->item[list->count++] = item;
    list->weight += item->weight;
}

void yaml_map_add(struct yaml_node *map, struct yaml_node *key, struct yaml_node *value)
{
    if (map->count == map->capacity) {
        map->capacity = map->capacity > 0 ? 2 * map->capacity : 8;
        map->pair = xrealloc(map->pair, map->capacity * sizeof *map->pair);
    }
    map->pair[map->count++] = (struct yaml_pair){ key, value };
    map->weight += 1 + value->weight;
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    for (size_t i = 0; i < map->count; i++) {
        if (strcmp(map->pair[i].key->text, key) == 0)
            return map->pair[i].value;
    }
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const words[] = { "", "~", "null", "Null", "NULL" };

    if (node->kind != YAML_SCALAR || !node->plain)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(node->text, words[i]) == 0)
            return true;
    }
    return false;
}

bool yaml_says(const struct yaml_node *map, const char *key)
{
    const struct yaml_node *value = yaml_get(map, key);

    return value != NULL && !yaml_is_null(value);
}

const char *yaml_noun(const struct yaml_node *node)
{
    static char noun[64];
    int length = 40;

    if (node->kind != YAML_SCALAR)
        return node->kind == YAML_LIST ? "a list" : "a map";
    if (strlen(node->text) <= (size_t)length) {
        snprintf(noun, sizeof noun, "'%s'", node->text);
        return noun;
    }
    /* Cut between characters. */
    while (length > 0 && ((unsigned char)node->text[length] & 0xC0) == 0x80)
        length--;
    snprintf(noun, sizeof noun, "'%.*s…'", length, node->text);
    return noun;
}
