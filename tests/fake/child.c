#include "os/child.h"

#include "base/xalloc.h"
#include "fake/fake.h"
#include "fake/fake_private.h"

#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

struct child {
    TAILQ_ENTRY(child) link;
    pid_t pid;
    child_exit_fn *on_exit; /* NULL: forgotten by its owner */
    void *arg;
    loop_fn *on_group_empty;
    void *group_arg;
    int last_signal;
    size_t signals;
    bool lives, dying, group_lives, in_exit, freed;
    bool starter;                        /* of a daemon: its last word is & */
    bool stray;                          /* such a daemon, while nobody looks after it */
    char id[64], program[80], index[16]; /* REEVE_ID … */
    struct child_exit exit;              /* of a dying one */
};

static TAILQ_HEAD(, child) children = TAILQ_HEAD_INITIALIZER(children);
static pid_t last_pid = 100;
static size_t started;
static bool obedient;
static int failures;
static char failure_reason[128];

struct children *children_new(struct loop *loop)
{
    return (struct children *)loop; /* a handle that is not NULL */
}

void children_free(struct children *all)
{
    (void)all;
}

void children_kill_orphans(struct children *all, msec limit)
{
    (void)all;
    (void)limit;
}

static struct child *find(pid_t pid)
{
    struct child *c;

    TAILQ_FOREACH(c, &children, link)
    {
        if (c->pid == pid)
            return c;
    }
    return NULL;
}

static void destroy(struct child *c)
{
    TAILQ_REMOVE(&children, c, link);
    free(c);
}

void children_kill_strays(struct children *all, child_stray_fn *fn, void *arg)
{
    struct child *c = TAILQ_FIRST(&children), *next;

    (void)all;
    for (; c != NULL; c = next) {
        next = TAILQ_NEXT(c, link);
        if (c->stray && fn(c->pid, arg))
            destroy(c);
    }
}

static void keep_variable(char *to, size_t size, char *const *envp, const char *name)
{
    size_t length = strlen(name);

    for (; envp != NULL && *envp != NULL; envp++)
        if (strncmp(*envp, name, length) == 0 && (*envp)[length] == '=')
            snprintf(to, size, "%s", *envp + length + 1);
}

static void know(struct child *c, const struct child_request *request)
{
    for (char *const *word = request->argv; word != NULL && *word != NULL; word++)
        c->starter = strcmp(*word, "&") == 0;
    keep_variable(c->id, sizeof c->id, request->envp, "REEVE_ID");
    keep_variable(c->program, sizeof c->program, request->envp, "REEVE_PROGRAM");
    keep_variable(c->index, sizeof c->index, request->envp, "REEVE_INDEX");
}

bool fake_variable(pid_t pid, const char *name, char *value, size_t size)
{
    const struct child *c = find(pid);
    const char *text = c == NULL                            ? ""
                       : strcmp(name, "REEVE_ID") == 0      ? c->id
                       : strcmp(name, "REEVE_PROGRAM") == 0 ? c->program
                       : strcmp(name, "REEVE_INDEX") == 0   ? c->index
                                                            : "";

    snprintf(value, size, "%s", text);
    return *text != '\0';
}

struct child *child_start(struct children *all, const struct child_request *request, child_exit_fn *on_exit, void *arg,
                          struct error *e)
{
    struct child *c;

    (void)all;
    assert(request->body != NULL || (request->argv != NULL && request->argv[0] != NULL));
    if (failures > 0) {
        failures--;
        failure(e, "%s", failure_reason);
        return NULL;
    }
    c = xcalloc(1, sizeof *c);
    *c = (struct child){ .pid = ++last_pid, .on_exit = on_exit, .arg = arg, .lives = true };
    know(c, request);
    TAILQ_INSERT_TAIL(&children, c, link);
    started++;
    if (request->body != NULL) /* what a worker does is the test's, which only looks at what it begins with */
        request->body(request->body_arg);
    return c;
}

/* A former life forgot it; the kernel has not. */
struct child *child_resume(struct children *all, pid_t pid, pid_t heir, pid_t group, child_exit_fn *on_exit, void *arg)
{
    struct child *c = find(pid);

    (void)all;
    (void)heir;
    (void)group;
    assert(c != NULL && c->lives && c->on_exit == NULL);
    c->on_exit = on_exit;
    c->arg = arg;
    return c;
}

struct child *child_resume_ended(struct children *all, pid_t pid, pid_t group)
{
    struct child *c = find(pid);

    (void)all;
    (void)group;
    if (c == NULL) {
        c = xcalloc(1, sizeof *c);
        c->pid = pid;
        TAILQ_INSERT_TAIL(&children, c, link);
    }
    assert(!c->lives);
    return c;
}

struct child *child_adopt(struct children *all, const struct process_mark *who, child_exit_fn *on_exit, void *arg,
                          struct error *e)
{
    struct child *c = find(who->pid);

    (void)all;
    if ((c != NULL && c->lives && !c->stray) || !procfs_lives(who)) {
        failure(e, "process %d is gone, or looked after already", (int)who->pid);
        return NULL;
    }
    if (c == NULL || !c->stray) {
        c = xcalloc(1, sizeof *c);
        c->pid = who->pid;
        c->lives = true;
        TAILQ_INSERT_TAIL(&children, c, link);
    }
    c->stray = false;
    c->on_exit = on_exit;
    c->arg = arg;
    return c;
}

pid_t child_pid(const struct child *c)
{
    return c->pid;
}

pid_t child_group(const struct child *c)
{
    return c->pid;
}

bool child_is_stranger(const struct child *c, struct process_mark *out)
{
    (void)c;
    (void)out;
    return false;
}

pid_t child_heir(const struct child *c)
{
    (void)c;
    return 0;
}

/* The kernel reaps it when its owner has heard of the end. */
static void end_now(struct child *c)
{
    struct child_exit exit = c->exit;

    assert(c->lives);
    c->lives = c->dying = false;
    c->in_exit = true;
    if (c->on_exit != NULL)
        c->on_exit(c, &exit, c->arg);
    c->in_exit = false;
    if (c->freed || c->on_exit == NULL)
        destroy(c);
}

static void die(void *arg)
{
    struct child *c = find((pid_t)(long)arg);

    if (c != NULL && c->lives)
        end_now(c);
}

static void die_soon(struct child *c, int number)
{
    if (!c->lives || c->dying)
        return;
    c->dying = true;
    c->exit = (struct child_exit){ .code = -1, .signal = number };
    loop_later(NULL, die, (void *)(long)c->pid);
}

static void group_empty(void *arg)
{
    struct child *c = find((pid_t)(long)arg);

    if (c != NULL && c->on_group_empty != NULL) {
        loop_fn *fn = c->on_group_empty;

        c->on_group_empty = NULL;
        fn(c->group_arg);
    }
}

static bool take_signal(struct child *c, int number, struct error *e)
{
    if (!c->lives && !c->in_exit && !c->group_lives)
        return failure(e, "No such process");
    if (number != SIGCONT)
        c->last_signal = number;
    c->signals++;
    if (number == SIGKILL || ((number == SIGTERM || number == SIGQUIT) && obedient))
        die_soon(c, number);
    return true;
}

bool child_signal(struct child *c, int number, struct error *e)
{
    return take_signal(c, number, e);
}

bool child_signal_group(struct child *c, int number, struct error *e)
{
    if (number == SIGKILL && c->group_lives) {
        c->group_lives = false;
        loop_later(NULL, group_empty, (void *)(long)c->pid);
        if (!c->lives)
            return true;
    }
    return take_signal(c, number, e);
}

bool child_group_lives(const struct child *c)
{
    return c->group_lives;
}

void child_group_watch(struct child *c, loop_fn *fn, void *arg)
{
    c->on_group_empty = fn;
    c->group_arg = arg;
}

void child_free(struct child *c)
{
    if (c == NULL)
        return;
    c->on_exit = NULL;
    c->on_group_empty = NULL;
    if (c->in_exit)
        c->freed = true;
    else if (!c->lives && !c->group_lives)
        destroy(c);
}

bool child_expect_heir(struct child *c, pid_t pid)
{
    (void)c;
    (void)pid;
    return false;
}

void child_spare(struct child *c)
{
    (void)c;
}

size_t fake_living(void)
{
    struct child *c;
    size_t n = 0;

    TAILQ_FOREACH(c, &children, link)
    {
        n += c->lives && !c->stray;
    }
    return n;
}

size_t fake_strays(void)
{
    struct child *c;
    size_t n = 0;

    TAILQ_FOREACH(c, &children, link)
    {
        n += c->stray;
    }
    return n;
}

bool fake_is_starter(pid_t pid)
{
    const struct child *c = find(pid);

    return c != NULL && c->starter;
}

pid_t fake_daemonizes(pid_t pid)
{
    struct child *c = xcalloc(1, sizeof *c);

    *c = *find(pid);
    c->pid = ++last_pid;
    c->on_exit = NULL;
    c->arg = NULL;
    c->signals = 0;
    c->last_signal = 0;
    c->stray = true;
    c->starter = false;
    TAILQ_INSERT_TAIL(&children, c, link);
    return c->pid;
}

pid_t fake_living_pid(size_t i)
{
    struct child *c;

    TAILQ_FOREACH(c, &children, link)
    {
        if (c->lives && !c->stray && i-- == 0)
            return c->pid;
    }
    return 0;
}

size_t fake_started(void)
{
    return started;
}

static void end_with(pid_t pid, struct child_exit exit)
{
    struct child *c = find(pid);

    assert(c != NULL);
    c->exit = exit;
    end_now(c);
    fake_callback_over();
    fake_turn();
}

void fake_child_exits(pid_t pid, int code)
{
    end_with(pid, (struct child_exit){ .code = code });
}

void fake_child_dies(pid_t pid, int signal)
{
    end_with(pid, (struct child_exit){ .code = -1, .signal = signal });
}

void fake_child_vanishes(pid_t pid)
{
    fake_process(0, 0);
    end_with(pid, (struct child_exit){ .code = -1, .unknown = true });
}

bool fake_lives(pid_t pid)
{
    struct child *c = find(pid);

    return c != NULL && c->lives;
}

int fake_last_signal(pid_t pid)
{
    struct child *c = find(pid);

    return c != NULL ? c->last_signal : 0;
}

size_t fake_signals(pid_t pid)
{
    struct child *c = find(pid);

    return c != NULL ? c->signals : 0;
}

void fake_obey(bool yes)
{
    obedient = yes;
}

void fake_group_survives(pid_t pid)
{
    find(pid)->group_lives = true;
}

void fake_group_ends(pid_t pid)
{
    find(pid)->group_lives = false;
    group_empty((void *)(long)pid);
    fake_turn();
}

void fake_spawn_fails(int count, const char *reason)
{
    failures = count;
    snprintf(failure_reason, sizeof failure_reason, "%s", reason);
}

void fake_children_reset(void)
{
    while (!TAILQ_EMPTY(&children))
        destroy(TAILQ_FIRST(&children));
    started = 0;
    last_pid = 100;
    obedient = false;
    failures = 0;
}

void fake_reset(void)
{
    fake_children_reset();
    fake_loop_reset();
    fake_dial_reset();
    fake_memory(0);
    fake_process(0, 0);
    fake_clock_set(1000000);
    fake_random(0.5);
}
