#include "base/log.h"

#include "base/buffer.h"
#include "base/logtarget.h"
#include "base/stamp.h"
#include "base/syslogger.h"
#include "base/utf8.h"
#include "base/xalloc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Whoever logs more than that in one event means something else. */
enum { LONGEST_LINE = 64 * 1024 };

/* Where lines go before log_open and after log_close. */
static struct logtarget standard_error = { .fd = STDERR_FILENO };

static struct {
    struct logtarget *targets;
    size_t count;
    int level;
    unsigned openings;
    bool uses_syslog;
    bool is_busy; /* a listener that logs would never end */
    log_listener_fn *listener;
    void *listener_arg;
} state = { .targets = &standard_error, .count = 1, .level = LOG_NOTICE };

static void close_targets(struct logtarget *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        logtarget_close(&targets[i]);
    free(targets);
}

static struct logtarget *open_targets(const char *const *names, size_t count, struct error *e)
{
    struct logtarget *targets = xcalloc(count, sizeof *targets);

    for (size_t i = 0; i < count; i++) {
        if (!logtarget_open(&targets[i], names[i], e)) {
            close_targets(targets, i);
            return NULL;
        }
    }
    return targets;
}

static bool is_named(const char *name, const char *const *names, size_t count)
{
    while (count-- > 0)
        if (strcmp(names[count], name) == 0)
            return true;
    return false;
}

void log_close(void)
{
    if (state.targets != &standard_error)
        close_targets(state.targets, state.count);
    if (state.uses_syslog)
        syslogger_close();
    standard_error = (struct logtarget){ .fd = STDERR_FILENO };
    state.targets = &standard_error;
    state.count = 1;
    state.level = LOG_NOTICE;
    state.uses_syslog = false;
}

void log_leave(void)
{
    int level = state.level;

    log_close();
    state.level = level;
    state.listener = NULL;
}

bool log_open(const char *const *targets, size_t count, int level, int facility, struct error *e)
{
    struct logtarget *opened = open_targets(targets, count, e);

    if (opened == NULL)
        return false;
    logtarget_drop_adopted();
    log_close();
    state.targets = opened;
    state.openings++;
    state.count = count;
    state.level = level;
    state.uses_syslog = is_named("syslog", targets, count);
    syslogger_set_facility(facility);
    if (state.uses_syslog)
        syslogger_open();
    return true;
}

const char *log_file_at(size_t i, int *fd)
{
    for (size_t k = 0; k < state.count; k++)
        if (state.targets[k].path != NULL && i-- == 0) {
            *fd = state.targets[k].fd;
            return state.targets[k].path;
        }
    return NULL;
}

unsigned log_openings(void)
{
    return state.openings;
}

void log_adopt(const char *path, int fd)
{
    logtarget_adopt(path, fd);
}

void log_reopen(void)
{
    state.openings++;
    for (size_t i = 0; i < state.count; i++) {
        struct error e;

        if (!logtarget_reopen(&state.targets[i], &e))
            log_error("%s: still writing to the old file", e.text);
    }
}

void log_listen(log_listener_fn *fn, void *arg)
{
    state.listener = fn;
    state.listener_arg = arg;
}

bool log_wants(int level)
{
    return level <= state.level;
}

static void add_visible(struct buffer *b, unsigned char c)
{
    if (c == '\n' || c == '\t' || c == '\r')
        buffer_add_text(b, c == '\n' ? "\\n" : c == '\t' ? "\\t" : "\\r");
    else
        buffer_addf(b, "\\x%02x", c);
}

/* The line of a message: its control bytes made visible, without newlines at its end. */
static void make_line(struct buffer *line, const char *message, size_t length)
{
    bool cut = length > LONGEST_LINE, control;

    if (cut)
        length = LONGEST_LINE;
    while (length > 0 && message[length - 1] == '\n')
        length--;
    buffer_add(line, NULL, 0);
    for (size_t i = 0, n; i < length; i += n) {
        n = utf8_step(message + i, length - i, &control);
        for (size_t k = 0; control && k < n; k++)
            add_visible(line, (unsigned char)message[i + k]);
        if (!control)
            buffer_add(line, message + i, n);
    }
    if (cut)
        buffer_add_text(line, " (cut)");
}

/* When it is, the level and the line. */
static void add_stamped(struct buffer *b, int level, const struct buffer *line)
{
    struct timespec now;
    struct stamp stamp;

    clock_gettime(CLOCK_REALTIME, &now);
    stamp_set(&stamp, (msec)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    buffer_addf(b, "%s %s ", stamp.text, log_level_name(level));
    buffer_add(b, line->data, line->length);
    buffer_add_char(b, '\n');
}

static bool write_line(struct logtarget *t, int level, const struct buffer *line)
{
    struct buffer stamped = { 0 };
    bool written;

    add_stamped(&stamped, level, line);
    written = logtarget_write(t, level, line->data, stamped.data, stamped.length);
    buffer_free(&stamped);
    return written;
}

/* Tell a target that did not work how many lines it missed; false if it still does not. */
static bool tell_lost(struct logtarget *t)
{
    unsigned long lost = t->lost;
    struct buffer line = { 0 };
    bool written;

    errno = t->reason;
    buffer_addf(&line, "%lu line%s of this log %s lost: %m", lost, lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
    written = write_line(t, LOG_WARNING, &line);
    buffer_free(&line);
    t->lost = written ? 0 : lost;
    t->announced = t->announced && !written;
    return written;
}

static void give(struct logtarget *t, int level, const struct buffer *line)
{
    if (t->lost == 0 || tell_lost(t))
        write_line(t, level, line);
    else
        t->lost++;
}

/* To everybody but `except`. */
static void broadcast(int level, const struct buffer *line, const struct logtarget *except)
{
    for (size_t i = 0; i < state.count; i++)
        if (&state.targets[i] != except)
            give(&state.targets[i], level, line);
    if (state.listener != NULL)
        state.listener(level, line->data, line->length, state.listener_arg);
}

/* Once for each time that a target stops working. */
static void announce_losses(void)
{
    for (size_t i = 0; i < state.count; i++) {
        struct logtarget *t = &state.targets[i];
        struct buffer line = { 0 };

        if (t->lost == 0 || t->announced)
            continue;
        t->announced = true;
        errno = t->reason;
        buffer_addf(&line, "cannot write the log '%s': %m, its lines are lost until it works again", logtarget_name(t));
        broadcast(LOG_ERR, &line, t);
        buffer_free(&line);
    }
}

void log_text(int level, const char *text, size_t length)
{
    int saved = errno;
    struct buffer line = { 0 };

    if (state.is_busy || !log_wants(level))
        return;
    state.is_busy = true;
    make_line(&line, text, length);
    broadcast(level, &line, NULL);
    announce_losses();
    buffer_free(&line);
    state.is_busy = false;
    errno = saved;
}

void log_at(int level, const char *format, ...)
{
    struct buffer message = { 0 };
    int saved = errno;
    va_list arguments;

    if (!log_wants(level))
        return;
    va_start(arguments, format);
    buffer_vaddf(&message, format, arguments);
    va_end(arguments);
    log_text(level, message.data, message.length);
    buffer_free(&message);
    errno = saved;
}

struct word {
    const char *name;
    int number;
};

static int find(const struct word *words, const char *name)
{
    for (; words->name != NULL; words++)
        if (strcmp(words->name, name) == 0)
            return words->number;
    return -1;
}

int log_level_parse(const char *name)
{
    static const struct word levels[] = {
        { "err", LOG_ERR },       { "error", LOG_ERR }, { "warning", LOG_WARNING }, { "warn", LOG_WARNING },
        { "notice", LOG_NOTICE }, { "info", LOG_INFO }, { "debug", LOG_DEBUG },     { NULL, 0 },
    };

    return find(levels, name);
}

const char *log_level_name(int level)
{
    static const char *const names[] = { "emerg", "alert", "crit", "err", "warning", "notice", "info", "debug" };

    return names[level < LOG_EMERG ? LOG_EMERG : level > LOG_DEBUG ? LOG_DEBUG : level];
}

int log_facility_parse(const char *name)
{
    static const struct word facilities[] = {
        { "auth", LOG_AUTH },     { "authpriv", LOG_AUTHPRIV }, { "cron", LOG_CRON },     { "daemon", LOG_DAEMON },
        { "ftp", LOG_FTP },       { "lpr", LOG_LPR },           { "mail", LOG_MAIL },     { "news", LOG_NEWS },
        { "syslog", LOG_SYSLOG }, { "user", LOG_USER },         { "uucp", LOG_UUCP },     { "local0", LOG_LOCAL0 },
        { "local1", LOG_LOCAL1 }, { "local2", LOG_LOCAL2 },     { "local3", LOG_LOCAL3 }, { "local4", LOG_LOCAL4 },
        { "local5", LOG_LOCAL5 }, { "local6", LOG_LOCAL6 },     { "local7", LOG_LOCAL7 }, { NULL, 0 },
    };

    return find(facilities, name);
}
