#include "convert/yaml_reader.h"

#include "base/hash.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct anchor {
    char *name;
    struct yaml_node *node;
    UT_hash_handle hh;
};

struct reader {
    yaml_parser_t parser;
    struct yaml_file *yaml;
    const struct source *source;
    struct problems *problems;
    struct anchor *anchors;
    size_t aliased;
    bool refused;
};

static struct yaml_node *read_node(struct reader *r, yaml_event_t *event, int depth);

static struct yaml_node *refuse(struct reader *r, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static struct yaml_node *refuse(struct reader *r, int line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    problems_vadd(r->problems, r->source->path, line, format, arguments);
    va_end(arguments);
    r->refused = true;
    return NULL;
}

static const char *hint_for(const char *problem)
{
    if (strstr(problem, "mapping values are not allowed") != NULL)
        return "; a value with ': ' in it must stand in quotes";
    if (strstr(problem, "cannot start any token") != NULL)
        return "; tabs cannot indent, and a value that begins with @, ` or % must stand in quotes";
    if (strstr(problem, "could not find expected ':'") != NULL)
        return "; each line of a map is `key: value`";
    if (strstr(problem, "undefined alias") != NULL)
        return "; an anchor (&name) must stand before its aliases";
    return "";
}

static bool next_event(struct reader *r, yaml_event_t *event)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem;

    if (yaml_parser_parse(&r->parser, event))
        return true;
    problem = p->problem != NULL ? p->problem : "there is not enough memory";
    if (p->error == YAML_READER_ERROR)
        refuse(r, 0, "%s at byte %zu; save the file as UTF-8", problem, p->problem_offset);
    else
        refuse(r, (int)p->problem_mark.line + 1, "%s%s%s%s", p->context != NULL ? p->context : "",
               p->context != NULL ? ": " : "", problem, hint_for(problem));
    return false;
}

static struct yaml_node *new_node(struct reader *r, enum yaml_kind kind, const yaml_event_t *event)
{
    r->yaml->count++;
    return yaml_node_new(&r->yaml->allocated, kind, (int)event->start_mark.line + 1);
}

static void set_anchor(struct reader *r, const yaml_char_t *name, struct yaml_node *node)
{
    struct anchor *a;

    if (name == NULL)
        return;
    HASH_FIND_STR(r->anchors, (const char *)name, a);
    if (a == NULL) {
        a = xcalloc(1, sizeof *a);
        a->name = xstrdup((const char *)name);
        HASH_ADD_KEYPTR(hh, r->anchors, a->name, strlen(a->name), a);
    }
    a->node = node;
}

static bool count_aliased(struct reader *r, size_t weight, int line)
{
    r->aliased += weight;
    if (r->aliased <= YAML_MAX_ALIASED)
        return true;
    refuse(r, line, "aliases repeat more than %d values here; write them out", YAML_MAX_ALIASED);
    return false;
}

static struct yaml_node *read_alias(struct reader *r, const yaml_event_t *event)
{
    const char *name = (const char *)event->data.alias.anchor;
    int line = (int)event->start_mark.line + 1;
    struct anchor *a;

    HASH_FIND_STR(r->anchors, name, a);
    if (a == NULL)
        return refuse(r, line, "there is no anchor '&%s' before its alias '*%s'", name, name);
    if (a->node->open)
        return refuse(r, line, "'*%s' stands inside of what it repeats", name);
    a->node->repeated = true;
    return count_aliased(r, a->node->weight, line) ? a->node : NULL;
}

/* The standard tags only say what the keys decide anyway. */
static void check_tag(struct reader *r, const yaml_char_t *tag, int line)
{
    static const char prefix[] = "tag:yaml.org,2002:";

    if (tag != NULL && strcmp((const char *)tag, "!") != 0 && strncmp((const char *)tag, prefix, strlen(prefix)) != 0)
        refuse(r, line, "the tag '%s' is not understood; leave it out", (const char *)tag);
}

static struct yaml_node *read_scalar(struct reader *r, const yaml_event_t *event)
{
    struct yaml_node *node = new_node(r, YAML_SCALAR, event);
    const char *text = (const char *)event->data.scalar.value;

    node->text = xstrndup(text, event->data.scalar.length);
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    if (memchr(text, '\0', event->data.scalar.length) != NULL)
        refuse(r, node->line, "a value cannot hold a zero byte");
    check_tag(r, event->data.scalar.tag, node->line);
    set_anchor(r, event->data.scalar.anchor, node);
    return node;
}

static struct yaml_node *read_list(struct reader *r, const yaml_event_t *start, int depth)
{
    struct yaml_node *list = new_node(r, YAML_LIST, start);
    yaml_event_t event;

    check_tag(r, start->data.sequence_start.tag, list->line);
    set_anchor(r, start->data.sequence_start.anchor, list);
    list->open = true;
    while (next_event(r, &event)) {
        struct yaml_node *item;

        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            list->open = false;
            return list;
        }
        if ((item = read_node(r, &event, depth + 1)) == NULL)
            return NULL;
        yaml_list_add(list, item);
    }
    return NULL;
}

static int compare_keys(const void *a, const void *b)
{
    const struct yaml_pair *x = *(struct yaml_pair *const *)a, *y = *(struct yaml_pair *const *)b;
    int order = strcmp(x->key->text, y->key->text);

    return order != 0 ? order : (x->key->line > y->key->line) - (x->key->line < y->key->line);
}

static void refuse_again(struct reader *r, const struct yaml_node *before, const struct yaml_node *key)
{
    refuse(r, key->line, "'%s' is here twice (also on line %d); %s", key->text, before->line,
           strcmp(key->text, "<<") == 0 ? "merge several maps with `<<: [*one, *other]`" : "remove one");
}

static void drop_pairs_without_value(struct yaml_node *map)
{
    size_t kept = 0;

    for (size_t i = 0; i < map->count; i++)
        if (map->pair[i].value != NULL)
            map->pair[kept++] = map->pair[i];
    map->count = kept;
}

/* Of those with the same key the first one stays. */
static void drop_duplicates(struct reader *r, struct yaml_node *map)
{
    struct yaml_pair **sorted;

    if (map->count < 2)
        return;
    sorted = xmalloc(map->count * sizeof(struct yaml_pair *));
    for (size_t i = 0; i < map->count; i++)
        sorted[i] = &map->pair[i];
    qsort(sorted, map->count, sizeof(struct yaml_pair *), compare_keys);
    for (size_t i = 1; i < map->count; i++) {
        if (strcmp(sorted[i - 1]->key->text, sorted[i]->key->text) != 0)
            continue;
        refuse_again(r, sorted[i - 1]->key, sorted[i]->key);
        sorted[i]->value = NULL;
    }
    free(sorted);
    drop_pairs_without_value(map);
}

static bool merge_map(struct reader *r, struct yaml_node *map, const struct yaml_node *other, int line)
{
    if (other->kind != YAML_MAP) {
        refuse(r, line, "'<<' merges maps, not %s", yaml_noun(other));
        return false;
    }
    for (size_t i = 0; i < other->count; i++) {
        /* The look-up makes this quadratic, so it costs what it looks at. */
        if (!count_aliased(r, 1 + map->count / 16, line))
            return false;
        if (yaml_get(map, other->pair[i].key->text) == NULL)
            yaml_map_add(map, other->pair[i].key, other->pair[i].value);
    }
    return true;
}

/* Replace `<<: *base` and `<<: [*one, *other]` by the pairs that `map` does not have itself. */
static bool merge(struct reader *r, struct yaml_node *map)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct yaml_node *key = map->pair[i].key, *value = map->pair[i].value;

        if (!key->plain || strcmp(key->text, "<<") != 0)
            continue;
        map->count--;
        memmove(&map->pair[i], &map->pair[i + 1], (map->count - i) * sizeof *map->pair);
        if (value->kind != YAML_LIST)
            return merge_map(r, map, value, key->line);
        for (size_t k = 0; k < value->count; k++) {
            if (!merge_map(r, map, value->item[k], key->line))
                return false;
        }
        return true;
    }
    return true;
}

static struct yaml_node *read_map(struct reader *r, const yaml_event_t *start, int depth)
{
    struct yaml_node *map = new_node(r, YAML_MAP, start);
    yaml_event_t event;

    check_tag(r, start->data.mapping_start.tag, map->line);
    set_anchor(r, start->data.mapping_start.anchor, map);
    map->open = true;
    while (next_event(r, &event)) {
        struct yaml_node *key, *value;

        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            map->open = false;
            drop_duplicates(r, map);
            return merge(r, map) ? map : NULL;
        }
        if ((key = read_node(r, &event, depth + 1)) == NULL || !next_event(r, &event))
            return NULL;
        if ((value = read_node(r, &event, depth + 1)) == NULL)
            return NULL;
        if (key->kind != YAML_SCALAR)
            return refuse(r, key->line, "a key must be a text, not %s", yaml_noun(key));
        yaml_map_add(map, key, value);
    }
    return NULL;
}

/* Read the node that begins with `event`, and delete the event. */
static struct yaml_node *read_node(struct reader *r, yaml_event_t *event, int depth)
{
    struct yaml_node *node = NULL;

    if (depth > YAML_MAX_DEPTH)
        refuse(r, (int)event->start_mark.line + 1, "values are nested more than %d deep", YAML_MAX_DEPTH);
    else if (r->yaml->count == YAML_MAX_VALUES)
        refuse(r, (int)event->start_mark.line + 1, "the file has more than %d values", YAML_MAX_VALUES);
    else if (event->type == YAML_ALIAS_EVENT)
        node = read_alias(r, event);
    else if (event->type == YAML_SCALAR_EVENT)
        node = read_scalar(r, event);
    else if (event->type == YAML_SEQUENCE_START_EVENT)
        node = read_list(r, event, depth);
    else if (event->type == YAML_MAPPING_START_EVENT)
        node = read_map(r, event, depth);
    yaml_event_delete(event);
    return node;
}

/* Skip to the start of the next document's node; false at the end of the file. */
static bool next_document(struct reader *r, yaml_event_t *event)
{
    while (next_event(r, event)) {
        yaml_event_type_t type = event->type;

        if (type == YAML_SCALAR_EVENT || type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT ||
            type == YAML_ALIAS_EVENT)
            return true;
        yaml_event_delete(event);
        if (type == YAML_STREAM_END_EVENT)
            return false;
    }
    return false;
}

static void free_anchors(struct reader *r)
{
    struct anchor *a, *next;

    HASH_ITER(hh, r->anchors, a, next)
    {
        HASH_DEL(r->anchors, a);
        free(a->name);
        free(a);
    }
}

static void read_documents(struct reader *r)
{
    yaml_event_t event;

    if (!next_document(r, &event)) {
        if (!r->refused)
            refuse(r, 0, "the file is empty");
        return;
    }
    r->yaml->root = read_node(r, &event, 0);
    if (r->yaml->root == NULL || !next_document(r, &event))
        return;
    refuse(r, (int)event.start_mark.line + 1, "a second document begins here; put each into a file of its own");
    yaml_event_delete(&event);
}

bool yaml_file_read(struct yaml_file *yaml, const struct source *source, struct problems *problems)
{
    struct reader r = { .yaml = yaml, .source = source, .problems = problems };

    *yaml = (struct yaml_file){ 0 };
    if (!yaml_parser_initialize(&r.parser))
        return problems_add(problems, source->path, 0, "there is not enough memory");
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)source->text.data, source->text.length);
    read_documents(&r);
    yaml_parser_delete(&r.parser);
    free_anchors(&r);
    return !r.refused && yaml->root != NULL;
}

void yaml_file_free(struct yaml_file *yaml)
{
    yaml_nodes_free(yaml->allocated);
    *yaml = (struct yaml_file){ 0 };
}
