/* The new binary is asked first, in a child, whether it could go on from where we are: it reads the state and evaluates
 * the configuration in it. */
#include "control/upgrade.h"

#include "base/log.h"
#include "base/units.h"
#include "base/xalloc.h"
#include "control/configuration.h"
#include "core/command.h"
#include "core/handover.h"
#include "core/organ.h"
#include "core/tool.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/resume.h"
#include "script/script.h"
#include "version.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    CHECK_LIMIT = 30000,
    CHECK_OUTPUT = 64 << 10,
    TELL_LIMIT = 1000 /* some hooks cause an event for each that they are told */
};

const char upgrade_reason[] = "an upgrade";

static struct {
    struct supervisor *supervisor; /* NULL: nobody can be upgraded here */
    upgrade_leave_fn *leave;
    void *arg;
    struct tool *check;
    struct reply *reply; /* to be told a failure; NULL: nobody waits */
    size_t organs;       /* that finish what they have begun */
    bool leaving;        /* as soon as they have, and all events are told */
    msec patience;       /* events are told until then */
} upgrade;

static void fail(const char *why)
{
    struct reply *r = upgrade.reply;

    log_error("no upgrade: %s", why);
    upgrade.reply = NULL;
    upgrade.leaving = false;
    if (r == NULL)
        return;
    reply_fail(r, REPLY_FAILED, "no upgrade, the old reeve runs on: %s", why);
    reply_end(r);
}

/* What events cause belongs to this life. */
static void leave(void *arg)
{
    struct supervisor *s = arg;
    struct error e;

    if (upgrade.supervisor == NULL || !upgrade.leaving)
        return;
    if (!bus_is_empty(supervisor_bus(s)) && clock_now() < upgrade.patience)
        loop_later(supervisor_loop(s), leave, s);
    else if (supervisor_is_ending(s))
        fail("reeve is stopping");
    else if (!upgrade.leave(upgrade.arg, &e))
        fail(e.text);
}

/* ---- the check --------------------------------------------------------------------------------- */

static void explain(const struct tool_result *result, struct error *e)
{
    const char *text = result->err->length > 0 ? result->err->data : "";
    int length = (int)strcspn(text, "\n");

    if (result->error != NULL)
        failure(e, "%s", result->error);
    else if (length > 0)
        failure(e, "%.*s", length, text);
    else if (result->signal != 0)
        failure(e, "killed by SIG%s", signal_name(result->signal));
    else
        failure(e, "exited with status %d", result->code);
    failure_in(e, "'%s' cannot go on from here", resume_path());
}

static void on_organ_done(void *arg)
{
    (void)arg;
    if (--upgrade.organs > 0 || upgrade.supervisor == NULL)
        return;
    upgrade.patience = clock_now() + TELL_LIMIT;
    loop_later(supervisor_loop(upgrade.supervisor), leave, upgrade.supervisor);
}

/* What works beside the programs, such as jobs, cannot be handed over: it comes to its end first. */
static void finish_work(void)
{
    msec limit = supervisor_plan(upgrade.supervisor)->settings.stop_timeout;
    const struct organ *o;

    upgrade.organs = 1;
    for (size_t i = 0; (o = organ_at(i)) != NULL; i++)
        upgrade.organs += o->stop(limit, on_organ_done, NULL);
    on_organ_done(NULL);
}

static void on_checked(const struct tool_result *result, void *arg)
{
    struct error e;

    (void)arg;
    upgrade.check = NULL;
    if (result->error != NULL || result->code != 0) {
        explain(result, &e);
        fail(e.text);
        return;
    }
    upgrade.leaving = true;
    finish_work();
}

static bool begin_check(struct error *e)
{
    struct supervisor *s = upgrade.supervisor;
    struct words cmd = { 0 };
    struct tool_request request = { .cmd = &cmd, .timeout = CHECK_LIMIT, .max_output = CHECK_OUTPUT };

    supervisor_write(s, true);
    if (!snapshot_is_whole(supervisor_snapshot(s)))
        return failure(e, "there was no memory to write everything down");
    words_add(&cmd, resume_path());
    words_add(&cmd, "run");
    words_add(&cmd, "--check-state");
    request.input = snapshot_bytes(supervisor_snapshot(s), &request.input_length);
    upgrade.check = tool_start(supervisor_children(s), supervisor_loop(s), &request, on_checked, NULL, e);
    words_free(&cmd);
    return upgrade.check != NULL;
}

/* ---- the verb ---------------------------------------------------------------------------------- */

/* The client has gone: it goes on all the same. */
static void on_cancel(struct reply *r, void *work)
{
    (void)r;
    (void)work;
    upgrade.reply = NULL;
}

static void run(const struct request *q, struct reply *r)
{
    struct error e;

    if (supervisor_snapshot(q->supervisor) == NULL)
        failure(&e, "%s", supervisor_unkept_reason);
    else if (upgrade.supervisor == NULL)
        failure(&e, "this reeve keeps no state for another one");
    else if (supervisor_is_ending(q->supervisor))
        failure(&e, "reeve is stopping");
    else if (upgrade.check != NULL || upgrade.leaving)
        failure(&e, "another upgrade is under way");
    else if (begin_check(&e)) {
        upgrade.reply = r;
        reply_later(r, on_cancel, NULL);
        return;
    }
    reply_fail(r, REPLY_FAILED, "no upgrade: %s", e.text);
    reply_end(r);
}

/* We are what it was to lead to. */
static void resume(const struct request *q, struct reply *r)
{
    if (strcmp(q->resumed, upgrade_reason) == 0)
        reply_line(r, "upgraded: this is reeve %s", REEVE_VERSION);
    else
        reply_fail(r, REPLY_FAILED, "reeve began anew before the upgrade, after %s", q->resumed);
    reply_end(r);
}

void upgrade_register(void)
{
    static const struct command verb = {
        "upgrade",
        "",
        "run the reeve that is now at its path; programs do not notice\n"
        "Processes, their pipes, sockets and histories, and the clients of the control port are handed over. The new "
        "binary is tried first; if it fails, the old one runs on.",
        "",
        0,
        0,
        true,
        run
    };
    static const struct resumption again = { "upgrade", resume };

    if (command_find(verb.verb) != NULL)
        return;
    command_register(&verb);
    command_register_resumption(&again);
}

void upgrade_enable(struct supervisor *s, upgrade_leave_fn *fn, void *arg)
{
    upgrade.supervisor = s;
    upgrade.leave = fn;
    upgrade.arg = arg;
    if (s != NULL)
        return;
    tool_cancel(upgrade.check);
    upgrade.check = NULL;
    upgrade.leaving = false;
}

/* ---- the new binary's part ------------------------------------------------------------------------ */

static int take_stdin(struct error *e)
{
    char data[64 << 10];
    int fd = memfd_create("reeve", MFD_CLOEXEC);
    ssize_t n = 0;

    if (fd < 0) {
        failure_errno(e, "no memory for the state");
        return -1;
    }
    while ((n = read(STDIN_FILENO, data, sizeof data)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !file_write(fd, data, (size_t)n))
            break;
    if (n == 0)
        return fd;
    failure_errno(e, "the state cannot be read");
    close(fd);
    return -1;
}

int upgrade_check_state(void)
{
    struct supervisor_upward upward;
    struct former *former = NULL;
    struct handover *handover = NULL;
    struct error e;
    int fd = take_stdin(&e);

    configuration_prepare();
    script_attach(&upward, NULL);
    if (fd >= 0)
        former = former_open(fd, &e);
    if (former != NULL && script_resume(former, &e))
        handover = handover_open(former, &upward, &e);
    if (handover == NULL)
        fprintf(stderr, "%s\n", e.text);
    handover_close(handover);
    script_detach(&upward);
    return handover != NULL ? 0 : 1;
}
