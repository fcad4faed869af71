#include "script/build.h"

#include "script/questions.h"

#include <stdio.h>
#include <string.h>

/* Where settings stand, for those who read them. */
struct lines {
    const struct declaration *declaration;
    const char *within; /* "defaults": the table they are in; NULL: the declaration's own */
};

static int line_of(const char *key, void *arg)
{
    const struct lines *lines = arg;
    char path[128];

    if (lines->within == NULL)
        return loading_line(lines->declaration, key);
    snprintf(path, sizeof path, *key != '\0' ? "%s.%s" : "%s", lines->within, key);
    return loading_line(lines->declaration, path);
}

static struct spot spot_of(const struct declaration *d)
{
    return loading_origin(d->source, d->line);
}

/* Whether there is a table to read. One that is missing is told; one that was no table was told. */
static bool has_table(struct loading *l, const struct declaration *d, const char *noun)
{
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
    struct lines lines = { d, "defaults" };
    struct spot spot = spot_of(d);

    if (said == NULL || said->kind == VALUE_NIL)
        return;
    if (said->kind == VALUE_TABLE)
        record_read(defaults, said->table, "supervisor: defaults", spot.file, line_of, &lines, l->problems);
    else
        problems_add(l->problems, spot.file, loading_line(d, "defaults"),
                     "supervisor: 'defaults': expected a table of settings, got %s", value_noun(said));
}

static void read_supervisor(struct loading *l, const struct declaration *d, struct plan *plan, struct program *defaults)
{
    struct lines lines = { d, NULL };
    struct spot spot = spot_of(d);

    if (d->value.kind != VALUE_TABLE)
        return;
    plan_read_settings(plan, d->value.table, spot.file, line_of, &lines, l->problems);
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
static void check_pattern(const struct program *p, struct lines *lines, struct problems *problems)
{
    struct error e;

    if (p->ready != NULL && p->ready->line != NULL && !questions_check_pattern(p->ready->line, &e))
        problems_add(problems, p->file, line_of("ready", lines), "program '%s': 'ready': 'line': %s", p->name, e.text);
}

static void read_program(struct loading *l, const struct declaration *d, struct plan *plan,
                         const struct program *defaults)
{
    struct lines lines = { d, NULL };
    struct spot spot = spot_of(d);
    struct program *program;
    char context[96];

    if (!has_table(l, d, "program"))
        return;
    program = program_new(d->name, spot.file, spot.line, defaults);
    snprintf(context, sizeof context, "program '%s'", d->name);
    record_read(program, d->value.table, context, spot.file, line_of, &lines, l->problems);
    program_check(program, line_of, &lines, l->problems);
    if (!l->is_kept)
        program_check_people(program, line_of, &lines, l->problems);
    check_pattern(program, &lines, l->problems);
    plan_add(plan, program, l->problems);
}

static void read_member(struct loading *l, const struct declaration *d, size_t i, struct words *programs)
{
    const struct value *v = &d->value.table->field[i].value;
    struct spot spot = spot_of(d);

    if (v->kind == VALUE_TEXT)
        words_add(programs, v->text);
    else
        problems_add(l->problems, spot.file, spot.line, "group '%s': item %zu must be the name of a program, not %s",
                     d->name, i + 1, value_shown(v));
}

static void read_group(struct loading *l, const struct declaration *d, struct plan *plan)
{
    struct spot spot = spot_of(d);
    struct words programs = { 0 };

    if (!has_table(l, d, "group"))
        return;
    if (d->value.table->elements < d->value.table->count)
        problems_add(l->problems, spot.file, spot.line, "group '%s': expected a list of names of programs", d->name);
    for (size_t i = 0; i < d->value.table->elements; i++)
        read_member(l, d, i, &programs);
    plan_add_group(plan, d->name, &programs, spot.file, spot.line, l->problems);
    words_free(&programs);
}

static void read_socket(struct loading *l, const struct declaration *d, struct plan *plan)
{
    struct lines lines = { d, NULL };
    struct spot spot = spot_of(d);
    struct socket_settings *socket;
    char context[96];

    if (!has_table(l, d, "socket"))
        return;
    socket = socket_settings_new(d->name, spot.file, spot.line);
    snprintf(context, sizeof context, "socket '%s'", d->name);
    record_read(socket, d->value.table, context, spot.file, line_of, &lines, l->problems);
    socket_settings_check(socket, line_of, &lines, l->problems);
    if (!l->is_kept)
        socket_settings_check_people(socket, line_of, &lines, l->problems);
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
