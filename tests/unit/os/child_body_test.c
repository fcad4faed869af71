/* A child that is a copy of us and runs a function. */
#include "unit/os/children.h"

#include "base/log.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <sys/resource.h>

static struct child_request request_of(child_body_fn *body, void *arg)
{
    struct child_request r = request_for(NULL);

    r.argv = NULL;
    r.body = body;
    r.body_arg = arg;
    return r;
}

static int shared = 1;

static int say_what_is_shared(void *arg)
{
    dprintf(1, "%s %d %s", (const char *)arg, shared, getpid() == getsid(0) && getpid() == getpgrp() ? "leads" : "not");
    shared = 3;
    return 42;
}

static void it_has_our_memory_and_its_own_session(void **state)
{
    struct child_request r = request_of(say_what_is_shared, (char[]){ "told" });

    (void)state;
    shared = 2;
    assert_string_equal(output_of(&r), "told 2 leads");
    assert_int_equal(last.code, 42);
    assert_int_equal(shared, 2);
}

static int list_descriptors(void *arg)
{
    (void)arg;
    for (int fd = 0; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            dprintf(1, "%d ", fd);
    return 0;
}

static void it_has_the_descriptors_that_it_was_given_and_no_others(void **state)
{
    int many[50], passed[] = { null_fd, -1, null_fd };
    struct child_request r = request_of(list_descriptors, NULL);

    (void)state;
    for (int i = 0; i < 50; i++)
        many[i] = fcntl(null_fd, F_DUPFD, 0); /* not even close-on-exec */
    r.passed = passed;
    r.passed_count = 3;
    assert_string_equal(output_of(&r), "0 1 2 3 5 ");
    for (int i = 0; i < 50; i++)
        close(many[i]);
}

static void on_nothing(int number)
{
    (void)number;
}

static int judge_signals(void *arg)
{
    sigset_t blocked;
    struct sigaction now;

    (void)arg;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < SIGRTMAX; number++) {
        if (number == SIGKILL || number == SIGSTOP || number == 32 || number == 33)
            continue;
        if (sigaction(number, NULL, &now) < 0 || now.sa_handler != SIG_DFL)
            dprintf(1, "%d is handled ", number);
        if (!sigismember(&blocked, number))
            dprintf(1, "%d is not blocked ", number);
    }
    return 0;
}

static void its_signals_have_their_default_actions_and_wait(void **state)
{
    struct child_request r = request_of(judge_signals, NULL);

    (void)state;
    signal(SIGUSR1, on_nothing);
    signal(SIGPIPE, SIG_IGN);
    assert_string_equal(output_of(&r), "");
    signal(SIGUSR1, SIG_DFL);
    signal(SIGPIPE, SIG_DFL);
}

static int tell_surroundings(void *arg)
{
    struct rlimit size;
    char folder[64] = "";
    int deathsig = 0;
    mode_t mask = umask(0);

    (void)arg;
    getrlimit(RLIMIT_FSIZE, &size);
    prctl(PR_GET_PDEATHSIG, &deathsig);
    dprintf(1, "%s %03o %d %d %d", getcwd(folder, sizeof folder), (unsigned)mask, (int)size.rlim_cur, deathsig,
            getpriority(PRIO_PROCESS, 0));
    return 0;
}

static void what_holds_for_commands_holds_for_it(void **state)
{
    struct limit limit = { RLIMIT_FSIZE, 50, 60 };
    struct child_request r = request_of(tell_surroundings, NULL);

    (void)state;
    r.directory = "/";
    r.umask = 027;
    r.limits = &limit;
    r.limit_count = 1;
    r.deathsig = SIGINT;
    r.has_nice = true;
    r.nice = 5;
    assert_string_equal(output_of(&r), "/ 027 50 2 5");
}

static int tell_identity(void *arg)
{
    int deathsig = 0;

    (void)arg;
    prctl(PR_GET_PDEATHSIG, &deathsig);
    dprintf(1, "%d %d %d", (int)getuid(), (int)getegid(), deathsig);
    return 0;
}

/* The kernel forgets the signal when the user changes: it must be asked for afterwards. */
static void privileges_are_dropped_and_the_death_signal_stays(void **state)
{
    gid_t groups[] = { 4712 };
    struct identity nobody = { .uid = 4711, .gid = 4712, .groups = groups, .group_count = 1 };
    struct child_request r = request_of(tell_identity, NULL);

    (void)state;
    if (geteuid() != 0)
        skip();
    r.identity = &nobody;
    r.deathsig = SIGTERM;
    assert_string_equal(output_of(&r), "4711 4712 15");
}

static void a_step_that_fails_is_told_and_leaves_nothing(void **state)
{
    struct child_request r = request_of(tell_identity, NULL);
    struct error e;

    (void)state;
    r.directory = "/nope";
    assert_null(child_start(all, &r, on_exit_end, NULL, &e));
    assert_string_equal(e.text, "chdir to '/nope': No such file or directory");
}

static int log_a_line(void *arg)
{
    (void)arg;
    log_error("from the copy");
    return 0;
}

static void its_log_is_its_own_stderr(void **state)
{
    char path[] = "/tmp/reeve-body.XXXXXX", text[256] = "";
    const char *target = path;
    struct child_request r = request_of(log_a_line, NULL);
    int end[2], fd;
    ssize_t n;

    (void)state;
    fd = mkstemp(path);
    assert_true(log_open(&target, 1, LOG_NOTICE, LOG_DAEMON, NULL));
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    r.stdio[2] = end[1];
    start(&r);
    close(end[1]);
    wait_for_ends(ends + 1);
    n = read(end[0], text, sizeof text - 1);
    assert_true(n > 0);
    assert_non_null(strstr(text, "err from the copy\n"));
    close(end[0]);
    log_close();
    assert_int_equal(read(fd, text, 1), 0); /* and not in ours */
    close(fd);
    unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_children, close_children)
    const struct CMUnitTest tests[] = {
        TEST(it_has_our_memory_and_its_own_session),
        TEST(it_has_the_descriptors_that_it_was_given_and_no_others),
        TEST(its_signals_have_their_default_actions_and_wait),
        TEST(what_holds_for_commands_holds_for_it),
        TEST(privileges_are_dropped_and_the_death_signal_stays),
        TEST(a_step_that_fails_is_told_and_leaves_nothing),
        TEST(its_log_is_its_own_stderr),
    };

    return RUN_BOTH_WAYS(tests, NULL, NULL);
}
