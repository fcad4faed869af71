/* From one life of reeve to the next, as `reeve run` sees it. */
#include "base/log.h"
#include "base/pack.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "control/configuration.h"
#include "control/upgrade.h"
#include "core/journal.h"
#include "modules/gearman.h"
#include "os/resume.h"
#include "run_private.h"
#include "script/script.h"
#include "script/task.h"
#include "version.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- to the next one ----------------------------------------------------------------------------- */

static void pack_log(struct buffer *out)
{
    struct buffer file = { 0 };
    const char *path;
    int fd;

    for (size_t i = 0; (path = log_file_at(i, &fd)) != NULL; i++) {
        pack_text(&file, "path", path);
        pack_number(&file, "fd", fd);
        pack_inner(out, "log", &file);
    }
    buffer_free(&file);
}

static void write_run(struct run *r)
{
    struct buffer out = { 0 };

    pack_text(&out, "version", REEVE_VERSION);
    pack_text(&out, "file", r->file);
    pack_text(&out, "pidfile", r->pidfile);
    pack_words(&out, "address", &r->addresses);
    pack_log(&out);
    r->openings = log_openings();
    snapshot_put(r->snapshot, &r->entry, "run", &out);
    buffer_free(&out);
}

static void write_all(struct run *r)
{
    supervisor_write(r->supervisor, true);
    server_write(r->server, true);
}

static bool leave(void *arg, struct error *e)
{
    struct run *r = arg;
    size_t running = tasks_count();

    log_notice("upgrade: running '%s'", resume_path());
    if (running > 0)
        log_notice("%zu hook%s or task%s that still ran end%s with this life", running, running == 1 ? "" : "s",
                   running == 1 ? "" : "s", running == 1 ? "s" : "");
    script_put_away();
    write_all(r);
    if (!snapshot_is_whole(r->snapshot))
        failure(e, "there was no memory to write everything down");
    else
        resume_exec(snapshot_fd(r->snapshot), e);
    gearman_close(); /* it has come to its end */
    gearman_open(r->supervisor);
    return false;
}

static void keep_trying(struct run *r);

static void on_callback(void *arg)
{
    (void)arg;
    resume_watch_begin();
}

static void on_callback_over(void *arg)
{
    struct run *r = arg;

    supervisor_write(r->supervisor, false);
    server_write(r->server, false);
    if (r->openings != log_openings())
        write_run(r);
    keep_trying(r);
}

static void on_turn_over(void *arg)
{
    (void)arg;
    resume_watch_end();
}

void life_keep(struct run *r)
{
    if (r->handover != NULL)
        journal_resume(handover_former(r->handover));
    r->snapshot = snapshot_new(&r->unkept);
    if (r->snapshot == NULL)
        return; /* life_arm tries again */
    write_run(r);
    supervisor_keep(r->supervisor, r->snapshot);
    script_keep(r->snapshot);
    journal_keep(r->snapshot);
}

void life_follow(const struct plan *plan)
{
    resume_set_limit(plan->settings.hang_limit);
}

static void arm(struct run *r)
{
    const struct loop_guard guard = { on_callback, on_callback_over, on_turn_over, r };

    life_follow(supervisor_plan(r->supervisor));
    loop_set_guard(r->loop, &guard);
    resume_arm(snapshot_fd(r->snapshot));
    upgrade_enable(r->supervisor, leave, r);
}

/* ---- while there is no memory for it ------------------------------------------------------------- */

enum { FIRST_PAUSE = 200, LONGEST_PAUSE = 60000 };

/* All of it: what changed meanwhile is nowhere. */
static void write_again(struct run *r)
{
    bool is_new = r->snapshot == NULL;

    if (is_new)
        r->snapshot = snapshot_new(&r->unkept);
    if (r->snapshot == NULL)
        return;
    snapshot_try_again(r->snapshot);
    write_run(r);
    supervisor_keep_again(r->supervisor, r->snapshot);
    script_keep(r->snapshot);
    journal_keep(r->snapshot);
    server_write(r->server, true);
    if (is_new)
        arm(r);
}

static void try_again(void *arg)
{
    struct run *r = arg;

    r->retry = NULL;
    write_again(r);
    if (supervisor_is_kept(r->supervisor)) {
        r->pause = 0;
        log_notice("there is memory for what the next life of reeve must know: all is well again");
    }
    keep_trying(r);
}

static void keep_trying(struct run *r)
{
    if (r->retry != NULL || supervisor_is_kept(r->supervisor))
        return;
    if (r->pause == 0)
        log_error("%s: %s", supervisor_unkept_reason,
                  r->snapshot != NULL ? strerror(snapshot_failure(r->snapshot)) : r->unkept.text);
    r->pause = r->pause == 0 ? FIRST_PAUSE : 2 * r->pause < LONGEST_PAUSE ? 2 * r->pause : LONGEST_PAUSE;
    r->retry = timer_start(r->loop, r->pause, try_again, r);
}

void life_arm(struct run *r)
{
    if (r->snapshot != NULL) {
        write_all(r);
        arm(r);
    } else {
        resume_disarm(); /* the state that this life began with is no longer true */
    }
    keep_trying(r);
}

void life_end(struct run *r)
{
    timer_stop(&r->retry);
    loop_set_guard(r->loop, NULL);
    upgrade_enable(NULL, NULL, NULL);
    script_keep(NULL);
}

/* ---- from the former one ------------------------------------------------------------------------- */

/* How the former life ended: "an upgrade", "a crash by SIGSEGV", "a hang". */
static const char *why(const struct run *r)
{
    static char text[40];

    if (r->why == RESUME_UPGRADE)
        return upgrade_reason;
    if (r->why == RESUME_HANG)
        return "a hang";
    snprintf(text, sizeof text, "a crash by SIG%s", signal_name(r->why));
    return text;
}

static void adopt_log(struct unpack *u)
{
    char *path = unpack_text(u, "path");
    int fd = resume_claim(unpack_number(u, "fd"));

    if (path != NULL && fd >= 0)
        log_adopt(path, fd);
    free(path);
}

/* Those of the command line would be looked for in the folder where we are now. */
static void read_addresses(struct run *r, struct unpack *u)
{
    struct words addresses = { 0 };

    unpack_words(u, "address", &addresses);
    if (addresses.count > 0) {
        words_free(&r->addresses);
        r->addresses = addresses;
    }
}

static void read_run(const char *data, size_t length, void *arg)
{
    struct run *r = arg;
    struct unpack u, log;

    if (!unpack_begin(&u, data, length))
        return;
    free(r->file);
    free(r->pidfile);
    r->file = unpack_text(&u, "file");
    r->pidfile = unpack_text(&u, "pidfile");
    read_addresses(r, &u);
    unpack_rewind(&u);
    while (unpack_inner(&u, "log", &log))
        adopt_log(&log);
}

static struct handover *read_former(struct run *r, struct error *e)
{
    struct former *former;
    int fd;

    if (!resume_begin(r->resume_said, &fd, &r->why) || resume_claim(fd) < 0) {
        failure(e, "--resume is only for reeve itself");
        return NULL;
    }
    former = former_open(fd, e);
    if (former == NULL)
        return NULL;
    resume_hold();
    resume_arm_early(fd);
    former_each(former, "run", read_run, r);
    configuration_prepare();
    script_attach(&r->upward, r->file);
    script_resume(former, NULL);
    return handover_open(former, &r->upward, e);
}

/* There were too many: what ended us is to be seen by whoever started us. */
static void count_crash(struct run *r)
{
    if (r->why == RESUME_UPGRADE)
        return;
    handover_count_crash(r->handover);
    if (!handover_is_hopeless(r->handover))
        return;
    log_error("reeve ends: after %s, one of too many within a minute", why(r));
    resume_give_up(r->why);
}

struct plan *life_read(struct run *r)
{
    struct plan *plan;
    struct error e;

    r->handover = read_former(r, &e);
    if (r->handover == NULL) {
        log_error("reeve cannot go on after %s: %s", why(r), e.text);
        return NULL;
    }
    plan = handover_plan(r->handover);
    if (!run_open_log(r, &plan->settings, &e))
        log_error("log: %s", e.text);
    count_crash(r);
    return plan;
}

static void resume_sockets(struct run *r, const struct plan *plan)
{
    struct problems problems = { 0 };
    struct error e;

    handover_claim(r->handover, r->supervisor);
    if (!supervisor_open_sockets(r->supervisor, plan, &problems))
        problems_log(&problems);
    server_resume(r->server, handover_former(r->handover), plan);
    if (!server_listen(r->server, plan, &e))
        log_error("%s", e.text);
    run_name_address(r);
    problems_free(&problems);
}

static void resume_state(struct run *r, const struct plan *plan)
{
    const char *folder = plan->settings.state_dir;
    struct error e;

    if (folder != NULL && !supervisor_keep_state(r->supervisor, folder, &e))
        log_error("%s", e.text);
}

static void tell(const struct run *r)
{
    size_t count = supervisor_process_count(r->supervisor);

    log_at(r->why == RESUME_UPGRADE ? LOG_NOTICE : LOG_ERR, "reeve %s goes on after %s: %zu process%s", REEVE_VERSION,
           why(r), count, count == 1 ? "" : "es");
    if (supervisor_is_quiet(r->supervisor))
        log_error("reeve: %s", supervisor_quiet_reason);
}

void life_resume(struct run *r)
{
    struct plan *plan = handover_plan(r->handover);

    resume_sockets(r, plan);
    handover_resume(r->handover, r->supervisor);
    resume_state(r, plan);
    gearman_open(r->supervisor);
    tell(r);
    life_arm(r);
    resume_release();
    server_resume_clients(r->server, handover_former(r->handover), why(r));
    handover_close(r->handover);
    r->handover = NULL;
    resume_close_rest();
}
