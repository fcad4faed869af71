#include "core/program.h"

#include "base/intern.h"
#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

static const struct setting *row(const char *setting)
{
    return setting_find(&program_record, setting);
}

bool program_has_functions(const struct program *p)
{
    return p->record.function_count > 0;
}

const struct function *program_function(const struct program *p, const char *setting)
{
    if (!program_has_functions(p))
        return NULL;
    return setting_function(p, row(setting));
}

bool program_is_worker(const struct program *p)
{
    return program_function(p, "run") != NULL;
}

bool output_is_read(const struct output_settings *o)
{
    return o->kind == OUTPUT_RING || o->kind == OUTPUT_CAPTURED;
}

bool output_outlives_us(const struct output_settings *o)
{
    return o->kind == OUTPUT_FILE || o->kind == OUTPUT_DISCARD || o->kind == OUTPUT_STDOUT;
}

/* A stderr that is kept only because nothing was said about it is not what the user wants to hear. */
bool program_is_heard(const struct program *p)
{
    if (program_function(p, "stdout") != NULL || program_function(p, "stderr") != NULL || output_is_read(&p->out))
        return true;
    return output_is_read(&p->err) && setting_was_said(p, row("stderr"));
}

struct program *program_new(const char *name, const char *file, int line, const struct program *defaults)
{
    struct program *p = xmalloc(sizeof *p);

    if (defaults != NULL)
        record_copy(p, defaults);
    else
        record_init(p, &program_record);
    free(p->name); /* that of the defaults */
    p->name = xstrdup(name);
    p->file = intern(file);
    p->line = line;
    p->plan = NULL;
    p->position = 0;
    return p;
}

struct program_common *program_own(struct program *p)
{
    return record_own(p);
}

void program_free(struct program *p)
{
    if (p == NULL)
        return;
    record_clear(p);
    free(p);
}

void program_process_name(const struct program *p, int index, bool alone, struct buffer *out)
{
    buffer_add_text(out, p->name);
    if (alone)
        return;
    buffer_add_char(out, ':');
    buffer_add_number(out, index);
}
