#include "os/editor.h"

#include "os/module.h"

static const struct editor_functions *functions; /* NULL until the first editor */

struct editor *editor_open(const struct editor_options *o, struct error *e)
{
    const struct module *m = functions == NULL ? module_open("edit", e) : NULL;

    if (m != NULL)
        functions = m->functions;
    return functions != NULL ? functions->open(o, e) : NULL;
}

void editor_close(struct editor *ed)
{
    if (ed != NULL)
        functions->close(ed);
}

void editor_begin(struct editor *ed)
{
    functions->begin(ed);
}

void editor_end(struct editor *ed)
{
    functions->end(ed);
}

void editor_pause(struct editor *ed)
{
    functions->pause(ed);
}

void editor_resume(struct editor *ed)
{
    functions->resume(ed);
}

enum editor_result editor_read(struct editor *ed, const char **line)
{
    return functions->read(ed, line);
}

void editor_show(struct editor *ed, const char *text, size_t length)
{
    functions->show(ed, text, length);
}

void editor_resized(struct editor *ed)
{
    functions->resized(ed);
}

void editor_remember(struct editor *ed, const char *line)
{
    functions->remember(ed, line);
}
