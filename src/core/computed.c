/* The settings of a run that functions have computed for this process, at its start. They are asked again at a reload,
 * which must know whether the answers would be others. */
#include "process_private.h"

static bool is_computed(const struct program *program)
{
    for (unsigned i = 0; i < program->record.function_count; i++)
        if (program->record.functions[i].setting->flags & SETTING_COMPUTED)
            return true;
    return false;
}

/* A function may return nil, which means the default; there is none for what to run. */
static bool is_complete(const struct process *p, const struct program *settings)
{
    return settings->cmd.count > 0 || program_function(p->program, "run") != NULL;
}

static bool compute_one(struct process *p, const struct function_setting *f, struct program *settings, struct error *e)
{
    const struct supervisor_upward *up = supervisor_upward(p->supervisor);
    struct value v = { 0 };
    bool good = up->compute != NULL && up->compute(up->arg, p, f->function, &v, e);

    if (good && !setting_read(f->setting, settings, &v, e))
        good = failure_in(e, "%s", f->function->where);
    value_clear(&v);
    return good || failure_in(e, "%s", f->setting->name);
}

/* The program with its computed settings worked out for this process; NULL with the reason. */
static struct program *compute(struct process *p, struct error *e)
{
    struct program *settings = program_new(p->program->name, p->program->file, p->program->line, p->program);
    const struct record *r = &p->program->record;
    bool good = true;

    for (unsigned i = 0; good && i < r->function_count; i++)
        if (r->functions[i].setting->flags & SETTING_COMPUTED)
            good = compute_one(p, &r->functions[i], settings, e);
    if (good && !is_complete(p, settings))
        good =
            failure(e, "cmd: %s: the function has returned nothing to run", program_function(p->program, "cmd")->where);
    if (!good) {
        program_free(settings);
        return NULL;
    }
    return settings;
}

/* Under the name that it has, or had, `alone` or as one of several. */
static struct program *compute_named(struct process *p, bool alone, struct error *e)
{
    struct program *settings;
    struct buffer name = { 0 };
    char *present = p->name;

    if (alone == (present == NULL))
        return compute(p, e);
    program_process_name(p->program, p->index, alone, &name);
    p->name = name.data;
    settings = compute(p, e);
    p->name = present;
    buffer_free(&name);
    return settings;
}

bool process_resolve_again(struct process *p, struct error *e)
{
    struct program *settings = NULL;

    if (is_computed(p->program)) {
        settings = compute_named(p, p->started_alone, e);
        if (settings == NULL)
            return false;
    }
    program_free(p->resolved);
    p->resolved = settings;
    return true;
}

bool process_resolve(struct process *p, struct error *e)
{
    p->started_alone = p->name == NULL;
    return process_resolve_again(p, e);
}

static struct program *compute_by(struct process *p, struct program *program)
{
    struct program *present = p->program, *settings;

    p->program = program;
    settings = compute_named(p, p->started_alone, NULL);
    p->program = present;
    return settings;
}

bool process_is_outdated(struct process *p, struct program *program, struct words *settings)
{
    const struct record_type *type = &program_record;
    struct program *now;
    bool outdated = false;

    if (p->behind)
        return true;
    if (p->child == NULL || !is_computed(program))
        return false;
    now = compute_by(p, program);
    for (size_t i = 0; now != NULL && i < type->count; i++) {
        const struct setting *s = &type->settings[i];

        if (s->change != CHANGE_RESTART || setting_equal(s, process_settings(p), now))
            continue;
        outdated = true;
        if (settings != NULL && !words_have(settings, s->name))
            words_add(settings, s->name);
    }
    program_free(now);
    return outdated;
}
