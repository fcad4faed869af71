/* What a process was asked and has said of itself, from life to life: what is still to be waited for is begun anew. */
#include "base/pack.h"
#include "base/xalloc.h"
#include "care_private.h"
#include "os/board.h"
#include "os/resume.h"

#include <stdio.h>
#include <stdlib.h>

void care_pack(const struct process *p, bool whole, struct buffer *out)
{
    const struct care *care = p->care;

    if (care == NULL)
        return;
    if (care->blame != NULL) {
        pack_text(out, "blame", care->blame->reason);
        pack_number(out, "was starting", care->blame->was_starting);
    }
    pack_text(out, "status", care->status);
    pack_number(out, "ready fd", care->readiness != NULL ? readiness_fd(care->readiness) : care->ready_fd);
    pack_number(out, "ready by", readiness_deadline(care->readiness));
    if (care->line != NULL)
        pack_number(out, "line", board_number(supervisor_board(p->supervisor), care->line));
    pack_number(out, "forking", care->forking != NULL);
    pack_number(out, "ready", readiness_is_over(care->readiness));
    pack_number(out, "beat limit", watchdog_limit(care->watchdog));
    pack_number(out, "beat told", care->beat_told);
    pack_number(out, "beat said", care->beat_said);
    if (whole)
        pack_number(out, "beat", watchdog_beaten(care->watchdog));
    health_pack(care->health, out);
}

void care_unpack(struct process *p, const char *data, size_t length)
{
    struct care *care = care_of(p);
    struct unpack u;
    char *reason;

    unpack_begin(&u, data, length);
    reason = unpack_text(&u, "blame");
    if (reason != NULL) {
        care->blame = xcalloc(1, sizeof *care->blame);
        snprintf(care->blame->reason, sizeof care->blame->reason, "%s", reason);
        care->blame->was_starting = unpack_number(&u, "was starting") != 0;
        free(reason);
    }
    care->status = unpack_text(&u, "status");
    care->line = board_take_again(supervisor_board(p->supervisor), (unsigned)unpack_number(&u, "line"));
    care->beat_told = unpack_number(&u, "beat told");
    if (care->beat_told == 0) /* those before us did not write that down */
        care->beat_told = unpack_number(&u, "beat limit");
    care->beat_said = unpack_number(&u, "beat said");
    care->ready_fd = resume_claim(unpack_number(&u, "ready fd"));
    care->legacy = (struct legacy){ .ready_by = unpack_number(&u, "ready by"),
                                    .is_forking = unpack_number(&u, "forking") != 0,
                                    .is_ready = unpack_number(&u, "ready") != 0,
                                    .beat_limit = unpack_number(&u, "beat limit"),
                                    .beat = unpack_number(&u, "beat"),
                                    .failures = (int)unpack_number(&u, "failures"),
                                    .is_bad = unpack_number(&u, "bad") != 0 };
}

/* Of a starter the former life may not have come so far as to wait for its daemon. */
bool care_awaited_daemon(const struct process *p)
{
    return (p->starter && p->child != NULL) || (p->care != NULL && p->care->legacy.is_forking);
}

/* Its time begins anew. */
static void resume_forking(struct process *p)
{
    care_await_daemon(p);
    if (p->child == NULL)
        care_starter_ended(p);
}

/* After a crash its time begins anew: nobody knows when it beat last. */
static void resume_heartbeat(struct process *p, const struct legacy *legacy)
{
    if (legacy->beat_limit == 0)
        return;
    care_watch_heartbeat(p);
    if (p->care->watchdog != NULL)
        watchdog_resume(p->care->watchdog, legacy->beat_limit, legacy->beat);
}

void care_resume(struct process *p)
{
    struct legacy legacy = p->care != NULL ? p->care->legacy : (struct legacy){ 0 };

    if (p->ended)
        return;
    if (p->state == PROCESS_STARTING && care_awaited_daemon(p)) {
        resume_forking(p);
        return;
    }
    care_begin_hearing(p);
    resume_heartbeat(p, &legacy);
    if (p->state == PROCESS_STARTING && p->timer == NULL && program_is_asked(p->program)) {
        care_await_ready(p);
        readiness_resume(p->care->readiness, legacy.ready_by, legacy.is_ready);
    } else if (p->state == PROCESS_RUNNING) {
        care_begin(p);
        if (p->care != NULL && p->care->health != NULL)
            health_resume(p->care->health, legacy.failures, legacy.is_bad);
    }
}
