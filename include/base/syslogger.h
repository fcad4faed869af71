/* syslogger: messages to the system's log, as syslog(3) writes them, but never waiting: when the log daemon is stuck
 * and its socket is full, syslog(3) waits, and all of reeve with it. */
#ifndef BASE_SYSLOGGER_H
#define BASE_SYSLOGGER_H

#include <stdbool.h>
#include <stddef.h>

/* Messages carry this facility from now on, LOG_DAEMON at first. */
void syslogger_set_facility(int facility);

/* Connect now, while the path can be reached: what is sent later need not find it. Failing is no harm. */
void syslogger_open(void);
void syslogger_close(void);

/* One message of `length` bytes; connects if need be, and anew to a daemon that was started again. False, with the
 * reason in errno, if it is lost. */
bool syslogger_send(int priority, const char *text, size_t length);

/* For tests: another socket than /dev/log. */
void syslogger_use(const char *path);

#endif
