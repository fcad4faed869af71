/* What a job server says. */
#include "gearman_private.h"

#include "base/log.h"
#include "base/xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WINDOW_MOST = 64,   /* grabs at once */
    UNHEARD_MOST = 1000 /* of one that does not read there are few: answers to what it has read before */
};

static const char *function_of(const struct jobserver *s)
{
    return s->ability->definition.name;
}

/* False: nobody asked for it. */
static bool grab_answered(struct jobserver *s)
{
    if (s->grabs == 0)
        return false;
    s->grabs--;
    s->ability->grabs--;
    return true;
}

static void hear_no_job(struct jobserver *s)
{
    grab_answered(s);
    s->awake = false;
    s->window = 1;
    if (s->grabs == 0 && !s->leaving)
        jobserver_sleep(s);
}

static char *text_of(const struct packet *p, int i)
{
    return xstrndup(p->argument[i], p->length[i]);
}

/* Why a job is none of ours, as a server that is mistaken or malicious may think; else NULL. */
static const char *find_fault(const struct packet *p, const char *function, bool was_asked)
{
    if (!was_asked)
        return "nobody has asked for it";
    if (p->length[1] != strlen(function) || memcmp(p->argument[1], function, p->length[1]) != 0)
        return "this worker was asked for another function";
    return NULL;
}

static void hear_job(struct jobserver *s, const struct packet *p)
{
    int last = p->count - 1;
    char *handle = text_of(p, 0), *unique = p->count == 4 ? text_of(p, 2) : xstrdup("");
    const char *fault = find_fault(p, function_of(s), grab_answered(s));

    s->awake = true;
    s->window = s->window < WINDOW_MOST ? 2 * s->window : WINDOW_MOST;
    if (fault == NULL)
        job_begin(s, handle, unique, p->argument[last], p->length[last]);
    else
        job_refuse(s, handle, fault);
    free(handle);
    free(unique);
}

/* It may be wrong about a job that the server has given up, and never is our end. */
static void hear_error(const struct jobserver *s, const struct packet *p)
{
    log_info("gearman:%s: %s says: %.*s %.*s", function_of(s), s->address, (int)p->length[0], p->argument[0],
             (int)p->length[1], p->argument[1]);
}

static void hear(struct jobserver *s, const struct packet *p)
{
    switch (p->type) {
    case PACKET_NOOP:
        s->awake = true;
        break;
    case PACKET_NO_JOB:
        hear_no_job(s);
        break;
    case PACKET_JOB_ASSIGN:
    case PACKET_JOB_ASSIGN_UNIQ:
        hear_job(s, p);
        break;
    case PACKET_ERROR:
        hear_error(s, p);
        break;
    case PACKET_OPTION_RES:
        s->takes_exceptions = true;
        break;
    default:
        log_info("gearman:%s: %s sent %s, which nobody waits for", function_of(s), s->address, packet_name(p->type));
    }
}

/* Its head is read, the rest runs by. */
static size_t refuse_huge(struct jobserver *s, const struct packet *p, size_t length)
{
    size_t used = length < p->size ? length : p->size;
    char *handle = text_of(p, 0), why[128];

    s->waste = p->size - used;
    snprintf(why, sizeof why, "the workload is too large: at most %d bytes are taken", PACKET_JOB_MOST);
    grab_answered(s);
    job_refuse(s, handle, why);
    free(handle);
    return used;
}

static void after_packet(struct ability *a, struct jobserver *s)
{
    jobserver_leave_if_idle(s);
    ability_feed(a);
}

size_t jobserver_hear(struct connection *c, const char *data, size_t length, void *arg)
{
    struct jobserver *s = arg;
    struct ability *a = s->ability;
    struct packet p;
    struct error e;

    (void)c;
    if (s->waste > 0) {
        size_t used = s->waste < length ? s->waste : length;

        s->waste -= used;
        return used;
    }
    switch (packet_read(data, length, &p, &e)) {
    case PACKET_PARTIAL:
        return 0;
    case PACKET_WHOLE:
        /* Else what it is answered would be kept for it without bounds. */
        if (s->clogged && ++s->unheard > UNHEARD_MOST) {
            jobserver_fall(s, "it goes on talking, and does not read");
            return 0;
        }
        hear(s, &p);
        after_packet(a, s);
        return p.size;
    case PACKET_HUGE:
        length = refuse_huge(s, &p, length);
        after_packet(a, s);
        return length;
    case PACKET_BAD:
        break;
    }
    jobserver_fall(s, e.text);
    return 0;
}
