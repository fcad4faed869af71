#include "os/limits.h"

#include "base/text.h"

#include <assert.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

static const struct {
    const char *name;
    int resource;
} limits[] = {
    { "as", RLIMIT_AS },           { "core", RLIMIT_CORE },         { "cpu", RLIMIT_CPU },
    { "data", RLIMIT_DATA },       { "fsize", RLIMIT_FSIZE },       { "locks", RLIMIT_LOCKS },
    { "memlock", RLIMIT_MEMLOCK }, { "msgqueue", RLIMIT_MSGQUEUE }, { "nice", RLIMIT_NICE },
    { "nofile", RLIMIT_NOFILE },   { "nproc", RLIMIT_NPROC },       { "rss", RLIMIT_RSS },
    { "rtprio", RLIMIT_RTPRIO },   { "rttime", RLIMIT_RTTIME },     { "sigpending", RLIMIT_SIGPENDING },
    { "stack", RLIMIT_STACK },
};

#define COUNT (sizeof limits / sizeof limits[0])

_Static_assert(COUNT == LIMITS_MOST, "a plan has room for each limit once");

const char *const *limit_names(void)
{
    static const char *names[COUNT + 1];
    size_t i;

    for (i = 0; i < COUNT; i++)
        names[i] = limits[i].name;
    return names;
}

bool limit_parse(const char *name, int *resource, struct error *e)
{
    const char *nearest;
    size_t i;

    for (i = 0; i < COUNT; i++)
        if (strcasecmp(name, limits[i].name) == 0) {
            *resource = limits[i].resource;
            return true;
        }
    nearest = text_nearest(name, limit_names());
    if (nearest != NULL)
        return failure(e, "there is no limit '%s' (did you mean '%s'?)", name, nearest);
    return failure(e, "there is no limit '%s' (there are nofile, core, as, nproc and those of 'man setrlimit')", name);
}

const char *limit_name(int resource)
{
    size_t i;

    for (i = 0; i < COUNT; i++)
        if (limits[i].resource == resource)
            return limits[i].name;
    assert(!"a resource that limit_parse knows");
    return "?";
}

static struct {
    bool raised;
    struct limit before;
} files;

static int64_t from_kernel(rlim_t n)
{
    return n == RLIM_INFINITY ? LIMIT_UNLIMITED : (int64_t)n;
}

void limits_raise_files(void)
{
    struct rlimit now, raised;

    if (files.raised || getrlimit(RLIMIT_NOFILE, &now) < 0 || now.rlim_cur == now.rlim_max)
        return;
    raised = (struct rlimit){ .rlim_cur = now.rlim_max, .rlim_max = now.rlim_max };
    if (setrlimit(RLIMIT_NOFILE, &raised) < 0)
        return;
    files.raised = true;
    files.before = (struct limit){ .resource = RLIMIT_NOFILE,
                                   .soft = from_kernel(now.rlim_cur),
                                   .hard = from_kernel(now.rlim_max) };
}

void limits_set_files_before(int64_t soft, int64_t hard)
{
    files.raised = true;
    files.before = (struct limit){ .resource = RLIMIT_NOFILE, .soft = soft, .hard = hard };
}

bool limits_files_before(struct limit *out)
{
    *out = files.before;
    return files.raised;
}
