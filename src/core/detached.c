#include "core/detached.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "core/plan.h"
#include "core/process.h"
#include "core/supervisor.h"
#include "os/pidfile.h"

#include <stdlib.h>
#include <string.h>

/* In state_dir. By the index, not by the name that people see: that changes with the number of processes. */
static char *place_in_state(const struct process *p, const char *ending)
{
    const struct program *program = process_program(p);
    const char *folder = process_plan(p)->settings.state_dir;

    if (folder == NULL)
        return NULL;
    if (process_index(p) == program->common->first_index)
        return xasprintf("%s/%s.%s", folder, program->name, ending);
    return xasprintf("%s/%s:%d.%s", folder, program->name, process_index(p), ending);
}

char *detached_place(const struct process *p)
{
    const struct program *program = process_program(p);

    if (program->common->forks)
        return place_in_state(p, "daemon");
    return program->pidfile != NULL ? text_beside(program->file, program->pidfile) : place_in_state(p, "pid");
}

bool detached_is_noted(const struct program *program)
{
    return program->common->detached || program->common->forks;
}

/* What the program wrote itself is the news; what we noted helps where that is lost, or looks too old. */
bool detached_find(const struct process *p, struct process_mark *out, struct error *e)
{
    const struct program *program = process_program(p);
    char *own =
        program->common->forks && program->pidfile != NULL ? text_beside(program->file, program->pidfile) : NULL;
    char *noted = detached_place(p);
    bool found = own != NULL && pidfile_find(own, out, e);

    if (!found && noted != NULL)
        found = pidfile_find(noted, out, own != NULL ? NULL : e);
    else if (own == NULL && noted == NULL)
        failure(e, "there is neither 'pidfile' nor 'state_dir'");
    free(own);
    free(noted);
    return found;
}

bool detached_note(const struct process *p, const struct process_mark *who, struct error *e)
{
    char *place = detached_place(p);
    bool good = place == NULL || pidfile_record(place, who, e);

    free(place);
    return good;
}

/* By what it got at its start; one that cleared its environment is known to nobody, until reeve ends. */
static bool is_stray(pid_t pid, void *arg)
{
    const struct process *p = arg;
    char text[128];

    return procfs_variable(pid, "REEVE_ID", text, sizeof text) &&
           strcmp(text, supervisor_token(process_supervisor(p))) == 0 &&
           procfs_variable(pid, "REEVE_PROGRAM", text, sizeof text) && strcmp(text, process_program(p)->name) == 0 &&
           procfs_variable(pid, "REEVE_INDEX", text, sizeof text) && atoi(text) == process_index(p);
}

void detached_end_strays(struct process *p)
{
    children_kill_strays(supervisor_children(process_supervisor(p)), is_stray, p);
}

void detached_move(const struct process *p, pid_t pid, const char *from)
{
    char *to = detached_is_noted(process_program(p)) ? detached_place(p) : NULL;
    struct process_mark who;
    struct error e;

    if (to == NULL || strcmp(from, to) != 0) {
        if (to != NULL && procfs_mark(pid, &who) && !pidfile_record(to, &who, &e))
            log_warning("%s: %s", process_name(p), e.text);
        pidfile_forget(from, pid);
    }
    free(to);
}

void detached_forget(const struct process *p, pid_t pid)
{
    char *place = detached_place(p);

    if (place != NULL)
        pidfile_forget(place, pid);
    free(place);
}
