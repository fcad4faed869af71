/* Ends: of children, of their groups, of orphans. */
#include "unit/os/children.h"

#include <sys/prctl.h>
#include <sys/resource.h>

static void the_exit_status_is_told(void **state)
{
    struct child *c = start_shell("exit 7");

    (void)state;
    assert_true(child_pid(c) > 0);
    wait_for_ends(1);
    assert_int_equal(last.code, 7);
    assert_int_equal(last.signal, 0);
    assert_false(last.core);
}

static void the_signal_that_ended_it_is_told(void **state)
{
    (void)state;
    start_shell("kill -USR1 $$");
    wait_for_ends(1);
    assert_int_equal(last.code, -1);
    assert_int_equal(last.signal, SIGUSR1);
}

static void the_usage_is_told(void **state)
{
    (void)state;
    start_shell("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done");
    wait_for_ends(1);
    assert_int_equal(last.code, 0);
    assert_true(last.usage.ru_utime.tv_sec + last.usage.ru_utime.tv_usec + last.usage.ru_stime.tv_usec > 0);
    assert_true(last.usage.ru_maxrss > 0);
}

static void a_signal_reaches_the_process(void **state)
{
    struct child *c = start_shell("exec sleep 100");
    struct error e;

    (void)state;
    assert_true(child_signal(c, SIGTERM, &e));
    wait_for_ends(1);
    assert_int_equal(last.signal, SIGTERM);
}

/* --- what on_exit may do --- */

static bool group_signalled, group_lived;
static struct child *kept;

static void on_exit_keep(struct child *c, const struct child_exit *exit, void *arg)
{
    struct error e;

    (void)arg;
    assert_string_equal(status_of(child_pid(c), "State"), "Z (zombie)");
    assert_false(child_signal(c, SIGTERM, &e));
    group_lived = child_group_lives(c);
    group_signalled = child_signal_group(c, SIGKILL, NULL);
    last = *exit;
    ends++;
    kept = c;
    loop_end(loop);
}

static struct child *start_kept(const char *script)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char *)(uintptr_t)script, NULL };
    struct child_request r = request_for(argv);
    struct child *c = child_start(all, &r, on_exit_keep, NULL, NULL);

    assert_non_null(c);
    return c;
}

static bool kept_group_is_empty(void)
{
    return !child_group_lives(kept);
}

static void in_on_exit_the_number_is_still_the_childs(void **state)
{
    struct error e;

    (void)state;
    start_kept("exit 3");
    wait_for_ends(1);
    assert_int_equal(last.code, 3);
    assert_false(group_lived);
    assert_true(group_signalled);
    assert_string_equal(status_of(child_pid(kept), "State"), "");
    assert_false(child_signal(kept, SIGTERM, &e));
    assert_non_null(strstr(e.text, "has ended"));
    assert_false(child_signal_group(kept, SIGKILL, &e));
    assert_non_null(strstr(e.text, "nobody is left in the group"));
    child_free(kept);
}

static void who_is_left_of_a_group_can_be_killed_in_on_exit(void **state)
{
    (void)state;
    start_kept("sleep 100 & sleep 100 & exit 0");
    wait_for_ends(1);
    assert_true(group_lived);
    wait_until(kept_group_is_empty);
    child_free(kept);
}

/* Held by a pipe: its end says that all who had it are gone. */
static void a_group_can_be_signalled_while_its_leader_lives(void **state)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char[]){ "sleep 100 & echo up; wait" }, NULL };
    struct child_request r = request_for(argv);
    struct child *c;
    int out[2];
    char text[8];

    (void)state;
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    r.stdio[1] = out[1];
    c = start(&r);
    close(out[1]);
    assert_int_equal(read(out[0], text, sizeof text), 3);
    assert_true(child_signal_group(c, SIGTERM, NULL));
    assert_int_equal(read(out[0], text, sizeof text), 0);
    wait_for_ends(1);
    assert_int_equal(last.signal, SIGTERM);
    close(out[0]);
}

static int emptied;

static void on_empty(void *arg)
{
    assert_ptr_equal(arg, &emptied);
    emptied++;
    loop_end(loop);
}

static void on_exit_only_keep(struct child *c, const struct child_exit *exit, void *arg)
{
    (void)arg;
    last = *exit;
    ends++;
    kept = c;
    loop_end(loop);
}

static void start_and_wait_for_leader(const char *script)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char *)(uintptr_t)script, NULL };
    struct child_request r = request_for(argv);

    assert_non_null(child_start(all, &r, on_exit_only_keep, NULL, NULL));
    wait_for_ends(1);
    emptied = 0;
}

static void the_end_of_a_group_is_told_once(void **state)
{
    (void)state;
    start_and_wait_for_leader("sleep 100 & sleep 100 & exit 0");
    assert_true(child_group_lives(kept));
    child_group_watch(kept, on_empty, &emptied);
    timer_start(loop, 20, end_turn, NULL);
    run_loop();
    assert_int_equal(emptied, 0);
    assert_true(child_signal_group(kept, SIGTERM, NULL));
    while (emptied == 0)
        run_loop();
    assert_false(child_group_lives(kept));
    assert_false(child_signal_group(kept, SIGTERM, NULL));
    timer_start(loop, 20, end_turn, NULL);
    run_loop();
    assert_int_equal(emptied, 1);
    child_free(kept);
}

static void an_empty_group_is_told_soon(void **state)
{
    (void)state;
    start_and_wait_for_leader("exit 0");
    child_group_watch(kept, on_empty, &emptied);
    assert_int_equal(emptied, 0);
    while (emptied == 0)
        run_loop();
    child_free(kept);
}

static void who_leaves_the_group_does_not_hold_it(void **state)
{
    (void)state;
    start_and_wait_for_leader("{ sleep 0.1; exec setsid sleep 100; } & exit 0");
    child_group_watch(kept, on_empty, &emptied);
    while (emptied == 0)
        run_loop();
    child_free(kept);
}

static void a_freed_child_forgets_its_group(void **state)
{
    (void)state;
    start_and_wait_for_leader("sleep 100 & exit 0");
    child_group_watch(kept, on_empty, &emptied);
    assert_true(child_signal_group(kept, SIGKILL, NULL));
    child_free(kept);
    timer_start(loop, 30, end_turn, NULL);
    run_loop();
    assert_int_equal(emptied, 0);
}

/* --- freed and orphaned --- */

static pid_t watched_pid;

static bool watched_is_gone(void)
{
    return kill(watched_pid, 0) < 0 && errno == ESRCH;
}

static void a_freed_child_is_reaped_without_a_word(void **state)
{
    struct child *c = start_shell("exec sleep 100");

    (void)state;
    watched_pid = child_pid(c);
    child_free(c);
    child_free(NULL);
    kill(watched_pid, SIGKILL);
    wait_until(watched_is_gone);
    assert_int_equal(ends, 0);
}

/* Says the pid of a grandchild whose parent ends at once. */
static pid_t start_orphan(const char *script)
{
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, (char *)(uintptr_t)script, NULL };
    struct child_request r = request_for(argv);

    return (pid_t)atoi(output_of(&r));
}

static void an_orphan_comes_to_us_and_is_reaped(void **state)
{
    (void)state;
    watched_pid = start_orphan("setsid sleep 100 >/dev/null & echo $!");
    assert_true(watched_pid > 0);
    assert_int_equal(atoi(status_of(watched_pid, "PPid")), getpid());
    kill(watched_pid, SIGKILL);
    wait_until(watched_is_gone);
}

static void a_storm_of_orphans_is_reaped(void **state)
{
    siginfo_t info;

    (void)state;
    start_shell("i=0; while [ $i -lt 100 ]; do sleep 0 & i=$((i+1)); done; exit 5");
    wait_for_ends(1);
    assert_int_equal(last.code, 5);
    do {
        timer_start(loop, 10, end_turn, NULL);
        run_loop();
    } while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0);
}

static void at_the_end_every_descendant_is_killed(void **state)
{
    siginfo_t info;

    (void)state;
    start_shell("setsid sh -c 'sleep 100 & setsid sleep 100' & sleep 100 & wait");
    watched_pid = start_orphan("setsid sh -c 'sleep 100 & sleep 100' >/dev/null & echo $!");
    children_kill_orphans(all, 10000);
    assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT), -1);
    assert_int_equal(ends, 2);
    assert_int_equal(last.signal, SIGKILL);
}

static void a_spared_child_keeps_its_own(void **state)
{
    struct child *c = start_shell("sleep 100 & wait");

    (void)state;
    child_spare(c);
    watched_pid = start_orphan("setsid sleep 100 >/dev/null & echo $!");
    children_kill_orphans(all, 10000);
    assert_true(watched_is_gone());
    assert_int_equal(ends, 1);
    assert_int_equal(kill(child_pid(c), 0), 0);
    assert_true(child_signal_group(c, SIGKILL, NULL));
    wait_for_ends(2);
}

/* --- many --- */

static int seen[300];

static void on_exit_count(struct child *c, const struct child_exit *exit, void *arg)
{
    seen[*(int *)arg] += exit->code == *(int *)arg % 256;
    child_free(c);
    if (++ends == 300)
        loop_end(loop);
}

static void three_hundred_at_once_are_not_confused(void **state)
{
    static int number[300];
    char script[32];
    char *argv[] = { (char[]){ "/bin/sh" }, (char[]){ "-c" }, script, NULL };
    struct child_request r = request_for(argv);

    (void)state;
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < 300; i++) {
        number[i] = i;
        snprintf(script, sizeof script, "exit %d", i % 256);
        assert_non_null(child_start(all, &r, on_exit_count, &number[i], NULL));
    }
    wait_for_ends(300);
    for (int i = 0; i < 300; i++)
        assert_int_equal(seen[i], 1);
}

static void kill_and_await(pid_t pid)
{
    siginfo_t info;

    kill(pid, SIGKILL);
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

/* The kernel names one of those who end together, and after one alone nobody looks for others at once. */
static void who_ends_together_after_one_alone_is_found(void **state)
{
    char *argv[] = { (char[]){ "/bin/cat" }, NULL };
    struct child_request r = request_for(argv);
    struct child *child[400];
    int end[2];

    (void)state;
    assert_int_equal(pipe2(end, O_CLOEXEC), 0);
    r.stdio[0] = end[0];
    for (int i = 0; i < 400; i++)
        child[i] = start(&r);
    kill(child_pid(child[0]), SIGKILL);
    wait_for_ends(1);
    kill_and_await(child_pid(child[1]));
    kill_and_await(child_pid(child[2]));
    wait_for_ends(3);
    close(end[1]);
    wait_for_ends(400);
    assert_int_equal(last.code, 0);
    close(end[0]);
}

static struct child *pair[2];

static void on_exit_free_the_other(struct child *c, const struct child_exit *exit, void *arg)
{
    (void)exit;
    (void)arg;
    ends++;
    child_free(pair[c == pair[0]]);
    child_free(c);
    loop_end(loop);
}

static bool both_are_zombies(void)
{
    return strcmp(status_of(child_pid(pair[0]), "State"), "Z (zombie)") == 0 &&
           strcmp(status_of(child_pid(pair[1]), "State"), "Z (zombie)") == 0;
}

static void one_callback_may_free_the_other_that_has_ended(void **state)
{
    char *argv[] = { (char[]){ "/bin/true" }, NULL };
    struct child_request r = request_for(argv);
    siginfo_t info;

    (void)state;
    for (int i = 0; i < 2; i++)
        pair[i] = child_start(all, &r, on_exit_free_the_other, NULL, NULL);
    while (!both_are_zombies())
        ;
    run_loop();
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
        timer_start(loop, 5, end_turn, NULL);
        run_loop();
    }
    assert_int_equal(ends, 1);
}

static int restarts;

static void start_again(void);

static void on_exit_restart(struct child *c, const struct child_exit *exit, void *arg)
{
    (void)arg;
    assert_int_equal(exit->code, 0);
    child_free(c);
    if (--restarts == 0)
        loop_end(loop);
    else
        start_again();
}

static void start_again(void)
{
    char *argv[] = { (char[]){ "/bin/true" }, NULL };
    struct child_request r = request_for(argv);

    assert_non_null(child_start(all, &r, on_exit_restart, NULL, NULL));
}

static void it_may_be_started_again_in_on_exit(void **state)
{
    (void)state;
    restarts = 50;
    start_again();
    run_loop();
    assert_int_equal(restarts, 0);
}

static void handles_outlive_the_whole(void **state)
{
    struct child *c = start_shell("exec sleep 100");

    (void)state;
    kill(child_pid(c), SIGKILL);
    children_free(all);
    child_free(c);
    all = children_new(loop);
}

int main(void)
{
#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, open_children, close_children)
    const struct CMUnitTest tests[] = {
        WITH_CHILDREN(the_exit_status_is_told),
        WITH_CHILDREN(the_signal_that_ended_it_is_told),
        WITH_CHILDREN(the_usage_is_told),
        WITH_CHILDREN(a_signal_reaches_the_process),
        WITH_CHILDREN(in_on_exit_the_number_is_still_the_childs),
        WITH_CHILDREN(who_is_left_of_a_group_can_be_killed_in_on_exit),
        WITH_CHILDREN(a_group_can_be_signalled_while_its_leader_lives),
        WITH_CHILDREN(the_end_of_a_group_is_told_once),
        WITH_CHILDREN(an_empty_group_is_told_soon),
        WITH_CHILDREN(who_leaves_the_group_does_not_hold_it),
        WITH_CHILDREN(a_freed_child_forgets_its_group),
        WITH_CHILDREN(a_freed_child_is_reaped_without_a_word),
        WITH_CHILDREN(an_orphan_comes_to_us_and_is_reaped),
        WITH_CHILDREN(a_storm_of_orphans_is_reaped),
        WITH_CHILDREN(at_the_end_every_descendant_is_killed),
        WITH_CHILDREN(a_spared_child_keeps_its_own),
        WITH_CHILDREN(three_hundred_at_once_are_not_confused),
        WITH_CHILDREN(who_ends_together_after_one_alone_is_found),
        WITH_CHILDREN(one_callback_may_free_the_other_that_has_ended),
        WITH_CHILDREN(it_may_be_started_again_in_on_exit),
        WITH_CHILDREN(handles_outlive_the_whole),
    };

    return RUN_BOTH_WAYS(tests, NULL, NULL);
}
