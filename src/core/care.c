/* What a process is asked while it has a child: readiness, heartbeat, health; and the blame, when one of these ends it.
 */
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "care_private.h"
#include "keep.h"
#include "os/board.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct care *care_of(struct process *p)
{
    if (p->care == NULL) {
        p->care = xcalloc(1, sizeof *p->care);
        p->care->ready_fd = -1;
    }
    return p->care;
}

static bool has_ready(const struct program *program, enum ready_kind kind)
{
    return program->ready != NULL && program->ready->kind == kind;
}

static bool may_speak(const struct program *program)
{
    return has_ready(program, READY_NOTIFY) || program->common->watchdog > 0;
}

/* -- before and after the start --------------------------------------------------------------------------------- */

static bool prepare_notify(struct process *p, struct launch *l, struct error *e)
{
    const char *address = notices_address(supervisor_notices(p->supervisor), e);
    char usec[24];

    if (address == NULL)
        return false;
    supervisor_touch_self(p->supervisor);
    environment_set(&l->environment, "NOTIFY_SOCKET", address);
    snprintf(usec, sizeof usec, "%lld", (long long)p->program->common->watchdog * 1000);
    if (p->program->common->watchdog > 0) {
        environment_set(&l->environment, "WATCHDOG_USEC", usec);
        care_of(p)->beat_told = p->program->common->watchdog;
    }
    return true;
}

/* Our end is never waited for. */
static bool prepare_pipe(struct process *p, struct launch *l, int number, struct error *e)
{
    struct care *care = care_of(p);
    int end[2];

    if (pipe2(end, O_CLOEXEC) < 0)
        return failure_errno(e, "pipe for ready.fd");
    fcntl(end[0], F_SETFL, O_NONBLOCK);
    if (care->ready_fd >= 0)
        close(care->ready_fd);
    care->ready_fd = end[0];
    l->close_after[3] = end[1];
    launch_pass(l, number, end[1]);
    return true;
}

/* The bell comes behind the sockets, and the pipe of `ready`. */
static bool prepare_worker(struct process *p, struct launch *l, struct error *e)
{
    struct board *board = supervisor_board(p->supervisor);
    struct care *care = care_of(p);

    if (care->line == NULL)
        care->line = board_take(board, e);
    if (care->line == NULL)
        return false;
    board_listen(care->line, p->program->common->spare_procs.max > 0);
    l->bell = 3 + (int)l->request.passed_count;
    launch_pass(l, l->bell, board_bell(board));
    return true;
}

struct board_line *care_line(const struct process *p)
{
    return p->care != NULL ? p->care->line : NULL;
}

bool process_is_busy(const struct process *p)
{
    return p->child != NULL && !p->ended && care_line(p) != NULL && board_is_busy(care_line(p));
}

bool care_prepare(struct process *p, struct launch *l, struct error *e)
{
    if (may_speak(p->program) && !prepare_notify(p, l, e))
        return false;
    if (has_ready(p->program, READY_FD) && !prepare_pipe(p, l, p->program->ready->fd, e))
        return false;
    return !program_is_worker(p->program) || prepare_worker(p, l, e);
}

/* A command beats as it has said itself, else as its start has told it, and one that was told nothing does not; a
 * worker need not know. */
static msec beat_limit(const struct process *p)
{
    msec limit = p->program->common->watchdog, told = p->care != NULL ? p->care->beat_told : 0;

    if (limit == 0 || program_is_worker(p->program))
        return limit;
    if (p->care != NULL && p->care->beat_said > 0)
        return p->care->beat_said;
    return told == 0 || told > limit ? told : limit;
}

void care_watch_heartbeat(struct process *p)
{
    msec limit = beat_limit(p);

    if (limit > 0 && care_of(p)->watchdog == NULL)
        p->care->watchdog = watchdog_start(p, limit, p->care->line);
}

void care_begin_hearing(struct process *p)
{
    if (!may_speak(p->program))
        return;
    care_of(p)->speaker = (struct speaker){ .pid = child_pid(p->child), .process = p };
    notices_add(supervisor_notices(p->supervisor), &p->care->speaker);
}

/* One that says itself when it is ready beats from then on; others from their start. */
void care_child_started(struct process *p)
{
    care_begin_hearing(p);
    if (!has_ready(p->program, READY_NOTIFY))
        care_watch_heartbeat(p);
}

static void on_ready_end(struct process *p, const char *why)
{
    p->care->readiness = NULL;
    if (why == NULL) {
        process_became_ready(p);
        return;
    }
    log_warning("%s: %s, stopping it", process_name(p), why);
    process_condemn(p, why, false);
}

const char *process_lack(const struct process *p)
{
    return p->care != NULL && p->care->readiness != NULL ? readiness_lack(p->care->readiness) : NULL;
}

void care_await_ready(struct process *p)
{
    struct care *care = care_of(p);

    care->readiness = readiness_start(p, care->ready_fd, on_ready_end);
    care->ready_fd = -1;
}

static void on_forking_end(struct process *p, const struct process_mark *who, const char *why)
{
    p->care->forking = NULL;
    process_daemon_found(p, who, why);
}

void care_await_daemon(struct process *p)
{
    care_of(p)->forking = forking_start(p, on_forking_end);
    process_touch(p);
}

bool care_awaits_daemon(const struct process *p)
{
    return p->care != NULL && p->care->forking != NULL;
}

void care_starter_ended(struct process *p)
{
    forking_starter_ended(p->care->forking);
}

void care_begin(struct process *p)
{
    care_watch_heartbeat(p);
    if (p->program->health != NULL)
        care_of(p)->health = health_start(p);
}

/* -- the way down ----------------------------------------------------------------------------------------------- */

static void stop_hearing(struct process *p)
{
    if (p->care->speaker.pid != 0)
        notices_remove(supervisor_notices(p->supervisor), &p->care->speaker);
    p->care->speaker.pid = 0;
}

/* It may speak to its end, and not longer: somebody else may get its pid. */
void care_stop(struct process *p)
{
    struct care *care = p->care;

    if (care == NULL)
        return;
    forking_stop(&care->forking);
    readiness_stop(&care->readiness);
    watchdog_stop(&care->watchdog);
    health_stop(&care->health);
    if (p->ended)
        stop_hearing(p);
}

void care_forget(struct process *p)
{
    struct care *care = p->care;

    if (care == NULL)
        return;
    care_stop(p);
    stop_hearing(p);
    if (care->ready_fd >= 0)
        close(care->ready_fd);
    if (care->line != NULL)
        board_give(supervisor_board(p->supervisor), care->line);
    free(care->blame);
    free(care->status);
    free(care);
    p->care = NULL;
}

/* -- a new plan ------------------------------------------------------------------------------------------------- */

/* What is asked of a RUNNING process follows the new settings at once; a start ends as it began. */
static void renew_health(struct process *p, const struct program *before)
{
    if (setting_equal(setting_find(&program_record, "health"), before, p->program) && p->program->health != NULL)
        return;
    if (p->care != NULL)
        health_stop(&p->care->health);
    if (p->program->health != NULL)
        care_of(p)->health = health_start(p);
}

static void renew_watchdog(struct process *p, const struct program *before)
{
    if (before->common->watchdog == p->program->common->watchdog)
        return;
    if (p->care != NULL)
        watchdog_stop(&p->care->watchdog);
    care_watch_heartbeat(p);
}

void care_adopt(struct process *p, const struct program *before)
{
    if (care_line(p) != NULL)
        board_listen(care_line(p), p->program->common->spare_procs.max > 0);
    if (p->state != PROCESS_RUNNING || p->ended)
        return;
    renew_health(p, before);
    renew_watchdog(p, before);
}

/* -- blame ------------------------------------------------------------------------------------------------------ */

const struct blame *care_blame(const struct process *p)
{
    return p->care != NULL ? p->care->blame : NULL;
}

void care_put_blame(struct process *p, const char *reason)
{
    struct blame *blame = xmalloc(sizeof *blame);

    care_forgive(p);
    snprintf(blame->reason, sizeof blame->reason, "%s", reason);
    text_flatten(blame->reason);
    blame->was_starting = p->state == PROCESS_STARTING;
    care_of(p)->blame = blame;
    process_touch(p);
}

void care_forgive(struct process *p)
{
    if (p->care == NULL)
        return;
    free(p->care->blame);
    p->care->blame = NULL;
    process_touch(p);
}

bool process_is_well(const struct process *p)
{
    return p->care == NULL || p->care->health == NULL || health_is_good(p->care->health);
}
