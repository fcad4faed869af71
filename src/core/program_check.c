/* What a program's settings must be together, or in this system. */
#include "core/program.h"

#include "base/text.h"
#include "os/user_cache.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static bool was_said(const struct program *p, const char *setting)
{
    return setting_was_said(p, setting_find(&program_record, setting));
}

static void check_name(const struct program *p, const struct record_source *from)
{
    const char *name = p->name;

    if (!text_is_name(name))
        record_complain(from, "", TEXT_NAME_RULE);
    else if (strcmp(name, "all") == 0)
        record_complain(from, "", "'all' means every program wherever programs are named: choose another name");
}

/* A wrong `cmd` or `run` was said, and has been complained about. */
static void check_command(const struct program *p, const struct record_source *from)
{
    if (p->cmd.count == 0 && !was_said(p, "cmd") && !was_said(p, "run"))
        record_complain(from, "", "'cmd' is missing: say what to run");
    else if (was_said(p, "cmd") && program_is_worker(p))
        record_complain(from, "run", "'run' and 'cmd' exclude each other: keep one");
}

/* A worker is a copy of this reeve: it does not outlive it, and is where it was put. */
static void check_worker(const struct program *p, const struct record_source *from)
{
    if (program_is_worker(p) && (p->common->detached || p->common->forks))
        record_complain(from, p->common->detached ? "detached" : "forks",
                        "'run' and '%s' exclude each other: a worker lives with reeve",
                        p->common->detached ? "detached" : "forks");
}

/* What only workers have. */
static void check_spares(const struct program *p, const struct record_source *from)
{
    if (p->common->spare_procs.max == 0)
        return;
    if (!program_is_worker(p))
        record_complain(from, "spare_procs",
                        "'spare_procs' is for workers ('run'): no other program says whether it is busy");
    else if (p->common->max_procs > 0 && p->common->spare_procs.min > p->common->max_procs)
        record_complain(from, "spare_procs", "'spare_procs' keeps %d idle, and 'max_procs' is %d",
                        p->common->spare_procs.min, p->common->max_procs);
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

static void check_reload(const struct program *p, const struct record_source *from)
{
    bool has_command = p->common->reload_cmd.count > 0 || program_function(p, "reload_cmd") != NULL;

    if (p->common->reload_signal != 0 && has_command)
        record_complain(from, "reload_cmd", "'reload_signal' and 'reload_cmd' exclude each other: keep one");
}

static void check_counts(const struct program *p, const struct record_source *from)
{
    if (p->common->max_procs > 0 && p->common->max_procs < p->common->min_procs)
        record_complain(from, "max_procs", "'max_procs' is %d, less than 'min_procs', %d", p->common->max_procs,
                        p->common->min_procs);
    else if (p->common->max_procs > 0 && p->common->numprocs > p->common->max_procs)
        record_complain(from, "numprocs", "'numprocs' is %d, more than 'max_procs', %d", p->common->numprocs,
                        p->common->max_procs);
    else if (p->common->numprocs > 0 && p->common->numprocs < p->common->min_procs)
        record_complain(from, "numprocs", "'numprocs' is %d, less than 'min_procs', %d", p->common->numprocs,
                        p->common->min_procs);
}

static void tell_unknown_groups(const struct words *groups, const struct record_source *from)
{
    struct error e;

    for (size_t i = 0; i < groups->count; i++)
        if (!identity_group_exists(groups->word[i], &e))
            record_complain(from, "groups", "%s", e.text);
}

static void tell_who_is_unknown(const struct program_common *common, const struct record_source *from)
{
    struct error e;

    if (common->user != NULL && !identity_user_exists(common->user, &e))
        record_complain(from, "user", "%s", e.text);
    if (common->group != NULL && !identity_group_exists(common->group, &e))
        record_complain(from, "group", "%s", e.text);
    tell_unknown_groups(&common->groups, from);
}

/* So they are known before a start, which should not have to wait for a user database far away. */
static void check_users(const struct program *p, const struct record_source *from)
{
    const struct program_common *common = p->common;
    size_t before = problems_count(from->problems);
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
        tell_who_is_unknown(common, from);
    if (problems_count(from->problems) == before)
        record_complain(from, "user", "%s", e.text);
}

static void check_owner(const struct record_source *from, const char *stream, const struct output_settings *o)
{
    struct error e;
    uid_t uid;
    gid_t gid;

    if (o->kind != OUTPUT_CAPTURED || o->capture->owner == NULL)
        return;
    if (!user_cache_owner(o->capture->owner, &uid, &gid, &e))
        record_complain(from, stream, "'%s.owner': %s", stream, e.text);
}

static void check_listener(const struct program *p, const struct record_source *from)
{
    if (program_function(p, "on_line") == NULL || program_is_heard(p))
        return;
    record_complain(from, "on_line",
                    "'on_line' hears nothing: reeve does not read this stdout; write stdout = { path = … } or "
                    "stdout = { to = \"inherit\" }");
}

static void check_ready(const struct program *p, const struct record_source *from)
{
    if (p->ready != NULL && p->ready->kind == READY_LINE && !program_is_heard(p))
        record_complain(from, "ready",
                        "'ready.line' hears nothing: reeve does not read this stdout; write stdout = { path = … } or "
                        "stdout = { to = \"inherit\" }");
    if (p->ready != NULL && p->ready->kind == READY_FD && program_is_worker(p))
        record_complain(from, "ready",
                        "'ready.fd' is for commands: a worker writes to no descriptor; say ready = \"notify\", and "
                        "worker:ready() when it is");
}

static bool is_twice(const struct words *words, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(words->word[i], words->word[at]) == 0)
            return true;
    return false;
}

/* The sockets come first: 3, 4 … */
static void check_descriptors(const struct program *p, const struct record_source *from)
{
    const struct words *names = p->sockets != NULL ? &p->sockets->words : NULL;
    size_t count = names != NULL ? names->count : 0;

    for (size_t i = 0; i < count; i++)
        if (is_twice(names, i))
            record_complain(from, "sockets", "'sockets' names '%s' twice", names->word[i]);
    if (count == 0 || p->ready == NULL || p->ready->kind != READY_FD || (size_t)p->ready->fd >= 3 + count)
        return;
    record_complain(from, "ready", "'ready.fd' is %d, which is one of its sockets: take %zu or more", p->ready->fd,
                    3 + count);
}

/* The whole plan is looked at later, when these places are no longer known. */
static void keep_line(struct name_list *l, const char *key, const struct record_source *from)
{
    if (l != NULL)
        l->line = record_line(from, key);
}

/* What a function says is looked at when it is started. */
static void check_outlives(const struct program *p, const struct record_source *from, const char *stream,
                           const struct output_settings *o)
{
    if (program_function(p, stream) == NULL && !output_outlives_us(o))
        record_complain(from, stream,
                        "it is 'detached', so '%s' must be a path or \"discard\": reeve's end would be its own",
                        stream);
}

/* After reeve's end nobody would hear it, and a new life of reeve would not know where it is. */
static void check_detached(const struct program *p, const struct record_source *from)
{
    if (!p->common->detached)
        return;
    check_outlives(p, from, "stdout", &p->out);
    check_outlives(p, from, "stderr", &p->err);
    if (p->common->deathsig != 0 && was_said(p, "deathsig"))
        record_complain(from, "deathsig", "'detached' and 'deathsig' exclude each other: it outlives reeve");
    if (p->common->watchdog > 0)
        record_complain(from, "watchdog", "'detached' and 'watchdog' exclude each other: a heartbeat needs reeve");
}

static void check_forks(const struct program *p, const struct record_source *from)
{
    if (p->common->forks && p->pidfile == NULL)
        record_complain(from, "forks", "'forks' needs 'pidfile': the file that it writes its pid to");
    if (p->common->forks && p->common->oneshot)
        record_complain(from, "oneshot",
                        "'forks' and 'oneshot' exclude each other: what goes to the background has no end");
    if (p->common->forks && (p->common->watchdog > 0 || (p->ready != NULL && p->ready->kind == READY_NOTIFY)))
        record_complain(from, p->common->watchdog > 0 ? "watchdog" : "ready",
                        "'forks' takes it away from reeve, which could not tell whose notices it hears: run it in the "
                        "foreground");
    if (p->pidfile != NULL && !p->common->forks && !p->common->detached)
        record_complain(from, "pidfile", "'pidfile' is for programs that are 'detached' or that 'forks'");
    if (p->pidfile != NULL && p->common->numprocs > 1)
        record_complain(from, "pidfile", "'pidfile' names one file, and 'numprocs' is %d", p->common->numprocs);
}

/* It must not outlive reeve, which holds its lock. */
static void check_scope(const struct program *p, const struct record_source *from)
{
    if (p->common->scope != SCOPE_CLUSTER)
        return;
    if (p->common->detached || p->common->forks)
        record_complain(
            from, "scope",
            "'scope = \"cluster\"' excludes 'detached' and 'forks': reeve holds its lock in the cluster, so "
            "it must not outlive reeve");
    if (was_said(p, "deathsig") && p->common->deathsig != SIGKILL)
        record_complain(from, "deathsig",
                        "with 'scope = \"cluster\"' it is KILL: nothing may be left when another box takes over");
}

void program_check(struct program *p, const struct record_source *from)
{
    keep_line(p->requires, "requires", from);
    keep_line(p->after, "after", from);
    keep_line(p->sockets, "sockets", from);

    choose_stopsignal(p);
    check_name(p, from);
    check_command(p, from);
    check_reload(p, from);
    check_counts(p, from);
    check_worker(p, from);
    check_spares(p, from);
    check_listener(p, from);
    check_ready(p, from);
    check_descriptors(p, from);
    check_detached(p, from);
    check_forks(p, from);
    check_scope(p, from);
    choose_deathsig(p);
}

void program_check_people(const struct program *p, const struct record_source *from)
{
    check_users(p, from);
    check_owner(from, "stdout", &p->out);
    check_owner(from, "stderr", &p->err);
}
