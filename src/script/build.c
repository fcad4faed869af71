#include "script/build.h"

#include "script/questions.h"

#include <stdio.h>
#include <string.h>

static int line_of(const char *key, void *arg)
{
    return loading_line(arg, key);
}

static int line_of_default(const char *key, void *arg)
{
    char path[128];

    snprintf(path, sizeof path, *key != '\0' ? "defaults.%s" : "defaults%s", key);
    return loading_line(arg, path);
}

static struct spot spot_of(const struct declaration *d)
{
    return loading_origin(d->source, d->line);
}

/* The file is that of `spot`. */
static struct record_source source_of(struct loading *l, const struct declaration *d, const struct spot *spot)
{
    return (struct record_source){ .noun = loading_word(d),
                                   .name = d->name,
                                   .file = spot->file,
                                   .line = spot->line,
                                   .line_of = line_of,
                                   .arg = (void *)d,
                                   .problems = l->problems };
}

/* Whether there is a table to read. One that is missing is told; one that was no table was told. */
static bool has_table(struct loading *l, const struct declaration *d)
{
    const char *noun = loading_word(d);
    struct spot spot = spot_of(d);

    if (!d->has_table)
        problems_add(l->problems, spot.file, spot.line, "%s '%s' has no table: write %s \"%s\" { ... }", noun, d->name,
                     noun, d->name);
    return d->value.kind == VALUE_TABLE;
}

/* ---- the supervisor's own settings, and the defaults ------------------------------------------- */

static void read_defaults(struct loading *l, const struct declaration *d, struct program *defaults)
{
    const struct value *said = value_get(d->value.table, "defaults");
    struct spot spot = spot_of(d);
    struct record_source from = source_of(l, d, &spot);

    if (said == NULL || said->kind == VALUE_NIL)
        return;
    if (said->kind != VALUE_TABLE) {
        record_complain(&from, "defaults", "'defaults': expected a table of settings, got %s", value_noun(said));
        return;
    }
    from.noun = "supervisor: defaults";
    from.line_of = line_of_default;
    record_read(defaults, said->table, &from);
}

static void read_supervisor(struct loading *l, const struct declaration *d, struct plan *plan, struct program *defaults)
{
    struct spot spot = spot_of(d);
    struct record_source from = source_of(l, d, &spot);

    if (d->value.kind != VALUE_TABLE)
        return;
    plan_read_settings(plan, d->value.table, &from);
    read_defaults(l, d, defaults);
}

/* Later ones win, key by key, wherever they stand: so before any program. */
static struct program *read_supervisors(struct loading *l, struct plan *plan)
{
    struct program *defaults = program_new("defaults", "", 0, NULL);
    const struct declaration *d;

    STAILQ_FOREACH(d, &l->declarations, link)
    {
        if (d->kind == DECLARED_SUPERVISOR)
            read_supervisor(l, d, plan, defaults);
    }
    return defaults;
}

/* ---- programs, groups, sockets ----------------------------------------------------------------------- */

/* What only Lua can tell of a setting. */
static void check_pattern(const struct program *p, const struct record_source *from)
{
    struct error e;

    if (p->ready != NULL && p->ready->line != NULL && !questions_check_pattern(p->ready->line, &e))
        record_complain(from, "ready", "'ready': 'line': %s", e.text);
}

static void read_program(struct loading *l, const struct declaration *d, struct plan *plan,
                         const struct program *defaults)
{
    struct spot spot = spot_of(d);
    struct record_source from = source_of(l, d, &spot);
    struct program *program;

    if (!has_table(l, d))
        return;
    program = program_new(d->name, spot.file, spot.line, defaults);
    record_read(program, d->value.table, &from);
    program_check(program, &from);
    if (!l->is_kept)
        program_check_people(program, &from);
    check_pattern(program, &from);
    plan_add(plan, program, l->problems);
}

static void read_member(struct loading *l, const struct declaration *d, size_t i, struct gathering *names)
{
    const struct value *v = &d->value.table->field[i].value;
    struct spot spot = spot_of(d);

    if (v->kind == VALUE_TEXT)
        gathering_add(names, v->text);
    else
        problems_add(l->problems, spot.file, spot.line, "group '%s': item %zu must be the name of a program, not %s",
                     d->name, i + 1, value_shown(v));
}

static void read_group(struct loading *l, const struct declaration *d, struct plan *plan)
{
    struct spot spot = spot_of(d);
    struct words programs = { 0 };
    struct gathering names = { .count = 0 };

    if (!has_table(l, d))
        return;
    if (d->value.table->elements < d->value.table->count)
        problems_add(l->problems, spot.file, spot.line, "group '%s': expected a list of names of programs", d->name);
    for (size_t i = 0; i < d->value.table->elements; i++)
        read_member(l, d, i, &names);
    words_add_all(&programs, &names);
    plan_add_group(plan, d->name, &programs, spot.file, spot.line, l->problems);
    words_free(&programs);
}

static void read_socket(struct loading *l, const struct declaration *d, struct plan *plan)
{
    struct spot spot = spot_of(d);
    struct record_source from = source_of(l, d, &spot);
    struct socket_settings *socket;

    if (!has_table(l, d))
        return;
    socket = socket_settings_new(d->name, spot.file, spot.line);
    record_read(socket, d->value.table, &from);
    socket_settings_check(socket, &from);
    if (!l->is_kept)
        socket_settings_check_people(socket, &from);
    plan_add_socket(plan, socket, l->problems);
}

/* The values stay until all records are made: freed one by one, they would leave holes between the records that nothing
 * fits into, and a fifth of the memory with them. */
struct plan *build_plan(struct loading *l)
{
    struct plan *plan = plan_new();
    struct program *defaults = read_supervisors(l, plan);
    struct declaration *d;

    STAILQ_FOREACH(d, &l->declarations, link)
    {
        if (d->kind == DECLARED_PROGRAM)
            read_program(l, d, plan, defaults);
        else if (d->kind == DECLARED_GROUP)
            read_group(l, d, plan);
        else if (d->kind == DECLARED_SOCKET)
            read_socket(l, d, plan);
    }
    program_free(defaults);
    plan->annexes = l->annexes;
    l->annexes = NULL;
    if (!l->lacks_declarations)
        plan_check(plan, l->problems);
    if (!l->is_kept)
        plan_check_people(plan, l->problems);
    return plan;
}
