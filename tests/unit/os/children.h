/* children: a loop and real children for tests; nobody waits longer than ten seconds. */
#ifndef UNIT_OS_CHILDREN_H
#define UNIT_OS_CHILDREN_H

#include "os/child.h"
#include "os/clock.h"
#include "os/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static struct loop *loop;
static struct children *all;
static int null_fd;

/* What on_exit was told. */
static int ends;
static struct child_exit last;

static inline int count_descriptors(pid_t pid)
{
    char path[40];
    DIR *folder;
    int n = 0;

    snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
    folder = opendir(path);
    assert_non_null(folder);
    while (readdir(folder) != NULL)
        n++;
    closedir(folder);
    return n - 2 - (pid == getpid() ? 1 : 0); /* . and .., and the folder itself */
}

static int descriptors_before;

static inline int open_children(void **state)
{
    (void)state;
    null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    ends = 0;
    loop = loop_new();
    all = children_new(loop);
    descriptors_before = count_descriptors(getpid());
    return 0;
}

/* Nothing may be left: no descriptor, no zombie. */
static inline int close_children(void **state)
{
    siginfo_t info;

    (void)state;
    children_kill_orphans(all, 10000);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1);
    assert_int_equal(errno, ECHILD);
    assert_int_equal(count_descriptors(getpid()), descriptors_before);
    children_free(all);
    loop_free(loop);
    close(null_fd);
    return 0;
}

static inline void too_late(void *arg)
{
    (void)arg;
    fputs("nothing happened for ten seconds\n", stderr);
    abort();
}

/* Until somebody calls loop_end. */
static inline void run_loop(void)
{
    struct timer *guard = timer_start(loop, 10000, too_late, NULL);

    loop_run(loop);
    timer_stop(&guard);
}

static inline void end_turn(void *arg)
{
    (void)arg;
    loop_end(loop);
}

typedef bool condition_fn(void);

/* For what tells nobody when it happens. */
static inline void wait_until(condition_fn *holds)
{
    msec begin = clock_now();

    while (!holds()) {
        if (clock_now() > begin + 10000)
            too_late(NULL);
        timer_start(loop, 2, end_turn, NULL);
        loop_run(loop);
    }
}

static inline void on_exit_end(struct child *c, const struct child_exit *exit, void *arg)
{
    (void)arg;
    last = *exit;
    ends++;
    child_free(c);
    loop_end(loop);
}

static inline struct child_request request_for(char *const *argv)
{
    return (struct child_request){ .argv = argv, .envp = environ, .umask = -1, .stdio = { null_fd, null_fd, null_fd } };
}

static inline struct child *start(const struct child_request *r)
{
    struct error e;
    struct child *c = child_start(all, r, on_exit_end, NULL, &e);

    if (c == NULL)
        fprintf(stderr, "start: %s\n", e.text);
    assert_non_null(c);
    return c;
}

static inline struct child *start_shell(const char *script)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char *)(uintptr_t)script, NULL };
    struct child_request r = request_for(argv);

    return start(&r);
}

static inline void wait_for_ends(int count)
{
    while (ends < count)
        run_loop();
}

/* What the child prints until it and all who hold its stdout have ended. */
static inline const char *output_of(struct child_request *r)
{
    static char text[4096];
    size_t length = 0;
    int out[2], before = ends;
    ssize_t n;

    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    r->stdio[1] = out[1];
    start(r);
    close(out[1]);
    while ((n = read(out[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)n;
    close(out[0]);
    text[length] = '\0';
    wait_for_ends(before + 1);
    return text;
}

/* The value of `Name:` in the child's /proc status. */
static inline const char *status_of(pid_t pid, const char *name)
{
    static char line[256];
    char path[40];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    file = fopen(path, "re");
    if (file == NULL)
        return "";
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
            fclose(file);
            line[strcspn(line, "\n")] = '\0';
            return line + strlen(name) + 1 + strspn(line + strlen(name) + 1, " \t");
        }
    fclose(file);
    return "";
}

/* Run `body` in a fork, where it may lose rights for good; it says whether all was well. */
static inline void in_a_fork(bool (*body)(void))
{
    pid_t pid;
    int status;

    fflush(NULL);
    pid = fork();
    if (pid == 0)
        _exit(body() ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The same tests for both ways to start a child; where somebody asks for the plain one, as for valgrind, only for that.
 * Statements: the compiler may set and unset the variable before it runs either group of one expression. */
static inline int run_both_ways(const struct CMUnitTest *tests, size_t count, CMFixtureFunction set_up,
                                CMFixtureFunction tear_down)
{
    int failed = 0;

    if (getenv("REEVE_SPAWN") == NULL)
        failed = _cmocka_run_group_tests("quick", tests, count, set_up, tear_down);
    setenv("REEVE_SPAWN", "fork", 1);
    return failed + _cmocka_run_group_tests("plain", tests, count, set_up, tear_down);
}

#define RUN_BOTH_WAYS(tests, set_up, tear_down) run_both_ways(tests, sizeof(tests) / sizeof *(tests), set_up, tear_down)

#endif
