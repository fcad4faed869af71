#include "core/plan.h"

#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static const char *const change_names[] = {
    [PLAN_ADDED] = "added", [PLAN_REMOVED] = "removed", [PLAN_CHANGED] = "changed", [PLAN_KEPT] = "kept"
};

const char *plan_change_name(enum plan_change change)
{
    return change_names[change];
}

static void note_change(struct plan_difference *d, const char *setting, enum setting_change change)
{
    words_add(&d->settings, setting);
    d->restart = d->restart || change == CHANGE_RESTART;
    d->count = d->count || change == CHANGE_COUNT;
}

/* Whether a socket of that name listens elsewhere now. What else is new about it holds for who has it already. */
static bool has_moved(const struct plan *before, const struct plan *after, const char *socket)
{
    const struct socket_settings *then = plan_find_socket(before, socket), *now = plan_find_socket(after, socket);

    return then != NULL && now != NULL && !address_equal(&then->address, &now->address);
}

static void compare_socket(struct plan_difference *d, const struct plan *before, const struct plan *after,
                           const char *name)
{
    char *what;

    if (!has_moved(before, after, name))
        return;
    what = xasprintf("socket %s", name);
    note_change(d, what, CHANGE_RESTART);
    free(what);
}

/* A worker that names none has all. */
static void compare_sockets(struct plan_difference *d, const struct plan *before, const struct plan *after)
{
    const struct name_list *l = d->after->sockets;

    for (size_t i = 0; l != NULL && i < l->words.count; i++)
        compare_socket(d, before, after, l->words.word[i]);
    for (size_t i = 0; l == NULL && program_is_worker(d->after) && i < after->socket_count; i++)
        compare_socket(d, before, after, after->sockets[i]->name);
}

/* The environment of all programs is part of each one's own. */
static void compare_program(struct plan_difference *d, const struct plan *before, const struct plan *after,
                            bool environment_changed)
{
    enum setting_change change;

    for (size_t i = 0; i < program_record.count; i++)
        if (setting_changed(&program_record.settings[i], d->before, d->after, &change))
            note_change(d, program_record.settings[i].name, change);
    if (environment_changed)
        note_change(d, "supervisor.env", CHANGE_RESTART);
    compare_sockets(d, before, after);
    d->change = d->settings.count > 0 ? PLAN_CHANGED : PLAN_KEPT;
}

void plan_compare(const struct plan *before, const struct plan *after, struct plan_comparison *out)
{
    bool environment_changed =
        !setting_equal(setting_find(&supervisor_record, "env"), &before->settings, &after->settings);
    size_t count = 0;

    out->difference = xcalloc(before->program_count + after->program_count, sizeof *out->difference);
    for (size_t i = 0; i < after->program_count; i++) {
        struct program *now = after->programs[i];
        struct program *then = plan_find(before, now->name);

        struct plan_difference *d = &out->difference[count++];

        *d = (struct plan_difference){ now->name, PLAN_ADDED, .before = then, .after = now };
        if (then != NULL)
            compare_program(d, before, after, environment_changed);
    }
    for (size_t i = 0; i < before->program_count; i++) {
        struct program *then = before->programs[i];

        if (plan_find(after, then->name) == NULL)
            out->difference[count++] = (struct plan_difference){ then->name, PLAN_REMOVED, .before = then };
    }
    out->count = count;
}

void plan_comparison_free(struct plan_comparison *c)
{
    for (size_t i = 0; i < c->count; i++)
        words_free(&c->difference[i].settings);
    free(c->difference);
    *c = (struct plan_comparison){ 0 };
}
