#include "control/reconcile.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "control/cli.h"
#include "control/configuration.h"
#include "control/premises.h"
#include "core/census.h"
#include "core/command.h"
#include "core/supervisor.h"
#include "os/file.h"
#include "os/folder.h"
#include "os/limits.h"
#include "os/loop.h"
#include "os/signals.h"
#include "script/pass.h"
#include "script/script.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { LOCK_TRIES = 600, LOCK_WAIT = 100 * 1000 * 1000 /* ns */ };

struct reconcile {
    const char *file_said;
    bool verbose;
    const char *what; /* "pass" "list" "start" "stop" */
    const char *name; /* of the last two; else NULL */

    char *file; /* absolute */
    struct loop *loop;
    struct supervisor *supervisor;
    struct supervisor_upward upward;
    struct reply *reply;
    int status;
};

/* ---- the words --------------------------------------------------------------------------------- */

static bool read_words(struct reconcile *r, int count, char **words)
{
    r->what = count > 0 ? words[0] : "pass";
    if (count == 0 || (count == 1 && strcmp(r->what, "list") == 0))
        return true;
    r->name = count == 2 ? words[1] : NULL;
    return r->name != NULL && (strcmp(r->what, "start") == 0 || strcmp(r->what, "stop") == 0);
}

static bool read_options(struct reconcile *r, int argc, char **argv)
{
    static const struct option names[] = { { 0 } }; /* or "--json" would be told as an option '-' */
    int c;

    while ((c = getopt_long(argc, argv, "c:v", names, NULL)) != -1) {
        if (c == 'c')
            r->file_said = optarg;
        else if (c == 'v')
            r->verbose = true;
        else
            return false;
    }
    return true;
}

/* ---- before the pass --------------------------------------------------------------------------- */

static struct plan *load(const struct reconcile *r)
{
    struct plan *plan;

    script_expect_pass();
    plan = configuration_load(r->file);
    if (plan != NULL)
        plan_anchor(plan);
    return plan;
}

/* Quiet where nothing went wrong, since cron mails every line; but a log of its own hears all. */
static bool open_log(const struct reconcile *r, const struct supervisor_settings *settings, struct error *e)
{
    bool said = setting_was_said(settings, setting_find(&supervisor_record, "log")) ||
                setting_was_said(settings, setting_find(&supervisor_record, "log_level"));
    int level = said ? settings->log_level : LOG_WARNING;

    return log_open((const char *const *)settings->log.word, settings->log.count, r->verbose ? LOG_DEBUG : level,
                    settings->syslog_facility, e) ||
           failure_in(e, "log");
}

/* It would start again whom we stop. */
static bool is_alone(const struct supervisor_settings *settings, struct error *e)
{
    pid_t holder = settings->state_dir != NULL ? census_holder(settings->state_dir) : 0;

    return holder == 0 || failure(e,
                                  "reeve with pid %d supervises these programs: tell it what to do, by `reeve start` "
                                  "for example",
                                  (int)holder);
}

/* Whatever is relative means the same wherever we are called. */
static bool enter_folder(const struct reconcile *r, struct error *e)
{
    char *folder = folder_of(r->file);
    bool good = chdir(folder) == 0 || failure_errno(e, "'%s'", folder);

    free(folder);
    return good;
}

static int open_lock(const struct reconcile *r, const struct supervisor_settings *settings)
{
    char *path = settings->state_dir != NULL ? xasprintf("%s/reconcile.lock", settings->state_dir) : NULL;
    int fd = file_open(path != NULL ? path : r->file, (path != NULL ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0600);

    free(path);
    return fd;
}

/* Whoever comes while another is at work has his turn after him: a user's start must not be lost. */
static int lock(const struct reconcile *r, const struct supervisor_settings *settings, struct error *e)
{
    const struct timespec wait = { .tv_nsec = LOCK_WAIT };
    int fd = open_lock(r, settings);

    if (fd < 0) {
        failure_errno(e, "the lock of `reeve reconcile` in '%s'",
                      settings->state_dir != NULL ? settings->state_dir : r->file);
        return -1;
    }
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
            return fd;
        nanosleep(&wait, NULL);
    }
    close(fd);
    failure(e, "another `reeve reconcile` has been at work for a minute: nothing is done");
    return -1;
}

/* ---- the pass ---------------------------------------------------------------------------------- */

static void end(struct reconcile *r, int status)
{
    r->status = status;
    supervisor_shutdown(r->supervisor, status, false, "the pass is over");
}

static void on_pass_end(int status, const char *text, void *arg)
{
    if (text != NULL && *text != '\0')
        printf("%s%s", text, text[strlen(text) - 1] == '\n' ? "" : "\n");
    end(arg, status);
}

static void on_reply_end(struct reply *reply, void *arg)
{
    struct reconcile *r = arg;

    r->reply = NULL;
    fwrite(reply->text.data, 1, reply->text.length, stdout);
    if (reply->code != REPLY_OK && reply->code != REPLY_NOT_RUNNING && !reply->told)
        fprintf(stderr, "reeve: %s\n", reply->message);
    end(r, reply->code == REPLY_NOT_RUNNING ? 0 : reply_exit_status(reply->code));
}

/* The one that is named, or all that a pass is about; whether there are any. */
static bool add_targets(const struct reconcile *r, struct words *words)
{
    const struct plan *plan = supervisor_plan(r->supervisor);
    size_t verb = words->count;

    if (r->name != NULL)
        words_add(words, r->name);
    for (size_t i = 0; r->name == NULL && i < plan->program_count; i++)
        if (plan->programs[i]->common->detached)
            words_add(words, plan->programs[i]->name);
    return words->count > verb;
}

/* No server has a word in it. */
static void run_command(struct reconcile *r)
{
    struct words words = { 0 };

    words_add(&words, r->name != NULL ? r->what : "status");
    if (!add_targets(r, &words)) { /* without a target the verb would mean all */
        fprintf(stderr, "reeve: %s has no detached programs: there is nothing to list\n", r->file);
        words_free(&words);
        end(r, 0);
        return;
    }
    r->reply = reply_new(false, NULL, on_reply_end, r);
    command_run(r->supervisor, "reeve reconcile", &words, r->reply);
    words_free(&words);
}

static void begin(void *arg)
{
    struct reconcile *r = arg;

    if (script_offers_pass()) {
        script_run_pass(r->what, r->name, on_pass_end, r);
    } else if (strcmp(r->what, "pass") == 0) {
        fprintf(stderr, "reeve: %s follows no server: there is nothing to reconcile\n", r->file);
        end(r, 1);
    } else {
        run_command(r);
    }
}

static void on_signal(int number, int sender, void *arg)
{
    (void)sender;
    if (number == SIGTERM || number == SIGINT || number == SIGQUIT)
        end(arg, 1);
}

/* Owns `plan`. */
static void visit(struct reconcile *r, struct plan *plan)
{
    limits_raise_files();
    script_attach(&r->upward, r->file);
    r->loop = loop_new();
    signals_open(r->loop, on_signal, r);
    r->supervisor = supervisor_new(r->loop, &r->upward);
    script_listen(r->supervisor);
    supervisor_visit(r->supervisor, plan);
    loop_later(r->loop, begin, r);
    loop_run(r->loop);
    if (r->reply != NULL)
        reply_cancel(r->reply);
    script_unlisten();
    supervisor_free(r->supervisor);
    script_detach(&r->upward);
    signals_close();
    loop_free(r->loop);
}

/* A pass finds them by their pid files, and by nothing else. */
static bool has_places(const struct plan *plan, struct error *e)
{
    for (size_t i = 0; plan->settings.state_dir == NULL && i < plan->program_count; i++) {
        const struct program *program = plan->programs[i];

        if (program->common->detached && program->pidfile == NULL)
            return failure(e,
                           "program '%s' has neither 'pidfile' nor is there a 'state_dir': nobody would find it again",
                           program->name);
    }
    return true;
}

static bool find_program(struct reconcile *r, const struct plan *plan)
{
    const struct program *program = r->name != NULL ? plan_find(plan, r->name) : NULL;

    if (r->name == NULL || (program != NULL && program->common->detached))
        return true;
    r->status = program == NULL ? 4 : 1;
    if (program == NULL)
        fprintf(stderr, "reeve: there is no program '%s' in %s\n", r->name, r->file);
    else
        fprintf(stderr, "reeve: program '%s' is not detached: only a supervisor that stays can %s it\n", r->name,
                r->what);
    return false;
}

/* Owns `plan`. */
static void reconcile(struct reconcile *r, struct plan *plan)
{
    struct error e;
    int held = -1;

    r->status = 1;
    if (!find_program(r, plan)) {
        plan_release(plan);
        return;
    }
    premises_mask(&plan->settings);
    if (!has_places(plan, &e) || !open_log(r, &plan->settings, &e) || !enter_folder(r, &e) ||
        !premises_enter(&plan->settings, &e) || !premises_settle(&plan->settings, &e) ||
        !is_alone(&plan->settings, &e) || (held = lock(r, &plan->settings, &e)) < 0) {
        fprintf(stderr, "reeve: %s\n", e.text);
        plan_release(plan);
        return;
    }
    visit(r, plan);
    close(held);
}

int reconcile_main(int argc, char **argv)
{
    struct reconcile r = { .status = 1 };
    struct plan *plan;

    if (!read_options(&r, argc, argv))
        return cli_wrong_option("reconcile");
    if (!read_words(&r, argc - optind, argv + optind))
        return cli_misuse("reconcile: what is '%s'? It takes nothing, `list`, `start PROGRAM` or `stop PROGRAM`",
                          argv[optind]);
    r.file = premises_absolute(cli_file(r.file_said));
    plan = load(&r);
    if (plan != NULL)
        reconcile(&r, plan);
    free(r.file);
    log_close();
    return r.status;
}
