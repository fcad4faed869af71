/* log: reeve's own event log, one line per event, to stderr, syslog and files at once.
 *
 * A line says the program, the fact and the consequence: "web:1 exited with status 1 after 3s,
 * restarting in 2s". Levels are syslog's (LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG).
 * Before log_open everything of LOG_NOTICE and above goes to stderr.
 *
 * To stderr and files a line is "2026-11-24T09:30:00.123Z notice web:1 is ready", in UTC. Control bytes
 * within a message are written as \n, \t, \x1b, so that a line stays a line. A target that fails ends
 * nothing: its lines are counted, the others hear of it once, and it is told the count when it works
 * again. Only for the main thread. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

/* Write from now on to `targets`: "stderr", "syslog" or the path of a file (opened append, made
 * with mode 0644). `facility` is a LOG_DAEMON-like number for all that goes to syslog, `level` the least urgent that is
 * written. The old targets are closed only if every new one could be opened. No targets: only the
 * listener hears. */
bool log_open(const char *const *targets, size_t count, int level, int facility, struct error *e);

/* Open every file again by its path: somebody rotated it. A file that cannot be opened keeps the
 * old descriptor; the reason is logged. */
void log_reopen(void);

/* For a next life: the path and the descriptor of the i-th file; NULL: there are no more. How often files were opened,
 * that is whether that has changed. And from there: log_open goes on with that descriptor, which may be of a file that
 * has another name by now, or that we may not open. */
const char *log_file_at(size_t i, int *fd);
unsigned log_openings(void);
void log_adopt(const char *path, int fd);

/* Close every target; stderr is the only one again, at LOG_NOTICE. */
void log_close(void);

/* In a forked copy of reeve: every target is closed, and its lines go to stderr, at the level that was. */
void log_leave(void);

/* Whether a line of this level would be written: for callers whose text is dear. */
bool log_wants(int level);

/* Write a line. errno is kept, and %m may be used. */
void log_at(int level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for a text that may have any byte in it. */
void log_text(int level, const char *text, size_t length);

#define log_error(...)   log_at(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_notice(...)  log_at(LOG_NOTICE, __VA_ARGS__)
#define log_info(...)    log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_at(LOG_DEBUG, __VA_ARGS__)

/* Called for every line that is written, without time stamp and newline, whatever its targets. */
typedef void log_listener_fn(int level, const char *line, size_t length, void *arg);

/* One listener (the verb `log` keeps the last lines); NULL takes it away. It must not log. */
void log_listen(log_listener_fn *fn, void *arg);

/* "err" "warning" "notice" "info" "debug" (and "error" "warn") as a level; -1 for any other word. */
int log_level_parse(const char *name);

/* "err" for LOG_ERR. Static. */
const char *log_level_name(int level);

/* "daemon" "user" "local0" … as a facility; -1 for any other word. */
int log_facility_parse(const char *name);

#endif
