/* Bytes go down one of three roads:
 *
 *     logfile_write --> the descriptor          as long as it takes them
 *                   --> waiting --> descriptor  a slow one: when the loop says that there is room
 *                   --> dropped                 a failed one: until it works again
 */
#include "logfile_private.h"

#include "base/log.h"
#include "base/text.h"
#include "os/clock.h"

#include <errno.h>
#include <string.h>

void logfile_lose(struct logfile *f, const char *data, size_t length)
{
    unsigned long lines = text_count_lines(data, length);

    if (length == 0)
        return;
    f->dropped += lines;
    f->lost += lines;
    f->dropped_unfinished = data[length - 1] != '\n';
}

void logfile_drop(struct logfile *f, const char *data, size_t length)
{
    if (f->lost == 0)
        log_warning("'%s' is read too slowly: lines are dropped", f->name);
    logfile_lose(f, data, length);
}

void logfile_tell_lost(struct logfile *f, const char *news)
{
    if (f->lost > 0)
        log_notice("'%s' %s, %lu line%s dropped", f->name, news, f->lost, f->lost == 1 ? " was" : "s were");
    f->lost = 0;
}

static void fail(struct logfile *f, const char *reason)
{
    if (!f->failing)
        log_error("%s: lines are dropped until it works again", reason);
    f->failing = true;
    f->retry_at = clock_now() + LOGFILE_RETRY;
}

static void fail_to_write(struct logfile *f, int reason)
{
    struct error e;

    failure(&e, "cannot write to '%s': %s", f->name, strerror(reason));
    fail(f, e.text);
}

static void tell_users(struct logfile *f, bool full)
{
    struct logfile_user *user;

    LIST_FOREACH(user, &f->users, link)
    user->on_full(full, user->arg);
}

static void on_room(int fd, int what, void *arg)
{
    (void)fd;
    (void)what;
    logfile_flush(arg);
}

static void wait_for_room(struct logfile *f)
{
    if (f->watch == NULL)
        f->watch = watch_start(f->loop, f->out.fd, WATCH_WRITE, on_room, f);
}

bool logfile_flush(struct logfile *f)
{
    int reason;
    size_t done = spout_write(&f->out, f->waiting.data, f->waiting.length, &reason);

    buffer_drop(&f->waiting, done);
    if (reason == EAGAIN) {
        wait_for_room(f);
        return false;
    }
    watch_stop(&f->watch);
    if (reason != 0) {
        fail_to_write(f, reason);
        logfile_lose(f, f->waiting.data, f->waiting.length);
    } else {
        logfile_tell_lost(f, "is read again");
    }
    buffer_free(&f->waiting);
    tell_users(f, false);
    return true;
}

/* Keep them until there is room. */
static void hold(struct logfile *f, const char *data, size_t length)
{
    bool first = f->waiting.length == 0;

    buffer_add(&f->waiting, data, length);
    wait_for_room(f);
    if (first)
        tell_users(f, true);
}

static void note_written(struct logfile *f, const char *data, size_t length)
{
    const char *newline = memrchr(data, '\n', length);

    f->size += (int64_t)length;
    f->unfinished = newline != NULL ? (size_t)(data + length - newline - 1) : f->unfinished + length;
}

/* Give the descriptor these bytes. False: it failed, and what it did not take was dropped. */
static bool put(struct logfile *f, const char *data, size_t length)
{
    int reason = EAGAIN;
    size_t done = 0;

    if (f->waiting.length == 0)
        done = spout_write(&f->out, data, length, &reason);
    note_written(f, data, reason == EAGAIN ? length : done);
    if (reason == EAGAIN)
        hold(f, data + done, length - done);
    if (reason == EAGAIN || reason == 0)
        return true;
    logfile_lose(f, data + done, length - done);
    fail_to_write(f, reason);
    return false;
}

static bool write_all(struct logfile *f, const char *data, size_t length)
{
    size_t n;

    for (; length > 0; data += n, length -= n) {
        n = logfile_share(f, data, length);
        if (n == 0) {
            logfile_turn(f);
        } else if (!put(f, data, n)) {
            logfile_lose(f, data + n, length - n);
            return false;
        }
    }
    if (f->due != TURN_NONE && f->unfinished == 0)
        logfile_turn(f);
    return true;
}

/* Bytes in a file without a name are bytes lost: somebody removed it, or its folder. Others may have written to it
 * or emptied it, too. */
static bool look_after(struct logfile *f, struct error *e)
{
    struct stat st;

    if (f->path == NULL || !f->out.regular || fstat(f->out.fd, &st) < 0)
        return true;
    if (st.st_nlink == 0)
        return logfile_open_again(f, e);
    f->size = st.st_size;
    if (f->size == 0)
        f->unfinished = 0;
    return true;
}

/* A line of which the beginning was dropped is dropped as a whole: how much of it is here. */
static size_t rest_of_dropped(const struct logfile *f, const char *data, size_t length)
{
    const char *newline;

    if (!f->dropped_unfinished)
        return 0;
    newline = memchr(data, '\n', length);
    return newline != NULL ? (size_t)(newline + 1 - data) : length;
}

static bool is_worth_a_try(struct logfile *f)
{
    msec now = clock_now();

    if (now < f->retry_at)
        return false;
    f->retry_at = now + LOGFILE_RETRY;
    return f->path == NULL || logfile_open_again(f, NULL);
}

/* A line that broke off when it failed is ended first. */
static void try_again(struct logfile *f, const char *data, size_t length)
{
    size_t skipped = length;

    if (is_worth_a_try(f))
        skipped = rest_of_dropped(f, data, length);
    logfile_lose(f, data, skipped);
    if (skipped == length)
        return;
    if (f->unfinished > 0 && !put(f, "\n", 1)) {
        logfile_lose(f, data + skipped, length - skipped);
        return;
    }
    if (!write_all(f, data + skipped, length - skipped))
        return;
    f->failing = false;
    logfile_tell_lost(f, "works again");
}

void logfile_write(struct logfile *f, const char *data, size_t length)
{
    struct error e;

    if (length == 0)
        return;
    if (f->failing) {
        try_again(f, data, length);
    } else if (look_after(f, &e)) {
        write_all(f, data, length);
    } else {
        fail(f, e.text);
        logfile_lose(f, data, length);
    }
}
