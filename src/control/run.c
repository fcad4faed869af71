/* `reeve run`: from the words of the command line to a supervisor on its loop, and back. */
#include "base/log.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "control/address.h"
#include "control/cli.h"
#include "control/configuration.h"
#include "control/premises.h"
#include "control/upgrade.h"
#include "core/herald.h"
#include "core/journal.h"
#include "core/reload_report.h"
#include "core/supervisor.h"
#include "core/tally.h"
#include "modules/gearman.h"
#include "os/daemon.h"
#include "os/limits.h"
#include "os/manager.h"
#include "os/oom.h"
#include "os/pidfile.h"
#include "os/signals.h"
#include "os/user_cache.h"
#include "run_private.h"
#include "script/script.h"
#include "script/store.h"
#include "version.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Its path is meant from where we were started, not from the folder that the file may bring us to. */
static void add_address(struct run *r, const char *said)
{
    char *address = address_absolute(said);

    words_add(&r->addresses, address);
    free(address);
}

static bool read_options(struct run *r, int argc, char **argv)
{
    static const struct option names[] = { { "daemon", no_argument, NULL, 'd' },
                                           { "pidfile", required_argument, NULL, 'p' },
                                           { "resume", required_argument, NULL, 'r' },
                                           { "check-state", no_argument, NULL, 'k' },
                                           { 0 } };
    int c;

    while ((c = getopt_long(argc, argv, "c:s:v", names, NULL)) != -1) {
        if (c == 'c')
            r->file_said = optarg;
        else if (c == 's')
            add_address(r, optarg);
        else if (c == 'd')
            r->daemon = true;
        else if (c == 'p')
            r->pidfile_said = optarg;
        else if (c == 'v')
            r->verbose = true;
        else if (c == 'r')
            r->resume_said = optarg;
        else if (c == 'k')
            r->check_state = true;
        else
            return false;
    }
    return true;
}

/* Whoever started us hears it, also from the background. */
static void tell(const struct run *r, const char *text)
{
    if (r->daemon)
        daemon_failed(text);
    else
        fprintf(stderr, "%s\n", text);
}

static bool give_up(const struct run *r, const struct error *e)
{
    char text[sizeof e->text + 8];

    snprintf(text, sizeof text, "reeve: %s", e->text);
    tell(r, text);
    return false;
}

/* ---- from settings to facts -------------------------------------------------------------------- */

static void tell_problems(const struct run *r, const struct problems *problems)
{
    struct buffer text = { 0 };

    problems_print(problems, &text);
    if (text.length > 0)
        text.data[text.length - 1] = '\0';
    tell(r, text.length > 0 ? text.data : "reeve: the configuration cannot be read");
    buffer_free(&text);
}

static struct plan *load(const struct run *r)
{
    struct problems problems = { 0 };
    struct plan *plan;

    configuration_prepare();
    plan = script_load(r->file, &problems);
    if (plan == NULL)
        tell_problems(r, &problems);
    problems_free(&problems);
    return plan;
}

bool run_open_log(const struct run *r, const struct supervisor_settings *settings, struct error *e)
{
    const char *fallback = r->daemon ? "syslog" : "stderr";
    bool said = setting_was_said(settings, setting_find(&supervisor_record, "log"));

    return log_open(said ? (const char *const *)settings->log.word : &fallback, said ? settings->log.count : 1,
                    r->verbose ? LOG_DEBUG : settings->log_level, settings->syslog_facility, e);
}

/* Relative paths of the file are within its workingdir: a reload would look for them there too. */
static bool apply_settings(struct run *r, const struct supervisor_settings *settings, struct error *e)
{
    r->pidfile = premises_absolute(r->pidfile_said);
    premises_mask(settings);
    if (!premises_enter(settings, e))
        return false;
    if (r->pidfile == NULL)
        r->pidfile = premises_absolute(settings->pidfile);
    return run_open_log(r, settings, e) || failure_in(e, "log");
}

/* What is ours as the user that we stay. */
static bool settle(struct run *r, const struct plan *plan, struct error *e)
{
    const char *state_dir = plan->settings.state_dir;

    return premises_settle(&plan->settings, e) && (r->pidfile == NULL || pidfile_write(r->pidfile, e)) &&
           server_listen(r->server, plan, e) &&
           (state_dir == NULL || supervisor_keep_state(r->supervisor, state_dir, e));
}

/* The sockets come first: their ports may be for root only. One that cannot be opened is told last: if another reeve
 * has it, the pid file or the control port says which; and a former life's programs are ended first. */
static bool occupy(struct run *r, const struct plan *plan)
{
    struct problems problems = { 0 };
    bool good = supervisor_open_sockets(r->supervisor, plan, &problems);
    struct error e;

    if (!settle(r, plan, &e))
        good = give_up(r, &e);
    else if (!good && !(good = supervisor_open_sockets_later(r->supervisor)))
        tell_problems(r, &problems);
    manager_drop_rest();
    problems_free(&problems);
    return good;
}

/* ---- while it runs ----------------------------------------------------------------------------- */

static void reload(struct run *r)
{
    struct problems problems = { 0 };
    struct reload_report report = { 0 };

    supervisor_reload(r->supervisor, RELOAD_PLAIN, &report, &problems); /* logs all of it */
    reload_report_free(&report);
    problems_free(&problems);
}

static void scale(struct run *r, int number)
{
    struct program *program = supervisor_pool(r->supervisor);

    if (program == NULL) {
        log_warning("SIG%s: there are several programs, and `pool` names none", signal_name(number));
        return;
    }
    if (number == SIGWINCH)
        supervisor_scale(r->supervisor, program, 0, true);
    else
        supervisor_scale_by(r->supervisor, program, number == SIGTTIN ? 1 : -1, false);
    supervisor_keep_count(r->supervisor, program);
}

static void on_signal(int number, int sender, void *arg)
{
    struct run *r = arg;
    char why[64];

    snprintf(why, sizeof why, "SIG%s from pid %d", signal_name(number), sender);
    switch (number) {
    case SIGTERM:
    case SIGINT:
    case SIGQUIT:
        supervisor_shutdown(r->supervisor, 0, number == SIGQUIT, why);
        break;
    case SIGHUP:
        log_notice("%s: reload", why);
        reload(r);
        break;
    case SIGUSR1:
        log_notice("%s: opening log files again", why);
        supervisor_reopen(r->supervisor);
        break;
    case SIGUSR2:
        log_notice("%s: asking again for what comes from outside", why);
        supervisor_refresh(r->supervisor, why);
        break;
    default:
        if (!supervisor_is_ending(r->supervisor))
            scale(r, number);
    }
}

/* Before anything is started: children are told the address. */
void run_name_address(struct run *r)
{
    if (server_address(r->server) != NULL)
        supervisor_set_address(r->supervisor, server_address(r->server));
}

/* What of a new plan concerns reeve itself. The rest of it (user, pid file …) is for the next start, as the reply says.
 */
static void on_event(const struct event *event, void *arg)
{
    struct run *r = arg;
    const struct plan *plan = supervisor_plan(r->supervisor);
    struct error e;

    if (event->kind != EVENT_RELOAD)
        return;
    if (!run_open_log(r, &plan->settings, &e))
        log_error("log: %s; the old one goes on", e.text);
    life_follow(plan);
    if (!premises_make(&plan->settings, &e))
        log_error("%s", e.text);
    server_follow(r->server, plan);
    run_name_address(r);
}

static bool may_listen(void *arg, const struct plan *plan, struct problems *problems)
{
    return server_may_listen(arg, plan, problems);
}

/* ---- life -------------------------------------------------------------------------------------- */

static void build(struct run *r)
{
    limits_raise_files();
    oom_open("/proc/self", "/dev/kmsg");
    r->loop = loop_new();
    user_cache_open(r->loop);
    signals_open(r->loop, on_signal, r);
    r->supervisor = supervisor_new(r->loop, &r->upward);
    r->server = server_new(r->supervisor, &r->addresses);
    supervisor_ask_first(r->supervisor, may_listen, r->server);
    r->listener = bus_listen(supervisor_bus(r->supervisor), on_event, r);
    journal_open(supervisor_bus(r->supervisor));
    tally_open(supervisor_bus(r->supervisor));
    script_listen(r->supervisor);
    life_keep(r);
}

static void tear_down(struct run *r)
{
    life_end(r);
    server_free(r->server);
    gearman_close();
    script_unlisten();
    journal_close();
    tally_close();
    bus_unlisten(&r->listener);
    supervisor_free(r->supervisor);
    script_detach(&r->upward);
    store_clear();
    signals_close();
    user_cache_close();
    loop_free(r->loop);
    snapshot_free(r->snapshot);
    oom_close();
    if (r->pidfile != NULL)
        pidfile_remove(r->pidfile);
}

/* Until the end. The exit status. */
static int turn(struct run *r)
{
    int status;

    herald_start(r->supervisor);
    loop_run(r->loop);
    herald_stop();
    status = supervisor_exit_code(r->supervisor);
    log_notice("reeve ends with status %d", status);
    return status;
}

static int supervise(struct run *r, struct plan *plan)
{
    log_notice("reeve %s supervises %s with pid %d: %zu program%s", REEVE_VERSION, r->file, (int)getpid(),
               plan->program_count, plan->program_count == 1 ? "" : "s");
    run_name_address(r);
    supervisor_start(r->supervisor, plan);
    gearman_open(r->supervisor);
    xtrim();
    daemon_ready();
    life_arm(r);
    return turn(r);
}

/* Owns `plan`. */
static int run(struct run *r, struct plan *plan)
{
    struct error e;
    int status = 1;

    plan_anchor(plan);
    if (!apply_settings(r, &plan->settings, &e)) {
        give_up(r, &e);
        plan_release(plan);
        return 1;
    }
    script_attach(&r->upward, r->file);
    build(r);
    if (occupy(r, plan))
        status = supervise(r, plan);
    else
        plan_release(plan);
    tear_down(r);
    return status;
}

/* The next life of the same process: what it needs was made by the first one. */
static int run_on(struct run *r)
{
    int status;

    if (life_read(r) == NULL)
        return 1;
    build(r);
    life_resume(r);
    status = turn(r);
    tear_down(r);
    return status;
}

int run_main(int argc, char **argv)
{
    struct run r = { 0 };
    struct plan *plan;
    struct error e;
    int status = 1;

    if (!read_options(&r, argc, argv)) {
        status = cli_wrong_option("run");
    } else if (optind < argc) {
        status = cli_misuse("run: what is '%s'? A file is named by -c", argv[optind]);
    } else if (r.check_state) {
        status = upgrade_check_state();
    } else if (r.resume_said != NULL) {
        manager_find();
        status = run_on(&r);
    } else if (r.daemon && !daemon_start(&e)) {
        fprintf(stderr, "reeve: %s\n", e.text);
    } else {
        r.file = premises_absolute(cli_file(r.file_said));
        manager_find();
        plan = load(&r);
        if (plan != NULL)
            status = run(&r, plan);
    }
    free(r.file);
    free(r.pidfile);
    words_free(&r.addresses);
    log_close();
    return status;
}
