#include "core/herald.h"

#include "core/bus.h"
#include "core/supervisor.h"
#include "os/clock.h"
#include "os/manager.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_EVERY = 1000 };

/* One per process, as its manager is. */
static struct {
    struct supervisor *supervisor; /* NULL: there is nobody to tell */
    struct listener *listener;
    struct timer *status, *heartbeat;
    char told[96]; /* the last STATUS */
} herald;

static void count_running(struct process *p, void *arg)
{
    size_t *running = arg;

    *running += process_state(p) == PROCESS_RUNNING;
}

static void tell_status(void)
{
    size_t running = 0, all;
    char text[sizeof herald.told];
    bool known;

    all = supervisor_each(herald.supervisor, "all", count_running, &running, &known);
    snprintf(text, sizeof text, "STATUS=%zu of %zu processes are running", running, all);
    if (strcmp(text, herald.told) == 0)
        return;
    snprintf(herald.told, sizeof herald.told, "%s", text);
    manager_tell(text);
}

static void on_status(void *arg)
{
    (void)arg;
    herald.status = NULL;
    tell_status();
}

static void on_heartbeat(void *arg)
{
    (void)arg;
    manager_tell("WATCHDOG=1");
    herald.heartbeat = timer_start(supervisor_loop(herald.supervisor), manager_watchdog() / 2, on_heartbeat, NULL);
}

static void on_event(const struct event *event, void *arg)
{
    (void)arg;
    if (event->kind == EVENT_SHUTDOWN)
        manager_tell("STOPPING=1\nSTATUS=stopping everything");
    else if (event->kind == EVENT_STATE && herald.status == NULL && !supervisor_is_ending(herald.supervisor))
        herald.status = timer_start(supervisor_loop(herald.supervisor), STATUS_EVERY, on_status, NULL);
}

void herald_start(struct supervisor *s)
{
    char text[48];

    if (!manager_is_there())
        return;
    herald.supervisor = s;
    herald.listener = bus_listen(supervisor_bus(s), on_event, NULL);
    snprintf(text, sizeof text, "READY=1\nMAINPID=%d", (int)getpid());
    manager_tell(text);
    if (manager_watchdog() > 0)
        on_heartbeat(NULL);
}

void herald_stop(void)
{
    bus_unlisten(&herald.listener);
    timer_stop(&herald.status);
    timer_stop(&herald.heartbeat);
    herald.supervisor = NULL;
    herald.told[0] = '\0';
}

void herald_reloading(void)
{
    char text[64];

    snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_now() * 1000);
    manager_tell(text);
}

void herald_reloaded(void)
{
    manager_tell("READY=1");
}
