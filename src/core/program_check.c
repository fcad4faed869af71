/* What a program's settings must be together, or in this system. */
#include "core/program.h"

#include "base/text.h"
#include "os/user_cache.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

struct check {
    const struct program *program;
    record_line_fn *line;
    void *arg;
    struct problems *problems;
    bool good;
};

static void complain(struct check *c, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void complain(struct check *c, const char *key, const char *format, ...)
{
    const struct program *p = c->program;
    struct buffer text = { 0 };
    va_list arguments;

    buffer_addf(&text, "program '%s': ", p->name);
    va_start(arguments, format);
    buffer_vaddf(&text, format, arguments);
    va_end(arguments);
    problems_add(c->problems, p->file, c->line != NULL ? c->line(key, c->arg) : p->line, "%s", text.data);
    buffer_free(&text);
    c->good = false;
}

static bool was_said(const struct program *p, const char *setting)
{
    return setting_was_said(p, setting_find(&program_record, setting));
}

static void check_name(struct check *c)
{
    const char *name = c->program->name;

    if (!text_is_name(name))
        complain(c, "", TEXT_NAME_RULE);
    else if (strcmp(name, "all") == 0)
        complain(c, "", "'all' means every program wherever programs are named: choose another name");
}

/* A wrong `cmd` or `run` was said, and has been complained about. */
static void check_command(struct check *c)
{
    if (c->program->cmd.count == 0 && !was_said(c->program, "cmd") && !was_said(c->program, "run"))
        complain(c, "", "'cmd' is missing: say what to run");
    else if (was_said(c->program, "cmd") && program_is_worker(c->program))
        complain(c, "run", "'run' and 'cmd' exclude each other: keep one");
}

/* A worker is a copy of this reeve: it does not outlive it, and is where it was put. */
static void check_worker(struct check *c)
{
    const struct program *p = c->program;

    if (program_is_worker(p) && (p->common->detached || p->common->forks))
        complain(c, p->common->detached ? "detached" : "forks",
                 "'run' and '%s' exclude each other: a worker lives with reeve",
                 p->common->detached ? "detached" : "forks");
}

/* What only workers have. */
static void check_spares(struct check *c)
{
    const struct program *p = c->program;

    if (p->common->spare_procs.max == 0)
        return;
    if (!program_is_worker(p))
        complain(c, "spare_procs", "'spare_procs' is for workers ('run'): no other program says whether it is busy");
    else if (p->common->max_procs > 0 && p->common->spare_procs.min > p->common->max_procs)
        complain(c, "spare_procs", "'spare_procs' keeps %d idle, and 'max_procs' is %d", p->common->spare_procs.min,
                 p->common->max_procs);
}

/* QUIT lets a worker end by itself. */
static void choose_stopsignal(struct program *p)
{
    struct value quit = value_from_text("QUIT");

    if (program_is_worker(p) && !was_said(p, "stopsignal"))
        setting_read(setting_find(&program_record, "stopsignal"), p, &quit, NULL);
    value_clear(&quit);
}

/* Two boxes must not run a cluster's program; a detached one outlives us. */
static void choose_deathsig(struct program *p)
{
    if (p->common->scope == SCOPE_CLUSTER || p->common->detached)
        program_own(p)->deathsig = p->common->detached ? 0 : SIGKILL;
}

static void check_reload(struct check *c)
{
    const struct program *p = c->program;
    bool has_command = p->common->reload_cmd.count > 0 || program_function(p, "reload_cmd") != NULL;

    if (p->common->reload_signal != 0 && has_command)
        complain(c, "reload_cmd", "'reload_signal' and 'reload_cmd' exclude each other: keep one");
}

static void check_counts(struct check *c)
{
    const struct program *p = c->program;

    if (p->common->max_procs > 0 && p->common->max_procs < p->common->min_procs)
        complain(c, "max_procs", "'max_procs' is %d, less than 'min_procs', %d", p->common->max_procs,
                 p->common->min_procs);
    else if (p->common->max_procs > 0 && p->common->numprocs > p->common->max_procs)
        complain(c, "numprocs", "'numprocs' is %d, more than 'max_procs', %d", p->common->numprocs,
                 p->common->max_procs);
    else if (p->common->numprocs < p->common->min_procs && was_said(p, "min_procs"))
        complain(c, "numprocs", "'numprocs' is %d, less than 'min_procs', %d", p->common->numprocs,
                 p->common->min_procs);
}

static void tell_who_is_unknown(struct check *c)
{
    const struct program_common *common = c->program->common;
    struct error e;

    if (common->user != NULL && !identity_user_exists(common->user, &e))
        complain(c, "user", "%s", e.text);
    if (common->group != NULL && !identity_group_exists(common->group, &e))
        complain(c, "group", "%s", e.text);
    for (size_t i = 0; i < common->groups.count; i++)
        if (!identity_group_exists(common->groups.word[i], &e))
            complain(c, "groups", "%s", e.text);
}

/* So they are known before a start, which should not have to wait for a user database far away. */
static void check_users(struct check *c)
{
    const struct program_common *common = c->program->common;
    struct identity who;
    struct error e;

    if (common->user == NULL && common->group == NULL && common->groups.word == NULL)
        return;
    if (user_cache_find(common->user, common->group, (const char *const *)common->groups.word, common->groups.count,
                        &who, &e)) {
        identity_free(&who);
        return;
    }
    if (errno == 0) /* else it would not answer this either */
        tell_who_is_unknown(c);
    if (c->good)
        complain(c, "user", "%s", e.text);
}

static void check_owner(struct check *c, const char *stream, const struct output_settings *o)
{
    struct error e;
    uid_t uid;
    gid_t gid;

    if (o->kind != OUTPUT_CAPTURED || o->capture->owner == NULL)
        return;
    if (!user_cache_owner(o->capture->owner, &uid, &gid, &e))
        complain(c, stream, "'%s.owner': %s", stream, e.text);
}

static void check_listener(struct check *c)
{
    const struct program *p = c->program;

    if (program_function(p, "on_line") == NULL || program_is_heard(p))
        return;
    complain(c, "on_line",
             "'on_line' hears nothing: reeve does not read this stdout; write stdout = { path = … } or "
             "stdout = { to = \"inherit\" }");
}

static void check_ready(struct check *c)
{
    const struct program *p = c->program;

    if (p->ready == NULL || p->ready->kind != READY_LINE || program_is_heard(p))
        return;
    complain(c, "ready",
             "'ready.line' hears nothing: reeve does not read this stdout; write stdout = { path = … } or "
             "stdout = { to = \"inherit\" }");
}

static bool is_twice(const struct words *words, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(words->word[i], words->word[at]) == 0)
            return true;
    return false;
}

/* The sockets come first: 3, 4 … */
static void check_descriptors(struct check *c)
{
    const struct program *p = c->program;
    const struct words *names = p->sockets != NULL ? &p->sockets->words : NULL;
    size_t count = names != NULL ? names->count : 0;

    for (size_t i = 0; i < count; i++)
        if (is_twice(names, i))
            complain(c, "sockets", "'sockets' names '%s' twice", names->word[i]);
    if (count == 0 || p->ready == NULL || p->ready->kind != READY_FD || (size_t)p->ready->fd >= 3 + count)
        return;
    complain(c, "ready", "'ready.fd' is %d, which is one of its sockets: take %zu or more", p->ready->fd, 3 + count);
}

/* The whole plan is looked at later, when these places are no longer known. */
static void keep_line(struct name_list *l, const char *key, record_line_fn *line, void *arg)
{
    if (l != NULL && line != NULL)
        l->line = line(key, arg);
}

/* What a function says is looked at when it is started. */
static void check_outlives(struct check *c, const char *stream, const struct output_settings *o)
{
    if (program_function(c->program, stream) == NULL && !output_outlives_us(o))
        complain(c, stream, "it is 'detached', so '%s' must be a path or \"discard\": reeve's end would be its own",
                 stream);
}

/* After reeve's end nobody would hear it, and a new life of reeve would not know where it is. */
static void check_detached(struct check *c)
{
    const struct program *p = c->program;

    if (!p->common->detached)
        return;
    check_outlives(c, "stdout", &p->out);
    check_outlives(c, "stderr", &p->err);
    if (p->common->deathsig != 0 && was_said(p, "deathsig"))
        complain(c, "deathsig", "'detached' and 'deathsig' exclude each other: it outlives reeve");
    if (p->common->watchdog > 0)
        complain(c, "watchdog", "'detached' and 'watchdog' exclude each other: a heartbeat needs reeve");
}

static void check_forks(struct check *c)
{
    const struct program *p = c->program;

    if (p->common->forks && p->pidfile == NULL)
        complain(c, "forks", "'forks' needs 'pidfile': the file that it writes its pid to");
    if (p->common->forks && p->common->oneshot)
        complain(c, "oneshot", "'forks' and 'oneshot' exclude each other: what goes to the background has no end");
    if (p->common->forks && (p->common->watchdog > 0 || (p->ready != NULL && p->ready->kind == READY_NOTIFY)))
        complain(c, p->common->watchdog > 0 ? "watchdog" : "ready",
                 "'forks' takes it away from reeve, which could not tell whose notices it hears: run it in the "
                 "foreground");
    if (p->pidfile != NULL && !p->common->forks && !p->common->detached)
        complain(c, "pidfile", "'pidfile' is for programs that are 'detached' or that 'forks'");
    if (p->pidfile != NULL && p->common->numprocs > 1)
        complain(c, "pidfile", "'pidfile' names one file, and 'numprocs' is %d", p->common->numprocs);
}

/* It must not outlive reeve, which holds its lock. */
static void check_scope(struct check *c)
{
    const struct program *p = c->program;

    if (p->common->scope != SCOPE_CLUSTER)
        return;
    if (p->common->detached || p->common->forks)
        complain(c, "scope",
                 "'scope = \"cluster\"' excludes 'detached' and 'forks': reeve holds its lock in the cluster, so "
                 "it must not outlive reeve");
    if (was_said(p, "deathsig") && p->common->deathsig != SIGKILL)
        complain(c, "deathsig",
                 "with 'scope = \"cluster\"' it is KILL: nothing may be left when another box takes over");
}

bool program_check(struct program *p, record_line_fn *line, void *arg, struct problems *problems)
{
    struct check c = { p, line, arg, problems, true };

    keep_line(p->requires, "requires", line, arg);
    keep_line(p->after, "after", line, arg);
    keep_line(p->sockets, "sockets", line, arg);

    choose_stopsignal(p);
    check_name(&c);
    check_command(&c);
    check_reload(&c);
    check_counts(&c);
    check_worker(&c);
    check_spares(&c);
    check_listener(&c);
    check_ready(&c);
    check_descriptors(&c);
    check_detached(&c);
    check_forks(&c);
    check_scope(&c);
    choose_deathsig(p);
    return c.good;
}

bool program_check_people(struct program *p, record_line_fn *line, void *arg, struct problems *problems)
{
    struct check c = { p, line, arg, problems, true };

    check_users(&c);
    check_owner(&c, "stdout", &p->out);
    check_owner(&c, "stderr", &p->err);
    return c.good;
}
