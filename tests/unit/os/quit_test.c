/* SIGQUIT, in a fork: there it can be waited for only once. */
#include "unit/os/turn.h"

#include "os/quit.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static int told;

static void on_quit(void *arg)
{
    (void)arg;
    told++;
}

static bool is_told(void)
{
    return told > 0;
}

static bool quits(void)
{
    struct error e;
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    raise(SIGQUIT); /* one that comes before anybody could hear it waits */
    if (quit_came() || !quit_open(loop, on_quit, NULL, &e) || !quit_came() || told != 0)
        return false;
    raise(SIGQUIT);
    return turns_until(is_told) && told == 1;
}

static bool dies_of_term(void)
{
    struct error e;
    sigset_t all;

    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    raise(SIGTERM);
    quit_open(loop, on_quit, NULL, &e);
    return false;
}

static int status_of(bool (*body)(void))
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        loop = loop_new();
        _exit(body() ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void it_is_told_once_and_known_at_once(void **state)
{
    (void)state;
    assert_int_equal(status_of(quits), 0);
}

static void other_signals_are_let_through(void **state)
{
    (void)state;
    assert_int_equal(status_of(dies_of_term), SIGTERM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_told_once_and_known_at_once),
        cmocka_unit_test(other_signals_are_let_through),
    };

    (void)open_loop;
    (void)close_loop;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
