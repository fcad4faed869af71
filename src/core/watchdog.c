/* A beat only writes down the time. The one timer is set for the first moment at which it could be too late, and then
 * again, so that nobody is woken up for each beat. What a worker has beaten on the board is read only then. */
#include "core/watchdog.h"

#include "base/log.h"
#include "base/xalloc.h"
#include "core/process.h"
#include "core/supervisor.h"
#include "os/board.h"
#include "os/clock.h"

#include <stdlib.h>

/* A timer that comes so much too late has not been late: we were, suspended or on a stopped machine. */
enum { SUSPENDED = 1000 };

struct watchdog {
    struct process *process;
    const struct board_line *line;
    struct timer *timer;
    msec limit, beat, due;
};

static void on_due(void *arg);

static void wait_until(struct watchdog *w, msec due)
{
    msec now = clock_now();

    w->due = due > now ? due : now;
    w->timer = timer_start(supervisor_loop(process_supervisor(w->process)), w->due - now, on_due, w);
}

static void bite(struct watchdog *w)
{
    struct process *p = w->process;
    struct buffer reason = { 0 };

    buffer_add_text(&reason, "no heartbeat for ");
    duration_format_seconds(&reason, w->limit);
    log_warning("%s: %s, killing it", process_name(p), reason.data);
    process_condemn(p, reason.data, true); /* `w` may be gone */
    buffer_free(&reason);
}

static void on_due(void *arg)
{
    struct watchdog *w = arg;
    msec now = clock_now();

    w->timer = NULL;
    if (now - w->due >= SUSPENDED)
        w->beat = now;
    if (w->line != NULL && board_beat_of(w->line) > w->beat)
        w->beat = board_beat_of(w->line);
    if (now - w->beat >= w->limit)
        bite(w);
    else
        wait_until(w, w->beat + w->limit);
}

struct watchdog *watchdog_start(struct process *p, msec limit, const struct board_line *line)
{
    struct watchdog *w = xcalloc(1, sizeof *w);

    w->process = p;
    w->line = line;
    w->limit = limit;
    w->beat = clock_now();
    wait_until(w, w->beat + limit);
    return w;
}

void watchdog_beat(struct watchdog *w)
{
    w->beat = clock_now();
}

void watchdog_set_limit(struct watchdog *w, msec limit)
{
    timer_stop(&w->timer);
    w->limit = limit;
    wait_until(w, w->beat + limit);
}

msec watchdog_limit(const struct watchdog *w)
{
    return w != NULL ? w->limit : 0;
}

msec watchdog_beaten(const struct watchdog *w)
{
    return w != NULL ? w->beat : 0;
}

void watchdog_resume(struct watchdog *w, msec limit, msec beat)
{
    if (beat > 0)
        w->beat = beat;
    watchdog_set_limit(w, limit);
}

void watchdog_stop(struct watchdog **w)
{
    if (*w == NULL)
        return;
    timer_stop(&(*w)->timer);
    free(*w);
    *w = NULL;
}
