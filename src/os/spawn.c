/* Two ways. The quick one shares memory and descriptors with the child and stands still until the exec.
 * The child unshares the descriptors below K first: what it needs is put there before. The plain
 * one is a fork, with the report through a pipe that the exec closes. The child's steps are the same. A body is always
 * born the plain way: it needs memory of its own.
 *
 * Who emulates the quick call by a fork (valgrind, qemu) knows CLONE_FILES and refuses it. */
#include "os/spawn.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "os/slots.h"
#include "os/steps.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_SIZE = 64 * 1024, GUARD_SIZE = 4096 };

struct spawner {
    bool plain; /* by fork */
    struct slots slots;
    char *stack; /* of children born the quick way, one at a time */
};

/* One birth, while it lasts. */
struct birth {
    struct spawner *spawner;
    bool plain;
    struct steps steps;
    int *lifted; /* owned; the sources, and then the pipe, where the child will find them */
    int lifted_count;
    int pipe; /* our end; -1: the quick way has none */
    struct words candidates;
    char **envp;      /* owned; NULL: the request's */
    char *listen_pid; /* owned; NULL */
};

struct spawner *spawner_new(void)
{
    struct spawner *s = xcalloc(1, sizeof *s);
    const char *way = getenv("REEVE_SPAWN");

    s->plain = way != NULL && strcmp(way, "fork") == 0;
    slots_open(&s->slots);
    s->stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (s->stack == MAP_FAILED) {
        log_error("no memory for the stack of children: %s", strerror(errno));
        abort();
    }
    mprotect(s->stack, GUARD_SIZE, PROT_NONE);
    return s;
}

void spawner_free(struct spawner *s)
{
    slots_close(&s->slots);
    munmap(s->stack, STACK_SIZE);
    free(s);
}

/* Above the numbers that the child will use itself, the pipe's included. */
static bool lift_copy(struct birth *b, int fd)
{
    int copy = slots_fill(&b->spawner->slots, b->lifted_count, fd, b->steps.source_count);

    if (copy < 0)
        return false;
    b->lifted[b->lifted_count++] = copy;
    return true;
}

/* The null device, which most children have three times, mostly is where it may stay. */
static bool lift(struct birth *b, int fd)
{
    if (fd >= 0 && !slots_need_no(&b->spawner->slots, fd, b->steps.source_count))
        return lift_copy(b, fd);
    b->lifted[b->lifted_count++] = fd;
    return true;
}

/* The pipe, which comes behind the sources, is -1. */
static int source(const struct birth *b, int i)
{
    const struct child_request *r = b->steps.request;

    if (i < 3)
        return r->stdio[i];
    return (size_t)i - 3 < r->passed_count ? r->passed[i - 3] : -1;
}

static void let_down(struct birth *b)
{
    for (int i = 0; i < b->lifted_count; i++)
        if (b->lifted[i] != source(b, i))
            slots_empty(&b->spawner->slots, i, b->lifted[i]);
    b->lifted_count = 0;
}

static bool lift_sources(struct birth *b, const struct child_request *r, struct error *e)
{
    static const char *const name[] = { "stdin", "stdout", "stderr" };

    for (int i = 0; i < 3; i++)
        if (!lift(b, r->stdio[i]))
            return failure_errno(e, "descriptor %d for %s", r->stdio[i], name[i]);
    for (size_t i = 0; i < r->passed_count; i++)
        if (!lift(b, r->passed[i]))
            return failure_errno(e, "descriptor %d to be passed", r->passed[i]);
    return true;
}

static bool open_pipe(struct birth *b, struct error *e)
{
    int end[2];
    bool good;

    b->steps.pipe = -1;
    if (!b->plain)
        return true;
    if (pipe2(end, O_CLOEXEC) < 0)
        return failure_errno(e, "pipe");
    good = lift_copy(b, end[1]) || failure_errno(e, "pipe");
    close(end[1]);
    b->pipe = end[0];
    b->steps.pipe = good ? b->lifted[b->lifted_count - 1] : -1;
    return good;
}

static int highest(const struct birth *b)
{
    int most = 0;

    for (int i = 0; i < b->lifted_count; i++)
        most = b->lifted[i] > most ? b->lifted[i] : most;
    return most;
}

static const char *path_of(char *const *envp)
{
    for (; *envp != NULL; envp++)
        if (strncmp(*envp, "PATH=", 5) == 0)
            return *envp + 5;
    return "/usr/local/bin:/usr/bin:/bin";
}

/* Only the child can try them: it may be another user, in another directory. */
static void list_candidates(struct birth *b, const struct child_request *r)
{
    const char *name = r->argv[0];
    const char *end, *path;
    char *candidate;

    if (strchr(name, '/') != NULL || *name == '\0') {
        words_add(&b->candidates, name);
        return;
    }
    path = path_of(r->envp);
    do {
        end = strchrnul(path, ':');
        candidate = xasprintf("%.*s%s%s", (int)(end - path), path, end == path ? "" : "/", name);
        words_add(&b->candidates, candidate);
        free(candidate);
        path = end + 1;
    } while (*end != '\0');
}

/* LISTEN_PID is the child's to know: give it a text of its own to write into. */
static void make_room_for_listen_pid(struct birth *b, char *const *envp)
{
    static const char prefix[] = "LISTEN_PID=";
    size_t count, at = 0;

    for (count = 0; envp[count] != NULL; count++)
        if (envp[count][0] == prefix[0] && text_starts(envp[count], prefix))
            at = count + 1;
    if (at == 0)
        return;
    b->envp = xcalloc(count + 1, sizeof *b->envp);
    memcpy(b->envp, envp, count * sizeof *b->envp);
    b->listen_pid = xcalloc(1, sizeof prefix + LISTEN_PID_ROOM);
    memcpy(b->listen_pid, prefix, sizeof prefix);
    b->envp[at - 1] = b->listen_pid;
    b->steps.listen_pid = b->listen_pid + sizeof prefix - 1;
}

static bool prepare(struct birth *b, const struct child_request *r, struct error *e)
{
    struct steps *s = &b->steps;

    assert(r->body != NULL || r->argv[0] != NULL);
    b->plain = b->spawner->plain || r->body != NULL;
    s->request = r;
    s->source_count = 3 + (int)r->passed_count;
    s->parent = getpid();
    s->changes_identity = r->identity != NULL && !identity_is_ours(r->identity);
    if (r->has_oom_score_adj)
        snprintf(s->oom_score_adj, sizeof s->oom_score_adj, "%d", r->oom_score_adj);
    if (r->body == NULL)
        list_candidates(b, r);
    s->candidates = b->candidates.word;
    make_room_for_listen_pid(b, r->envp);
    s->envp = b->envp != NULL ? b->envp : r->envp;
    b->lifted = xcalloc((size_t)s->source_count + 1, sizeof *b->lifted);
    s->source = b->lifted;
    if (!lift_sources(b, r, e) || !open_pipe(b, e))
        return false;
    s->unshare_from = b->plain ? -1 : highest(b) + 1;
    return true;
}

static void clean_up(struct birth *b)
{
    let_down(b);
    if (b->pipe >= 0)
        close(b->pipe);
    free(b->lifted);
    words_free(&b->candidates);
    free(b->envp);
    free(b->listen_pid);
}

/* The exec wakes us, mostly on the processor that it is about to finish on: what we do now would delay the child. */
static pid_t quick_birth(struct birth *b)
{
    char *top = b->spawner->stack + STACK_SIZE;
    pid_t pid;

    pid = clone(steps_run, top, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &b->steps);
    if (pid > 0 && b->steps.request->urgent)
        sched_yield();
    return pid;
}

static void tell_parent(const struct steps *s)
{
    ssize_t written = write(s->pipe, &s->report, sizeof s->report);

    (void)written; /* If nobody reads, nobody cares. */
}

/* The log's descriptors go first, while they are still the log's. Nothing that is to be done at an exit is ours. */
static void __attribute__((noreturn)) live(struct birth *b)
{
    const struct child_request *r = b->steps.request;
    int status;

    if (r->body != NULL)
        log_leave();
    status = steps_run(&b->steps);
    if (r->body != NULL && b->steps.report.step == STEP_NONE) {
        close(b->steps.pipe);
        status = r->body(r->body_arg);
    } else {
        tell_parent(&b->steps);
    }
    _exit(status);
}

static pid_t plain_birth(struct birth *b)
{
    pid_t pid = fork();

    if (pid == 0)
        live(b);
    return pid;
}

/* With all signals blocked: no handler of ours may run in the child. */
static pid_t give_birth(struct birth *b)
{
    sigset_t all, before;
    pid_t pid;
    int reason;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = b->plain ? plain_birth(b) : quick_birth(b);
    reason = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = reason;
    return pid;
}

/* The exec closes the pipe without a word. */
static void read_report(int fd, struct step_report *report)
{
    struct step_report told;
    ssize_t n;

    do
        n = read(fd, &told, sizeof told);
    while (n < 0 && errno == EINTR);
    if (n == sizeof told)
        *report = told;
}

static void bury(pid_t pid)
{
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static bool is_refusal(int reason)
{
    return reason == ENOSYS || reason == EPERM || reason == EINVAL;
}

static bool fork_failure(struct error *e)
{
    if (errno == EAGAIN)
        return failure(e, "fork: %s (too many processes?)", strerror(errno));
    return failure_errno(e, "fork");
}

/* From now on, and said once. */
static void go_plain(struct spawner *s, const char *call, int reason)
{
    log_notice("the kernel refuses %s (%s): children are started by fork", call, strerror(reason));
    s->plain = true;
}

static bool has_failed(struct birth *b, pid_t pid, struct error *e)
{
    struct step_report *report = &b->steps.report;

    let_down(b); /* Our copy of the pipe's end would keep us waiting. */
    if (b->pipe >= 0)
        read_report(b->pipe, report);
    if (report->step == STEP_NONE)
        return false;
    bury(pid);
    steps_failure(&b->steps, e);
    if (report->step == STEP_UNSHARE && is_refusal(report->error))
        go_plain(b->spawner, "close_range", report->error);
    return true;
}

static pid_t attempt(struct spawner *s, const struct child_request *request, struct error *e)
{
    struct birth b = { .spawner = s, .pipe = -1 };
    pid_t pid = -1;

    if (prepare(&b, request, e)) {
        pid = give_birth(&b);
        if (pid < 0 && !b.plain && is_refusal(errno))
            go_plain(s, "clone", errno);
        else if (pid < 0)
            fork_failure(e);
        else if (has_failed(&b, pid, e))
            pid = -1;
    }
    clean_up(&b);
    return pid;
}

pid_t spawner_start(struct spawner *s, const struct child_request *request, struct error *e)
{
    bool was_plain = s->plain;
    pid_t pid = attempt(s, request, e);

    if (pid < 0 && s->plain != was_plain)
        pid = attempt(s, request, e);
    return pid;
}
