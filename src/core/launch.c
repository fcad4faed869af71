/* A start: the environment, the streams, and then the child. */
#include "base/log.h"
#include "base/xalloc.h"
#include "core/detached.h"
#include "core/sockets.h"
#include "keep.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/resume.h"
#include "os/user_cache.h"
#include "process_private.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void set_number(struct environment *env, const char *key, int number)
{
    struct buffer text = { 0 };

    buffer_add_number(&text, number);
    environment_set(env, key, text.data);
    buffer_free(&text);
}

static bool fill_environment(struct environment *env, struct process *p, const struct program *settings,
                             const struct identity *identity, struct error *e)
{
    const struct supervisor *s = p->supervisor;

    if (!settings->common->clear_env)
        environment_inherit(env);
    if (identity != NULL && identity->name != NULL) {
        environment_set(env, "HOME", identity->home);
        environment_set(env, "USER", identity->name);
        environment_set(env, "LOGNAME", identity->name);
        environment_set(env, "SHELL", identity->shell);
    }
    if (settings->env_file != NULL && !environment_read_file(env, settings->env_file, e))
        return failure_in(e, "env_file");
    environment_put_all(env, &p->program->plan->settings.env);
    environment_put_all(env, &settings->env);
    environment_set(env, "REEVE_PROCESS", process_name(p));
    environment_set(env, "REEVE_PROGRAM", p->program->name);
    set_number(env, "REEVE_INDEX", p->index);
    environment_set(env, "REEVE_ID", supervisor_token(s));
    if (supervisor_address(s) != NULL)
        environment_set(env, "REEVE_SOCKET", supervisor_address(s));
    return true;
}

/* The program's limits, and the number of open files that reeve itself began with, unless the program says one. */
static void fill_limits(struct launch *l, const struct limits *limits)
{
    struct limit files;
    bool said = false;

    for (size_t i = 0; i < limits->count; i++) {
        l->limits[i] = limits->limit[i];
        said = said || limits->limit[i].resource == RLIMIT_NOFILE;
    }
    l->request.limits = l->limits;
    l->request.limit_count = limits->count;
    if (!said && limits_files_before(&files))
        l->limits[l->request.limit_count++] = files;
}

bool launch_prepare(struct launch *l, struct process *p, const struct program *settings, struct error *e)
{
    const struct program_common *common = settings->common;
    bool changes_user = common->user != NULL || common->group != NULL || common->groups.word != NULL;
    int null = file_null(e);

    *l = (struct launch){ .close_after = { -1, -1, -1, -1 } };
    if (null < 0)
        return false;
    if (changes_user && !user_cache_find(common->user, common->group, (const char *const *)common->groups.word,
                                         common->groups.count, &l->identity, e))
        return false;
    if (!fill_environment(&l->environment, p, settings, changes_user ? &l->identity : NULL, e))
        return false;
    l->request = (struct child_request){ .envp = l->environment.entry,
                                         .directory = settings->workingdir,
                                         .umask = common->umask,
                                         .stdio = { null, null, null },
                                         .identity = changes_user ? &l->identity : NULL,
                                         .has_nice = common->nice != INT_MIN,
                                         .nice = common->nice,
                                         .has_oom_score_adj = common->oom_score_adj != INT_MIN,
                                         .oom_score_adj = common->oom_score_adj,
                                         .no_new_privs = common->no_new_privs,
                                         .deathsig = common->detached ? 0 : common->deathsig };
    fill_limits(l, &common->limits);
    return true;
}

void launch_clear(struct launch *l)
{
    for (int i = 0; i < 4; i++)
        if (l->close_after[i] >= 0)
            close(l->close_after[i]);
    free(l->passed);
    words_free(&l->sockets);
    environment_free(&l->environment);
    identity_free(&l->identity);
}

void launch_pass(struct launch *l, int number, int fd)
{
    size_t count = (size_t)number - 2;

    if (count > l->request.passed_count) {
        l->passed = xrealloc(l->passed, count * sizeof *l->passed);
        for (size_t i = l->request.passed_count; i < count; i++)
            l->passed[i] = -1;
        l->request.passed = l->passed;
        l->request.passed_count = count;
    }
    l->passed[number - 3] = fd;
}

/* Those that the program names. A worker that names none has all of them: it shares reeve's own view of the world. */
static void list_sockets(struct launch *l, const struct process *p, const struct program *settings)
{
    const struct plan *plan = p->program->plan;

    if (settings->sockets != NULL)
        words_copy(&l->sockets, &settings->sockets->words);
    else if (program_is_worker(settings))
        for (size_t i = 0; i < plan->socket_count; i++)
            words_add(&l->sockets, plan->sockets[i]->name);
}

/* The protocol of sd_listen_fds(3). LISTEN_PID is filled in by whoever makes the child. */
static void announce_sockets(struct launch *l)
{
    struct buffer names = { 0 };

    for (size_t i = 0; i < l->sockets.count; i++)
        buffer_addf(&names, "%s%s", i > 0 ? ":" : "", l->sockets.word[i]);
    set_number(&l->environment, "LISTEN_FDS", (int)l->sockets.count);
    environment_set(&l->environment, "LISTEN_PID", "");
    environment_set(&l->environment, "LISTEN_FDNAMES", names.data);
    buffer_free(&names);
}

/* A worker knows them by name: what it runs in its turn should not look for them. */
static bool pass_sockets(struct launch *l, const struct process *p, const struct program *settings, struct error *e)
{
    list_sockets(l, p, settings);
    for (size_t i = 0; i < l->sockets.count; i++) {
        int fd = sockets_find(supervisor_sockets(p->supervisor), l->sockets.word[i]);

        if (fd < 0)
            return failure(e, "socket '%s' is not open", l->sockets.word[i]);
        launch_pass(l, 3 + (int)i, fd);
    }
    if (l->sockets.count > 0 && !program_is_worker(settings))
        announce_sockets(l);
    return true;
}

/* A stream that goes elsewhere than at the last start gets a new output; else the old one goes on. */
static void renew_output(struct process *p, struct output **o, const struct output_settings *s, const char *stream)
{
    if (output_serves(*o, s))
        return;
    output_free(*o);
    *o = output_new(supervisor_loop(p->supervisor), s, process_name(p), stream);
    output_keep(*o, supervisor_snapshot(p->supervisor));
}

static bool open_output(struct launch *l, struct output *o, const struct output_settings *s, int stream,
                        struct error *e)
{
    bool close_it = false;
    /* The file is the child's: it is made as the child would make it. */
    int mode = l->request.umask >= 0 ? 0666 & ~l->request.umask : -1;
    int fd = output_open(o, s, stream, mode, &close_it, e);

    if (fd < 0)
        return failure_in(e, stream == 1 ? "stdout" : "stderr");
    l->request.stdio[stream] = fd;
    if (close_it)
        l->close_after[stream] = fd;
    return true;
}

static bool open_streams(struct launch *l, struct process *p, const struct program *settings, struct error *e)
{
    if (settings->input != NULL && strcmp(settings->input, "/dev/null") != 0) {
        l->close_after[0] = file_open_read(settings->input, e);
        if (l->close_after[0] < 0)
            return failure_in(e, "stdin");
        l->request.stdio[0] = l->close_after[0];
    }
    if (settings->common->detached && (!output_outlives_us(&settings->out) || !output_outlives_us(&settings->err)))
        return failure(e, "a detached program's output must go to a path or be discarded");
    renew_output(p, &p->out, &settings->out, "stdout");
    renew_output(p, &p->err, &settings->err, "stderr");
    if (!open_output(l, p->out, &settings->out, 1, e))
        return false;
    if (settings->err.kind == OUTPUT_STDOUT) {
        l->request.stdio[2] = l->request.stdio[1];
        return true;
    }
    return open_output(l, p->err, &settings->err, 2, e);
}

/* What a worker is born with: it is all still there in the child. */
struct birth {
    struct process *process;
    struct launch *launch;
    const struct function *body;
};

static int live(void *arg)
{
    const struct birth *b = arg;
    const struct supervisor_upward *up = supervisor_upward(b->process->supervisor);
    struct worker_start start = { .process = b->process,
                                  .environment = b->launch->environment.entry,
                                  .sockets = &b->launch->sockets,
                                  .board = supervisor_board(b->process->supervisor),
                                  .line = care_line(b->process),
                                  .bell = b->launch->bell };

    resume_disarm();
    loop_set_guard(supervisor_loop(b->process->supervisor), NULL);
    snapshot_leave(supervisor_snapshot(b->process->supervisor));
    return up->body(up->arg, &start, b->body);
}

static struct child *start_child(struct process *p, const struct program *settings, struct launch *l,
                                 child_exit_fn *on_exit, struct error *e)
{
    const struct supervisor_upward *up = supervisor_upward(p->supervisor);
    struct birth birth = { p, l, program_function(settings, "run") };

    if (birth.body != NULL && up->body == NULL) {
        failure(e, "there is nobody to run functions");
        return NULL;
    }
    if (birth.body != NULL) {
        l->request.body = live;
        l->request.body_arg = &birth;
    } else {
        l->request.argv = settings->cmd.word;
    }
    if (birth.body != NULL && up->before_fork != NULL)
        up->before_fork(up->arg, birth.body);
    return child_start(supervisor_children(p->supervisor), &l->request, on_exit, p, e);
}

static void warn_of_no_place(const struct process *p)
{
    char *place = detached_place(p);

    if (place == NULL)
        log_warning("%s is detached, and there is neither 'pidfile' nor 'state_dir': it will not be found again",
                    process_name(p));
    free(place);
}

/* One that nobody could find again must not live on. */
static bool note_child(struct process *p, struct error *e)
{
    struct process_mark who;

    supervisor_note_child(p->supervisor, p, child_pid(p->child));
    if (!p->program->common->detached || p->program->common->forks)
        return true;
    child_spare(p->child);
    warn_of_no_place(p);
    if (!procfs_mark(child_pid(p->child), &who) || detached_note(p, &who, e))
        return true;
    child_signal_group(p->child, SIGKILL, NULL);
    child_free(p->child);
    p->child = NULL;
    return false;
}

bool process_join(struct process *p, const struct process_mark *who, child_exit_fn *on_exit, struct error *e)
{
    struct child *child = child_adopt(supervisor_children(p->supervisor), who, on_exit, p, e);
    struct error why;

    if (child == NULL)
        return false;
    p->child = child;
    p->starter = false;
    process_touch(p);
    if (p->program->common->detached)
        child_spare(p->child);
    supervisor_note_child(p->supervisor, p, who->pid);
    if (!detached_note(p, who, &why))
        log_warning("%s: %s", process_name(p), why.text);
    return true;
}

bool process_find_again(struct process *p, child_exit_fn *on_exit)
{
    struct process_mark who;
    struct error e;

    if (!detached_is_noted(p->program) || !detached_find(p, &who, NULL))
        return false;
    if (!process_resolve(p, &e) || !process_join(p, &who, on_exit, &e)) {
        log_warning("%s: %s", process_name(p), e.text);
        return false;
    }
    p->started = clock_now() - procfs_age(&who);
    p->run = supervisor_next_run(p->supervisor);
    process_touch(p);
    return true;
}

bool process_launch(struct process *p, child_exit_fn *on_exit, struct error *e)
{
    const struct program *settings;
    struct launch l;

    if (!process_resolve(p, e))
        return false;
    settings = process_settings(p);
    if (launch_prepare(&l, p, settings, e) && open_streams(&l, p, settings, e) && pass_sockets(&l, p, settings, e) &&
        care_prepare(p, &l, e)) {
        l.request.urgent = p->restarts > 0;
        l.request.envp = l.environment.entry;
        p->started = clock_now();
        p->run = supervisor_next_run(p->supervisor);
        p->starter = p->program->common->forks;
        resume_hold();
        process_make_room(p); /* a child that was just started must not be lost for want of memory */
        p->child = start_child(p, settings, &l, on_exit, e);
        if (p->child != NULL)
            process_write_child(p);
        resume_release();
    }
    if (p->child == NULL || !note_child(p, e)) {
        output_cancel(p->out);
        output_cancel(p->err);
        care_forget(p);
    } else {
        care_child_started(p);
    }
    launch_clear(&l);
    return p->child != NULL;
}
