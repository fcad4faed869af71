/* A header of twelve bytes: a zero and "REQ" or "RES", the type, the size of what follows, the last two big-endian. */
#include "modules/gearman/packet.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { HEADER = 12 };

/* What a worker may be told. */
static const struct {
    enum packet_type type;
    const char *name;
    int count;
} known[] = {
    { PACKET_NOOP, "NOOP", 0 },
    { PACKET_NO_JOB, "NO_JOB", 0 },
    { PACKET_JOB_ASSIGN, "JOB_ASSIGN", 3 },
    { PACKET_JOB_ASSIGN_UNIQ, "JOB_ASSIGN_UNIQ", 4 },
    { PACKET_ERROR, "ERROR", 2 },
    { PACKET_OPTION_RES, "OPTION_RES", 1 },
    { PACKET_ECHO_RES, "ECHO_RES", 1 },
};

enum { KNOWN = sizeof known / sizeof *known };

static int find(enum packet_type type)
{
    int i = 0;

    while (i < KNOWN && known[i].type != type)
        i++;
    return i;
}

const char *packet_name(enum packet_type type)
{
    static char number[32];
    int i = find(type);

    if (i < KNOWN)
        return known[i].name;
    snprintf(number, sizeof number, "packet %u", (unsigned)type);
    return number;
}

static bool is_job(enum packet_type type)
{
    return type == PACKET_JOB_ASSIGN || type == PACKET_JOB_ASSIGN_UNIQ;
}

static uint32_t number_at(const char *data)
{
    const unsigned char *p = (const unsigned char *)data;

    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Those that a zero ends, at most `most` of them: how many bytes they take. */
static size_t split(const char *data, size_t length, int most, struct packet *out)
{
    const char *p = data, *end = data + length, *zero;

    out->count = 0;
    while (out->count < most && (zero = memchr(p, '\0', (size_t)(end - p))) != NULL) {
        out->argument[out->count] = p;
        out->length[out->count++] = (size_t)(zero - p);
        p = zero + 1;
    }
    return (size_t)(p - data);
}

static enum packet_verdict bad(struct error *e, const struct packet *p, const char *why)
{
    failure(e, "%s %s", packet_name(p->type), why);
    return PACKET_BAD;
}

/* Its handle, function and unique id are read, the workload is left where it is. */
static enum packet_verdict read_huge(const char *data, size_t length, struct packet *out, struct error *e)
{
    int names = known[find(out->type)].count - 1;

    split(data + HEADER, length - HEADER, names, out);
    if (out->count == names)
        return PACKET_HUGE;
    if (length - HEADER > PACKET_HANDLE_MOST)
        return bad(e, out, "has no handle");
    return PACKET_PARTIAL;
}

/* A missing last argument is an empty one. */
static enum packet_verdict read_arguments(const char *data, size_t size, struct packet *out, struct error *e)
{
    int expected = find(out->type) < KNOWN ? known[find(out->type)].count : 1;
    size_t used;

    if (expected == 0) {
        out->count = 0;
        return PACKET_WHOLE;
    }
    used = split(data, size, expected - 1, out);
    if (out->count < expected - 1)
        return bad(e, out, "has too few arguments");
    out->argument[out->count] = data + used;
    out->length[out->count++] = size - used;
    return PACKET_WHOLE;
}

static bool is_header(const char *data, size_t length)
{
    static const char magic[] = "\0RES";

    return memcmp(data, magic, length < 4 ? length : 4) == 0;
}

enum packet_verdict packet_read(const char *data, size_t length, struct packet *out, struct error *e)
{
    size_t size;

    *out = (struct packet){ 0 };
    if (!is_header(data, length)) {
        failure(e, "it does not speak Gearman's protocol");
        return PACKET_BAD;
    }
    if (length < HEADER)
        return PACKET_PARTIAL;
    out->type = (enum packet_type)number_at(data + 4);
    size = number_at(data + 8);
    out->size = HEADER + size;
    if (!is_job(out->type) && size > PACKET_OTHER_MOST)
        return bad(e, out, "is too long");
    if (size > PACKET_JOB_MOST)
        return read_huge(data, length, out, e);
    if (length < out->size)
        return PACKET_PARTIAL;
    return read_arguments(data + HEADER, size, out, e);
}

/* ---- writing ----------------------------------------------------------------------------------- */

static void add_number(struct buffer *out, uint32_t n)
{
    const unsigned char bytes[] = { n >> 24 & 0xff, n >> 16 & 0xff, n >> 8 & 0xff, n & 0xff };

    buffer_add(out, bytes, sizeof bytes);
}

static void add_header(struct buffer *out, enum packet_type type, size_t size)
{
    buffer_add(out, "\0REQ", 4);
    add_number(out, type);
    add_number(out, (uint32_t)size);
}

void packet_write(struct buffer *out, enum packet_type type)
{
    add_header(out, type, 0);
}

void packet_write_text(struct buffer *out, enum packet_type type, const char *text)
{
    add_header(out, type, strlen(text));
    buffer_add_text(out, text);
}

void packet_write_data(struct buffer *out, enum packet_type type, const char *handle, const void *data, size_t length)
{
    add_header(out, type, strlen(handle) + 1 + length);
    buffer_add(out, handle, strlen(handle) + 1);
    buffer_add(out, data, length);
}

void packet_write_status(struct buffer *out, const char *handle, long long numerator, long long denominator)
{
    char text[64];
    int first = snprintf(text, sizeof text, "%lld", numerator);
    int second = snprintf(text + first + 1, sizeof text - (size_t)first - 1, "%lld", denominator);

    packet_write_data(out, PACKET_WORK_STATUS, handle, text, (size_t)(first + 1 + second));
}
