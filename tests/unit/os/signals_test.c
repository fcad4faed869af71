#include "os/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static struct loop *loop;
static int heard, sender, count;

static void on_signal(int number, int sender_pid, void *arg)
{
    assert_ptr_equal(arg, &heard);
    heard = number;
    sender = sender_pid;
    count++;
    loop_end(loop);
}

static int open_signals(void **state)
{
    (void)state;
    count = 0;
    loop = loop_new();
    signals_open(loop, on_signal, &heard);
    return 0;
}

static int close_signals(void **state)
{
    (void)state;
    signals_close();
    loop_free(loop);
    return 0;
}

static void a_signal_comes_with_its_sender(void **state)
{
    static const int all[] = { SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGWINCH };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        kill(getpid(), all[i]);
        loop_run(loop);
        assert_int_equal(heard, all[i]);
        assert_int_equal(sender, getpid());
    }
}

static void another_process_may_send_it(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        kill(getppid(), SIGHUP);
        _exit(0);
    }
    loop_run(loop);
    assert_int_equal(heard, SIGHUP);
    assert_int_equal(sender, pid);
    waitpid(pid, NULL, 0);
}

static void close_all(int number, int sender_pid, void *arg)
{
    (void)number;
    (void)sender_pid;
    (void)arg;
    count++;
    signals_close();
    loop_end(loop);
}

static void the_callback_may_close(void **state)
{
    (void)state;
    signals_close();
    signals_open(loop, close_all, NULL);
    kill(getpid(), SIGUSR1);
    kill(getpid(), SIGUSR2);
    loop_run(loop);
    assert_int_equal(count, 1);
}

static void what_was_ignored_is_default_again_except_for_pipes_and_full_files(void **state)
{
    struct sigaction now;

    (void)state;
    signals_close();
    signal(SIGHUP, SIG_IGN);
    signal(SIGALRM, SIG_IGN);
    signals_open(loop, on_signal, &heard);
    sigaction(SIGHUP, NULL, &now);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
    sigaction(SIGALRM, NULL, &now);
    assert_ptr_equal(now.sa_handler, SIG_DFL);
    sigaction(SIGPIPE, NULL, &now);
    assert_ptr_equal(now.sa_handler, SIG_IGN);
    sigaction(SIGXFSZ, NULL, &now);
    assert_ptr_equal(now.sa_handler, SIG_IGN);
}

int main(void)
{
#define WITH_SIGNALS(test) cmocka_unit_test_setup_teardown(test, open_signals, close_signals)
    const struct CMUnitTest tests[] = {
        WITH_SIGNALS(a_signal_comes_with_its_sender),
        WITH_SIGNALS(another_process_may_send_it),
        WITH_SIGNALS(what_was_ignored_is_default_again_except_for_pipes_and_full_files),
        WITH_SIGNALS(the_callback_may_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
