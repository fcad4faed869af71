#include "os/steps.h"

#include "base/units.h"
#include "os/descriptors.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE 2u
#endif

/* The plain names are the calls with 16-bit numbers where both exist. */
#ifdef SYS_setresuid32
#define SETGROUPS SYS_setgroups32
#define SETRESGID SYS_setresgid32
#define SETRESUID SYS_setresuid32
#else
#define SETGROUPS SYS_setgroups
#define SETRESGID SYS_setresgid
#define SETRESUID SYS_setresuid
#endif

/* The sanitizers mark a function's stack when it begins and clean up when it returns. These functions end
 * in an exec and so never return: the next child on this stack would trip over the marks. */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined"), noinline))

/* Everything below K is copied, however many descriptors there are above. Must be first. */
IN_CHILD static bool unshare_descriptors(const struct steps *s)
{
    return s->unshare_from < 0 || syscall(SYS_close_range, s->unshare_from, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

IN_CHILD static bool copy_descriptor(int from, int to, int flags)
{
    int copy;

    do
        copy = flags != 0 ? dup3(from, to, flags) : dup2(from, to);
    while (copy < 0 && errno == EINTR);
    return copy >= 0;
}

static void close_one(int fd)
{
    close(fd);
}

/* Kernels before 5.9 have no close_range. An exec closes all of ours anyway; a body would keep them. */
IN_CHILD static void close_rest(const struct steps *s, int first)
{
    if (syscall(SYS_close_range, first, ~0U, 0) < 0 && s->request->body != NULL)
        descriptors_each(first, close_one);
}

IN_CHILD static bool arrange_descriptors(struct steps *s)
{
    int i;

    for (i = 0; i < s->source_count; i++) {
        if (s->source[i] < 0)
            close(i);
        else if (!copy_descriptor(s->source[i], i, 0))
            return false;
    }
    if (s->pipe >= 0 && !copy_descriptor(s->pipe, i, O_CLOEXEC))
        return false;
    if (s->pipe >= 0)
        s->pipe = i++;
    close_rest(s, i);
    return true;
}

/* Before the limits, which could forbid the open. */
IN_CHILD static bool set_oom_score_adj(const struct steps *s)
{
    ssize_t length = (ssize_t)strlen(s->oom_score_adj);
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    bool good;
    int reason;

    if (fd < 0)
        return false;
    good = write(fd, s->oom_score_adj, (size_t)length) == length;
    reason = errno;
    close(fd);
    errno = reason;
    return good;
}

IN_CHILD static rlim_t limit_value(int64_t n)
{
    return n == LIMIT_UNLIMITED ? RLIM_INFINITY : (rlim_t)n;
}

IN_CHILD static bool set_limits(const struct child_request *r, int *which)
{
    for (size_t i = 0; i < r->limit_count; i++) {
        struct rlimit value = { limit_value(r->limits[i].soft), limit_value(r->limits[i].hard) };

        *which = (int)i;
        if (setrlimit((unsigned)r->limits[i].resource, &value) < 0)
            return false;
    }
    return true;
}

/* Raw calls: glibc's would signal all threads of the memory that we share. */
IN_CHILD static bool become(const struct identity *id, enum step *step)
{
    *step = STEP_GROUPS;
    if (syscall(SETGROUPS, id->group_count, id->groups) < 0)
        return false;
    *step = STEP_GID;
    if (syscall(SETRESGID, id->gid, id->gid, id->gid) < 0)
        return false;
    *step = STEP_UID;
    return syscall(SETRESUID, id->uid, id->uid, id->uid) == 0;
}

/* After the change of identity, which would clear it. Who lost the parent before that is not told any more. */
IN_CHILD static bool set_deathsig(const struct steps *s)
{
    int number = s->request->deathsig;

    if (number == 0)
        return true;
    if (prctl(PR_SET_PDEATHSIG, number) < 0)
        return false;
    if (getppid() != s->parent)
        kill(getpid(), number); /* comes as soon as signals are let through */
    return true;
}

IN_CHILD static void write_listen_pid(char *to)
{
    char digits[LISTEN_PID_ROOM];
    pid_t pid = getpid();
    int n = 0;

    for (; pid > 0; pid /= 10)
        digits[n++] = (char)('0' + pid % 10);
    while (n > 0)
        *to++ = digits[--n];
    *to = '\0';
}

IN_CHILD static bool is_not_there(int reason)
{
    return reason == ENOENT || reason == ENOTDIR || reason == ENODEV || reason == ESTALE || reason == ETIMEDOUT;
}

/* As execvp: what is not there is passed by, what may not be run is remembered. Of many directories, one that
 * may not even be searched counts as one that does not have it. */
IN_CHILD static enum step try_candidates(const struct steps *s)
{
    bool many = s->candidates[0] != NULL && s->candidates[1] != NULL;
    int reason = ENOENT;

    for (char *const *path = s->candidates; *path != NULL; path++) {
        int error;
        bool exists;

        execve(*path, s->request->argv, s->envp);
        error = errno;
        exists = faccessat(AT_FDCWD, *path, F_OK, 0) == 0;
        if (error == ENOENT && exists)
            return STEP_INTERPRETER;
        if (error == EACCES && !exists && many)
            error = ENOENT;
        if (error != EACCES && !is_not_there(error)) {
            reason = error;
            break;
        }
        if (reason != EACCES)
            reason = error;
    }
    errno = reason;
    return STEP_EXEC;
}

/* An exec gives up what we handle, a body keeps it; what we ignore would stay ignored in both. glibc keeps two numbers
 * for itself, and refuses them. */
IN_CHILD static bool reset_signals(const struct child_request *r)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };

    for (int number = 1; r->body != NULL && number <= SIGRTMAX; number++)
        sigaction(number, &by_default, NULL);
    return sigaction(SIGPIPE, &by_default, NULL) == 0 && sigaction(SIGXFSZ, &by_default, NULL) == 0;
}

/* The order matters: descriptors before all, limits before the identity that could not raise them,
 * the directory as the user who must be able to enter it, signals open at the very end. */
IN_CHILD static enum step run(struct steps *s, int *which)
{
    const struct child_request *r = s->request;
    enum step step;
    sigset_t none;

    if (!unshare_descriptors(s))
        return STEP_UNSHARE;
    if (!arrange_descriptors(s))
        return STEP_DESCRIPTORS;
    if ((r->in_our_session ? setpgid(0, 0) : setsid()) < 0)
        return STEP_SESSION;
    if (!reset_signals(r))
        return STEP_SIGNALS;
    if (r->has_nice && setpriority(PRIO_PROCESS, 0, r->nice) < 0)
        return STEP_NICE;
    if (r->has_oom_score_adj && !set_oom_score_adj(s))
        return STEP_OOM_SCORE;
    if (!set_limits(r, which))
        return STEP_LIMIT;
    if (r->umask >= 0)
        umask((mode_t)r->umask);
    if (s->changes_identity && !become(r->identity, &step))
        return step;
    if (r->directory != NULL && chdir(r->directory) < 0)
        return STEP_DIRECTORY;
    if (r->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return STEP_NO_NEW_PRIVS;
    if (!set_deathsig(s))
        return STEP_DEATHSIG;
    if (r->body != NULL)
        return STEP_NONE;
    if (s->listen_pid != NULL)
        write_listen_pid(s->listen_pid);
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
        return STEP_SIGNALS;
    return try_candidates(s);
}

IN_CHILD int steps_run(void *arg)
{
    struct steps *s = arg;

    s->report.step = run(s, &s->report.which);
    s->report.error = errno;
    return 127;
}

static bool exec_failure(const struct steps *s, struct error *e)
{
    const char *name = s->request->argv[0];

    if ((errno == ENOENT || errno == ENOTDIR) && strchr(name, '/') == NULL)
        return failure(e, "exec '%s': it is in no directory of PATH", name);
    if (errno == ENOEXEC)
        return failure(e, "exec '%s': exec format error: no #! line?", name);
    if (errno == EAGAIN)
        return failure_errno(e, "exec '%s': the limit nproc is reached", name);
    return failure_errno(e, "exec '%s'", name);
}

static bool limit_failure(const struct limit *limit, struct error *e)
{
    struct rlimit now = { 0, 0 };

    if (errno != EPERM || getrlimit((unsigned)limit->resource, &now) < 0 || now.rlim_max == RLIM_INFINITY)
        return failure_errno(e, "setrlimit %s", limit_name(limit->resource));
    return failure(e, "setrlimit %s: Operation not permitted (the hard limit is %llu)", limit_name(limit->resource),
                   (unsigned long long)now.rlim_max);
}

static bool groups_failure(struct error *e)
{
    if (errno != EPERM)
        return failure_errno(e, "setgroups");
    return failure(e, "setgroups: Operation not permitted (only root may become another user)");
}

static bool uid_failure(const struct identity *id, struct error *e)
{
    if (id->name != NULL)
        return failure_errno(e, "setuid to '%s'", id->name);
    return failure_errno(e, "setuid to %u", (unsigned)id->uid);
}

bool steps_failure(const struct steps *s, struct error *e)
{
    const struct step_report *report = &s->report;
    const struct child_request *r = s->request;

    errno = report->error;
    switch (report->step) {
    case STEP_UNSHARE:
        return failure_errno(e, "close_range");
    case STEP_DESCRIPTORS:
        return failure_errno(e, "dup2");
    case STEP_SESSION:
        return failure_errno(e, s->request->in_our_session ? "setpgid" : "setsid");
    case STEP_SIGNALS:
        return failure_errno(e, "signals to default");
    case STEP_NICE:
        return failure_errno(e, "nice to %d", r->nice);
    case STEP_OOM_SCORE:
        return failure_errno(e, "oom_score_adj to %d", r->oom_score_adj);
    case STEP_LIMIT:
        return limit_failure(&r->limits[report->which], e);
    case STEP_GROUPS:
        return groups_failure(e);
    case STEP_GID:
        return failure_errno(e, "setgid to %u", (unsigned)r->identity->gid);
    case STEP_UID:
        return uid_failure(r->identity, e);
    case STEP_DIRECTORY:
        return failure_errno(e, "chdir to '%s'", r->directory);
    case STEP_NO_NEW_PRIVS:
        return failure_errno(e, "no_new_privs");
    case STEP_DEATHSIG:
        return failure_errno(e, "deathsig %s", signal_name(r->deathsig));
    case STEP_EXEC:
        return exec_failure(s, e);
    case STEP_INTERPRETER:
        return failure(e,
                       "exec '%s': No such file or directory: not the file, but what its #! line or its format names",
                       r->argv[0]);
    case STEP_NONE:
        break;
    }
    assert(!"a step that failed");
    return false;
}
