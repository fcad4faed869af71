#include "core/plan.h"

#include "base/text.h"
#include "base/xalloc.h"
#include "os/snapshot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct plan *plan_new(void)
{
    struct plan *plan = xcalloc(1, sizeof *plan);

    record_init(&plan->settings, &supervisor_record);
    plan->places = xcalloc(supervisor_record.count, sizeof *plan->places);
    plan->users = 1;
    return plan;
}

struct plan *plan_hold(struct plan *plan)
{
    plan->users++;
    return plan;
}

static void free_groups(struct plan *plan)
{
    for (size_t i = 0; i < plan->group_count; i++) {
        struct group *g = &plan->groups[i];

        free(g->name);
        free(g->file);
        words_free(&g->programs);
    }
    free(plan->groups);
}

static void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->program_count; i++)
        program_free(plan->programs[i]);
    free(plan->programs);
    free(plan->slots);
    order_free(plan->order);
    free_groups(plan);
    for (size_t i = 0; i < plan->socket_count; i++)
        socket_settings_free(plan->sockets[i]);
    free(plan->sockets);
    for (size_t i = 0; i < supervisor_record.count; i++)
        free(plan->places[i].file);
    free(plan->places);
    record_clear(&plan->settings);
    annexes_free(plan->annexes);
    if (plan->free_script != NULL)
        plan->free_script(plan->script);
    buffer_free(&plan->text);
    snapshot_drop(plan->kept_in, &plan->entry);
    free(plan);
}

void *annex_find(const struct annex *list, const void *key)
{
    while (list != NULL && list->key != key)
        list = list->next;
    return list != NULL ? list->data : NULL;
}

void annexes_free(struct annex *list)
{
    while (list != NULL) {
        struct annex *next = list->next;

        list->free(list->data);
        free(list);
        list = next;
    }
}

void plan_release(struct plan *plan)
{
    if (plan == NULL)
        return;
    assert(plan->users > 0);
    if (--plan->users == 0)
        plan_free(plan);
}

/* ---- settings ---------------------------------------------------------------------------------- */

static void remember_place(struct setting_place *place, const char *file, int line)
{
    free(place->file);
    place->file = xstrdup(file);
    place->line = line;
}

void plan_read_settings(struct plan *plan, const struct value_table *table, const struct record_source *from)
{
    for (size_t i = 0; i < supervisor_record.count; i++) {
        const char *name = supervisor_record.settings[i].name;

        if (value_get(table, name) != NULL)
            remember_place(&plan->places[i], from->file, record_line(from, name));
    }
    record_read(&plan->settings, table, from);
}

const struct setting_place *plan_place(const struct plan *plan, const char *setting)
{
    return &plan->places[setting_find(&supervisor_record, setting) - supervisor_record.settings];
}

void plan_anchor(struct plan *plan)
{
    char **path = &plan->settings.state_dir, *whole;
    const char *file = plan_place(plan, "state_dir")->file;

    if (*path == NULL || file == NULL)
        return;
    whole = text_beside(file, *path);
    free(*path);
    *path = whole;
}

/* ---- programs ---------------------------------------------------------------------------------- */

/* FNV-1a. */
static size_t hash(const char *name)
{
    uint64_t h = 14695981039346656037u;

    for (; *name != '\0'; name++)
        h = (h ^ (unsigned char)*name) * 1099511628211u;
    return (size_t)(h ^ h >> 32);
}

/* The slot of that name, or the free one where it belongs. There is a free one: half of them are. */
static unsigned *find_slot(const struct plan *plan, const char *name)
{
    size_t mask = plan->slot_count - 1, i = hash(name) & mask;

    while (plan->slots[i] != 0 && strcmp(plan->programs[plan->slots[i] - 1]->name, name) != 0)
        i = (i + 1) & mask;
    return &plan->slots[i];
}

static void grow_slots(struct plan *plan)
{
    free(plan->slots);
    plan->slot_count = plan->slot_count > 0 ? 2 * plan->slot_count : 16;
    plan->slots = xcalloc(plan->slot_count, sizeof *plan->slots);
    plan->programs = xrealloc(plan->programs, plan->slot_count / 2 * sizeof *plan->programs);
    for (size_t i = 0; i < plan->program_count; i++)
        *find_slot(plan, plan->programs[i]->name) = (unsigned)i + 1;
}

bool plan_add(struct plan *plan, struct program *program, struct problems *problems)
{
    const struct program *first = plan_find(plan, program->name);

    if (first != NULL) {
        problems_add(problems, program->file, program->line, "program '%s' is already declared at %s:%d", program->name,
                     first->file, first->line);
        program_free(program);
        return false;
    }
    if (plan->program_count == plan->slot_count / 2)
        grow_slots(plan);
    record_share(program);
    program->plan = plan;
    program->position = (unsigned)plan->program_count;
    plan->programs[plan->program_count++] = program;
    *find_slot(plan, program->name) = (unsigned)plan->program_count;
    return true;
}

struct program *plan_find(const struct plan *plan, const char *name)
{
    const unsigned *slot = plan->slot_count > 0 ? find_slot(plan, name) : NULL;

    return slot != NULL && *slot != 0 ? plan->programs[*slot - 1] : NULL;
}

const struct order *plan_order(struct plan *plan)
{
    if (plan->order == NULL)
        plan->order = order_new(plan);
    return plan->order;
}

static struct program *copy_of(const struct program *p)
{
    struct program *copy = program_new(p->name, p->file, p->line, p);

    copy->plan = p->plan;
    copy->position = p->position;
    return copy;
}

/* All copies first: one that could take the place of an original would lie as scattered as that. */
void plan_compact(struct plan *plan)
{
    struct program **originals = xcalloc(plan->program_count + 1, sizeof(struct program *));

    for (size_t i = 0; i < plan->program_count; i++) {
        originals[i] = plan->programs[i];
        plan->programs[i] = copy_of(originals[i]);
    }
    for (size_t i = 0; i < plan->program_count; i++)
        program_free(originals[i]);
    free(originals);
}

/* ---- groups ------------------------------------------------------------------------------------ */

bool plan_add_group(struct plan *plan, const char *name, const struct words *programs, const char *file, int line,
                    struct problems *problems)
{
    const struct group *first = plan_find_group(plan, name);
    struct group *g;

    if (!text_is_name(name))
        return problems_add(problems, file, line, "group '%s': " TEXT_NAME_RULE, name);
    if (first != NULL)
        return problems_add(problems, file, line, "group '%s' is already declared at %s:%d", name, first->file,
                            first->line);
    plan->groups = xrealloc(plan->groups, (plan->group_count + 1) * sizeof *plan->groups);
    g = &plan->groups[plan->group_count++];
    *g = (struct group){ .name = xstrdup(name), .file = xstrdup(file), .line = line };
    words_copy(&g->programs, programs);
    return true;
}

const struct group *plan_find_group(const struct plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->group_count; i++)
        if (strcmp(plan->groups[i].name, name) == 0)
            return &plan->groups[i];
    return NULL;
}
