/* In the handler of a signal only the kernel is asked: the heap may be broken, and locks be held. All that it needs is
 * made before.
 *
 *     crash, hang -> a copy of us, which ends with the signal, for the core file
 *                 -> descriptors survive -> exec of our file -> resume_begin
 */
#include "os/resume.h"

#include "base/log.h"
#include "base/text.h"
#include "base/xalloc.h"
#include "resume_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid /* glibc has the field, but not the name */
#endif

enum { STACK_SIZE = 64 << 10, TRIES_MOST = 5 };

static const int caught[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE };

static struct {
    char *path;
    char **argv; /* owned; the last word is `word` */
    char **environment;
    char word[48]; /* "--resume=FD:WHY:TRIES" */
    char *why;     /* in it */
    pid_t leader;
    timer_t timer;
    bool has_timer;
    msec limit;
    sigset_t mask; /* of the next life's beginning */
    int tries;     /* how many lives in a row have not come so far as to be armed */
    volatile sig_atomic_t held, waiting, busy;
} next;

static char stack[STACK_SIZE];

/* ---- what the next life is called with --------------------------------------------------------- */

static bool is_executable(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static char *in_folder(const char *folder, size_t length, const char *name)
{
    char here[PATH_MAX];

    if (*name == '/')
        return xstrdup(name);
    if (length > 0 && *folder == '/')
        return xasprintf("%.*s/%s", (int)length, folder, name);
    if (getcwd(here, sizeof here) == NULL)
        return NULL;
    return xasprintf("%s/%.*s%s%s", here, (int)length, folder, length > 0 ? "/" : "", name);
}

static char *in_path(const char *name)
{
    const char *folder = getenv("PATH");

    while (folder != NULL && *folder != '\0') {
        size_t length = strcspn(folder, ":");
        char *path = in_folder(folder, length, name);

        if (path != NULL && is_executable(path))
            return path;
        free(path);
        folder += length + (folder[length] == ':');
    }
    return NULL;
}

/* proc(5): of a file that is gone the kernel says so behind its name. A new one will have that name again. */
static char *own_file(void)
{
    static const char gone[] = " (deleted)";
    char file[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", file, sizeof file - 1);

    if (length <= 0)
        return xstrdup("/proc/self/exe");
    file[length] = '\0';
    if (text_ends(file, gone))
        length -= (ssize_t)sizeof gone - 1;
    return xstrndup(file, (size_t)length);
}

/* What the user wrote, which may be a link that will lead elsewhere by then; not where it leads now. */
static char *find_path(const char *name)
{
    char *path = strchr(name, '/') != NULL ? in_folder("", 0, name) : in_path(name);

    if (path != NULL && is_executable(path))
        return path;
    free(path);
    return own_file();
}

static char **copy_list(char **list)
{
    size_t count = 0;
    char **copy;

    while (list[count] != NULL)
        count++;
    copy = xcalloc(count + 1, sizeof *copy);
    memcpy(copy, list, count * sizeof *copy);
    return copy;
}

void resume_prepare(int argc, char **argv)
{
    int count = 0;

    next.path = find_path(argv[0]);
    next.environment = copy_list(environ);
    next.argv = xcalloc((size_t)argc + 2, sizeof *next.argv);
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "--resume=", 9) != 0)
            next.argv[count++] = argv[i];
    next.argv[0] = next.path; /* in another folder, what the user wrote would lead elsewhere */
    next.argv[count] = next.word;
}

const char *resume_path(void)
{
    return next.path;
}

static void name_snapshot(int fd)
{
    int length = snprintf(next.word, sizeof next.word, "--resume=%d:", fd);

    next.why = next.word + length;
}

/* No more than the kernel and three digits: a handler calls it. */
static void name_reason(int why)
{
    next.why[0] = (char)('0' + why / 10);
    next.why[1] = (char)('0' + why % 10);
    next.why[2] = ':';
    next.why[3] = (char)('0' + next.tries);
    next.why[4] = '\0';
}

static int number_of_alarm(void)
{
    return SIGRTMIN + 2;
}

/* ---- the exec ---------------------------------------------------------------------------------- */

static void run_next(int why)
{
    name_reason(why);
    execve(next.path, next.argv, next.environment);
}

/* A signal from outside that says SEGV waits until the next life has its handler. */
static void set_caught(int how)
{
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        sigaddset(&set, caught[i]);
    sigaddset(&set, number_of_alarm());
    sigprocmask(how, &set, NULL);
}

bool resume_exec(int snapshot, struct error *e)
{
    name_snapshot(snapshot);
    set_caught(SIG_BLOCK);
    resume_keep_descriptors();
    run_next(RESUME_UPGRADE);
    failure_errno(e, "cannot run '%s'", next.path);
    resume_mark_descriptors();
    set_caught(SIG_UNBLOCK);
    return false;
}

/* ---- crashes ----------------------------------------------------------------------------------- */

static void use_default(int number)
{
    struct sigaction by_default = { .sa_handler = SIG_DFL };
    sigset_t set;

    sigaction(number, &by_default, NULL);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
}

static void __attribute__((noreturn)) die(int number)
{
    use_default(number);
    syscall(SYS_tgkill, getpid(), gettid(), number);
    _exit(128 + number);
}

/* Without glibc's fork, which takes locks. It has nothing that others wait for the end of. */
static void leave_core(int number)
{
    if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) != 0)
        return;
    syscall(SYS_close_range, 3, ~0u, 0);
    die(number);
}

/* What ended a life at its beginning, such as a want of memory, may be over in a moment: three seconds in all. */
static void wait_for_better_times(void)
{
    struct timespec pause = { .tv_nsec = 50000000L << next.tries };

    if (next.tries == 0)
        return;
    pause.tv_sec = pause.tv_nsec / 1000000000;
    pause.tv_nsec %= 1000000000;
    nanosleep(&pause, NULL);
}

static void __attribute__((noreturn)) go(int why)
{
    int number = why == RESUME_HANG ? SIGABRT : why;
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    if (next.busy || next.tries > TRIES_MOST)
        die(number);
    next.busy = 1;
    leave_core(number);
    wait_for_better_times();
    resume_keep_descriptors();
    sigprocmask(SIG_SETMASK, &next.mask, NULL);
    run_next(why);
    execve("/proc/self/exe", next.argv, next.environment);
    die(number);
}

/* By the first thread alone: the kernel ties children's deathsig to the thread that started them. */
static void on_crash(int number, siginfo_t *info, void *context)
{
    bool from_outside = info->si_code <= 0 && info->si_pid != next.leader;

    (void)context;
    if (getpid() != next.leader)
        die(number); /* a forked copy */
    if (gettid() != next.leader) {
        syscall(SYS_tgkill, next.leader, next.leader, number);
        for (;;)
            pause();
    }
    if (from_outside && next.held)
        next.waiting = number;
    else
        go(number);
}

static void on_alarm(int number)
{
    (void)number;
    go(RESUME_HANG);
}

static void make_timer(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = number_of_alarm() };

    event.sigev_notify_thread_id = next.leader;
    next.has_timer = timer_create(CLOCK_MONOTONIC, &event, &next.timer) == 0;
    if (!next.has_timer)
        log_warning("no timer: reeve will not notice if it hangs: %s", strerror(errno));
}

static void arm(int snapshot)
{
    stack_t alternative = { .ss_sp = stack, .ss_size = sizeof stack };
    struct sigaction crash = { .sa_sigaction = on_crash, .sa_flags = SA_SIGINFO | SA_ONSTACK };
    struct sigaction alarm = { .sa_handler = on_alarm, .sa_flags = SA_ONSTACK };

    next.leader = getpid();
    name_snapshot(snapshot);
    sigprocmask(SIG_BLOCK, NULL, &next.mask);
    sigaltstack(&alternative, NULL);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        sigaction(caught[i], &crash, NULL);
        sigaddset(&next.mask, caught[i]);
    }
    sigaction(number_of_alarm(), &alarm, NULL);
    sigaddset(&next.mask, number_of_alarm());
    if (!next.has_timer)
        make_timer();
    set_caught(SIG_UNBLOCK);
}

void resume_arm(int snapshot)
{
    next.tries = 0;
    resume_own_descriptors();
    arm(snapshot);
}

void resume_arm_early(int snapshot)
{
    arm(snapshot);
}

void resume_disarm(void)
{
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++)
        signal(caught[i], SIG_DFL);
    signal(number_of_alarm(), SIG_DFL);
    if (next.has_timer)
        timer_delete(next.timer); /* a forked copy has none */
    next.has_timer = false;
}

void resume_hold(void)
{
    next.held++;
}

void resume_release(void)
{
    next.held--;
    if (!next.held && next.waiting)
        go((int)next.waiting);
}

void resume_give_up(int number)
{
    die(number == RESUME_HANG ? SIGABRT : number);
}

/* ---- hangs ------------------------------------------------------------------------------------- */

void resume_set_limit(msec limit)
{
    next.limit = limit;
}

static void set_timer(msec delay)
{
    struct itimerspec when = { .it_value = { .tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000 } };

    if (next.has_timer)
        timer_settime(next.timer, 0, &when, NULL);
}

void resume_watch_begin(void)
{
    if (next.limit > 0)
        set_timer(next.limit);
}

void resume_watch_end(void)
{
    if (next.limit > 0)
        set_timer(0);
}

void resume_watch_extend(msec limit)
{
    if (next.limit > 0)
        set_timer(next.limit + limit);
}

/* ---- the next life ----------------------------------------------------------------------------- */

bool resume_begin(const char *word, int *snapshot, int *why)
{
    char rest;

    if (sscanf(word, "%d:%d:%d%c", snapshot, why, &next.tries, &rest) != 3 || *snapshot < 0 || *why < 0)
        return false;
    next.tries++;
    unsetenv("LISTEN_FDS"); /* their numbers are others' by now */
    resume_mark_descriptors();
    resume_note_descriptors();
    return true;
}
