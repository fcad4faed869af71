/* What a process says of itself, by sd_notify: STATUS, READY, WATCHDOG, MAINPID … */
#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "care_private.h"
#include "keep.h"
#include "os/clock.h"

#include <stdlib.h>
#include <string.h>

enum { STATUS_MOST = 200 };

static void keep_status(struct process *p, const char *text)
{
    char *status = xstrndup(text, strnlen(text, STATUS_MOST));

    text_flatten(status);
    free(care_of(p)->status);
    p->care->status = status;
    process_touch(p);
}

void care_describe(const struct process *p, struct buffer *out)
{
    if (p->care != NULL && p->care->status != NULL && p->care->status[0] != '\0')
        buffer_addf(out, ", %s", p->care->status);
}

/* A whole number of microseconds as milliseconds; -1: it is none, or absurd. */
static msec parse_usec(const char *text)
{
    unsigned long long usec;
    char *end;

    usec = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && usec / 1000 < 365ull * 86400 * 1000 ? (msec)(usec / 1000)
                                                                                               : -1;
}

static void follow(struct process *p, const char *text)
{
    long pid = strtol(text, NULL, 10);

    if (pid == child_pid(p->child))
        return;
    if (pid > 1 && pid <= 1 << 30 && child_expect_heir(p->child, (pid_t)pid)) {
        log_info("%s: its main process will be pid %ld", process_name(p), pid);
        process_touch(p);
    } else {
        log_warning("%s says that its main process is pid %.20s, which is no descendant of it", process_name(p), text);
    }
}

static void extend(struct process *p, msec time)
{
    if (time < 0)
        return;
    if (p->care->readiness != NULL)
        readiness_extend(p->care->readiness, time);
    else if (p->state == PROCESS_STOPPING && p->timer != NULL && clock_now() + time > timer_due(p->timer))
        process_wait(p, time);
}

static void hear_heartbeat(struct process *p, const char *value)
{
    if (p->care->watchdog == NULL)
        return;
    if (strcmp(value, "trigger") == 0)
        process_condemn(p, "its watchdog was triggered by itself", true);
    else
        watchdog_beat(p->care->watchdog);
}

/* Before it is RUNNING too: its watchdog begins with that. */
static void set_beat(struct process *p, msec limit)
{
    if (limit <= 0)
        return;
    p->care->beat_said = limit;
    process_touch(p);
    if (p->care->watchdog != NULL)
        watchdog_set_limit(p->care->watchdog, limit);
}

static void hear_ready(struct process *p)
{
    if (p->care->readiness != NULL)
        readiness_told(p->care->readiness);
}

void process_hear(struct process *p, const char *key, const char *value)
{
    if (p->child == NULL || p->ended)
        return;
    care_of(p);
    if (strcmp(key, "STATUS") == 0)
        keep_status(p, value);
    else if (strcmp(key, "READY") == 0 && strcmp(value, "1") == 0)
        hear_ready(p);
    else if (strcmp(key, "WATCHDOG") == 0)
        hear_heartbeat(p, value);
    else if (strcmp(key, "MAINPID") == 0)
        follow(p, value);
    else if (strcmp(key, "EXTEND_TIMEOUT_USEC") == 0)
        extend(p, parse_usec(value));
    else if (strcmp(key, "WATCHDOG_USEC") == 0)
        set_beat(p, parse_usec(value));
    else if (strcmp(key, "RELOADING") == 0)
        log_info("%s is reloading", process_name(p));
    else if (strcmp(key, "STOPPING") == 0)
        log_info("%s is stopping by itself", process_name(p));
}
