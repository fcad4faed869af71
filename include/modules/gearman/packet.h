/* packet: Gearman's binary protocol, as bytes: what a worker says and hears. */
#ifndef MODULES_GEARMAN_PACKET_H
#define MODULES_GEARMAN_PACKET_H

#include "base/buffer.h"
#include "base/error.h"

#include <stddef.h>

enum packet_type {
    PACKET_CAN_DO = 1,
    PACKET_CANT_DO = 2,
    PACKET_PRE_SLEEP = 4,
    PACKET_NOOP = 6,
    PACKET_GRAB_JOB = 9,
    PACKET_NO_JOB = 10,
    PACKET_JOB_ASSIGN = 11,
    PACKET_WORK_STATUS = 12,
    PACKET_WORK_COMPLETE = 13,
    PACKET_WORK_FAIL = 14,
    PACKET_ECHO_REQ = 16,
    PACKET_ECHO_RES = 17,
    PACKET_ERROR = 19,
    PACKET_SET_CLIENT_ID = 22,
    PACKET_WORK_EXCEPTION = 25,
    PACKET_OPTION_REQ = 26,
    PACKET_OPTION_RES = 27,
    PACKET_WORK_DATA = 28,
    PACKET_WORK_WARNING = 29,
    PACKET_GRAB_JOB_UNIQ = 30,
    PACKET_JOB_ASSIGN_UNIQ = 31,
};

enum {
    PACKET_ARGUMENTS = 4,
    PACKET_NAME_MOST = 512,              /* of a function, as gearmand has it */
    PACKET_HANDLE_MOST = 1024,           /* of a job's handle, function and unique id together */
    PACKET_JOB_MOST = 128 * 1024 * 1024, /* of a job */
    PACKET_OTHER_MOST = 64 * 1024,       /* of anything else that a worker is told */
};

/* One that was received; it points into the bytes that were read. A zero stands behind each argument but the last. */
struct packet {
    enum packet_type type;
    int count; /* of arguments */
    const char *argument[PACKET_ARGUMENTS];
    size_t length[PACKET_ARGUMENTS];
    size_t size; /* of the whole, header included */
};

enum packet_verdict {
    PACKET_PARTIAL, /* more bytes are needed */
    PACKET_WHOLE,
    PACKET_HUGE, /* a job whose workload nobody has room for: all arguments are there but that */
    PACKET_BAD   /* whoever sends this does not speak the protocol, or is lost: `e` says why */
};

/* The packet that begins at `data`; what it points to lies there. */
enum packet_verdict packet_read(const char *data, size_t length, struct packet *out, struct error *e);

/* "JOB_ASSIGN_UNIQ"; "packet 99". Static, until the next call. */
const char *packet_name(enum packet_type type);

/* Add a request without arguments, with one, two, or three. The last one may hold any bytes. */
void packet_write(struct buffer *out, enum packet_type type);
void packet_write_text(struct buffer *out, enum packet_type type, const char *text);
void packet_write_data(struct buffer *out, enum packet_type type, const char *handle, const void *data, size_t length);
void packet_write_status(struct buffer *out, const char *handle, long long numerator, long long denominator);

#endif
