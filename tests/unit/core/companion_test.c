#include "core/companion.h"
#include "stage.h"

#include "base/log.h"

static struct loop *loop;
static struct snapshot *snapshot;
static struct buffer said;

static void on_log_line(int level, const char *line, size_t length, void *arg)
{
    (void)level;
    (void)arg;
    buffer_add(&said, line, length);
    buffer_add_char(&said, '\n');
}

static int begin(void **state)
{
    (void)state;
    fake_reset();
    loop = loop_new();
    snapshot = snapshot_new(NULL);
    companions_keep(snapshot);
    buffer_add_text(&said, "");
    log_listen(on_log_line, NULL);
    return snapshot == NULL;
}

static int end(void **state)
{
    (void)state;
    log_listen(NULL, NULL);
    companions_forget();
    companions_keep(NULL);
    snapshot_free(snapshot);
    buffer_free(&said);
    loop_free(loop);
    fake_reset();
    return 0;
}

static struct children *all(void)
{
    return (struct children *)loop;
}

static void on_exit_of(struct child *child, const struct child_exit *exit, void *arg)
{
    (void)child;
    (void)exit;
    (void)arg;
    fail_msg("this life is over");
}

/* A child of a life that is over, and what that life has noted of it. */
static pid_t a_companion(const char *what, msec due, bool unfed, struct companion **companion)
{
    char *argv[] = { "/bin/true", NULL }, *envp[] = { NULL };
    const struct child_request request = { .argv = argv, .envp = envp };
    struct child *child = child_start(all(), &request, on_exit_of, NULL, NULL);
    pid_t pid;

    assert_non_null(child);
    pid = child_pid(child);
    *companion = companion_new(&(struct companion_note){ what, pid, due > 0 ? clock_now() + due : 0, -1, -1, unfed });
    child_free(child);
    return pid;
}

static void resume(void)
{
    struct former *former = copy_of_snapshot(snapshot);

    assert_non_null(former);
    companions_resume(former, all(), loop);
    former_close(former);
}

static void who_is_only_asked_is_ended(void **state)
{
    struct companion *c;
    pid_t pid = a_companion(NULL, 60000, false, &c);

    (void)state;
    resume();
    assert_int_equal(fake_last_signal(pid), SIGKILL);
    assert_string_equal(said.data, "");
    companion_free(c);
}

static void who_does_something_goes_on_to_its_end(void **state)
{
    struct companion *c;
    pid_t pid = a_companion("web: the stop command", 60000, false, &c);

    (void)state;
    resume();
    fake_clock_advance(59999);
    assert_int_equal(fake_signals(pid), 0);
    fake_child_exits(pid, 3);
    assert_string_equal(said.data, "web: the stop command, begun by a former life of reeve, exited with status 3\n");
    assert_int_equal(fake_timers(), 0);
    companion_free(c);
}

static void when_its_time_is_over_it_is_killed(void **state)
{
    struct companion *c;
    pid_t pid = a_companion("web: the stop command", 1000, false, &c);

    (void)state;
    fake_clock_advance(400);
    resume();
    fake_clock_advance(599);
    assert_int_equal(fake_signals(pid), 0);
    fake_clock_advance(1);
    assert_int_equal(fake_living(), 0);
    assert_string_equal(said.data, "web: the stop command, begun by a former life of reeve, took too long and was "
                                   "killed\n");
    companion_free(c);
}

static void half_an_input_is_worse_than_none(void **state)
{
    struct companion *c;
    pid_t pid = a_companion("a hook: the command 'import'", 0, true, &c);

    (void)state;
    resume();
    assert_int_equal(fake_last_signal(pid), SIGKILL);
    assert_non_null(strstr(said.data, "a hook: the command 'import' was killed: it had not read all of its input"));
    companion_free(c);
}

static void who_has_all_its_input_goes_on(void **state)
{
    struct companion *c;
    pid_t pid = a_companion("a hook: the command 'import'", 0, true, &c);

    (void)state;
    companion_pipes(c, -1, -1, false);
    resume();
    assert_int_equal(fake_signals(pid), 0);
    assert_int_equal(fake_timers(), 0);
    companion_free(c);
}

static void who_has_ended_is_nobody(void **state)
{
    struct companion *c;
    pid_t pid = a_companion(NULL, 0, false, &c);

    (void)state;
    companion_free(c);
    resume();
    assert_int_equal(fake_signals(pid), 0);
}

static void a_life_after_the_next_one_knows_it_too(void **state)
{
    struct companion *c;
    pid_t pid = a_companion("web: the stop command", 60000, false, &c);

    (void)state;
    companion_free(c);
    companions_keep(NULL);
    c = companion_new(&(struct companion_note){ "web: the stop command", pid, clock_now() + 1000, -1, -1, false });
    companions_keep(snapshot); /* there is memory again */
    resume();
    fake_clock_advance(999);
    assert_int_equal(fake_living(), 1);
    fake_clock_advance(1);
    assert_int_equal(fake_living(), 0);
    companion_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_is_only_asked_is_ended, begin, end),
        cmocka_unit_test_setup_teardown(who_does_something_goes_on_to_its_end, begin, end),
        cmocka_unit_test_setup_teardown(when_its_time_is_over_it_is_killed, begin, end),
        cmocka_unit_test_setup_teardown(half_an_input_is_worse_than_none, begin, end),
        cmocka_unit_test_setup_teardown(who_has_all_its_input_goes_on, begin, end),
        cmocka_unit_test_setup_teardown(who_has_ended_is_nobody, begin, end),
        cmocka_unit_test_setup_teardown(a_life_after_the_next_one_knows_it_too, begin, end),
    };
    struct error e;

    log_open(NULL, 0, LOG_INFO, LOG_DAEMON, &e);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
