/* Processes that we have not started, and look after all the same. */
#include "os/pidfile.h"
#include "unit/os/children.h"
#include "unit/os/pid_folder.h"

#include <sched.h>

static struct child *parent, *child;

/* A grandchild that runs `script` beneath a parent which lives until it is told otherwise. */
static struct process_mark a_grandchild(const char *setsid, const char *script)
{
    struct process_mark who;
    char text[500];

    unlink(path);
    snprintf(text, sizeof text, "trap 'exit 0' USR1; %s sh -c 'echo $$ >%s; %s' & while :; do sleep 0.01; done", setsid,
             path, script);
    parent = start_shell(text);
    wait_until(pid_is_there);
    assert_true(procfs_mark(pid_in_file(), &who));
    return who;
}

static void on_adopted_end(struct child *c, const struct child_exit *exit, void *arg)
{
    on_exit_end(c, exit, arg);
    child = NULL;
}

static void adopt(struct process_mark who)
{
    struct error e;

    child = child_adopt(all, &who, on_adopted_end, NULL, &e);
    assert_non_null(child);
    assert_int_equal(child_pid(child), who.pid);
}

static void end_parent(void)
{
    child_signal(parent, SIGUSR1, NULL);
    wait_for_ends(ends + 1);
}

static void its_end_is_noticed_though_nobody_knows_how_it_ended(void **state)
{
    struct process_mark who = a_grandchild("setsid", "exec sleep 1000");

    (void)state;
    adopt(who);
    assert_int_equal(kill(who.pid, SIGKILL), 0);
    wait_for_ends(1);
    assert_true(last.unknown);
    assert_int_equal(last.code, -1);
    assert_int_equal(last.signal, 0);
    end_parent();
}

static void of_one_that_became_our_child_the_status_is_known(void **state)
{
    struct process_mark who = a_grandchild("setsid", "trap \"exit 7\" TERM; while :; do sleep 0.01; done");

    (void)state;
    adopt(who);
    end_parent();
    assert_int_equal(kill(who.pid, SIGTERM), 0);
    wait_for_ends(2);
    assert_false(last.unknown);
    assert_int_equal(last.code, 7);
}

static pid_t group;

static bool nobody_is_left_of_the_group(void)
{
    return !procfs_group_lives(group);
}

static void a_signal_reaches_its_group(void **state)
{
    struct process_mark who = a_grandchild("setsid", "sleep 1000 & sleep 1000");

    (void)state;
    adopt(who);
    group = who.pid;
    assert_true(child_group_lives(child));
    assert_true(child_signal_group(child, SIGKILL, NULL));
    wait_for_ends(1);
    wait_until(nobody_is_left_of_the_group);
    end_parent();
}

static void a_group_that_it_shares_is_left_alone(void **state)
{
    struct process_mark who = a_grandchild("", "exec sleep 1000");

    (void)state;
    adopt(who);
    assert_true(child_signal_group(child, SIGKILL, NULL));
    wait_for_ends(1);
    assert_true(last.unknown);
    end_parent(); /* it was in the same group, and could still be told to */
    assert_int_equal(last.code, 0);
}

static void one_of_another_start_is_not_adopted(void **state)
{
    struct process_mark who = a_grandchild("setsid", "exec sleep 1000"), younger = who;
    struct error e;

    (void)state;
    younger.start++;
    assert_null(child_adopt(all, &younger, on_adopted_end, NULL, &e));
    assert_non_null(strstr(e.text, "is gone"));
    adopt(who);
    assert_null(child_adopt(all, &who, on_adopted_end, NULL, &e));
    assert_non_null(strstr(e.text, "already"));
    child_signal(child, SIGKILL, NULL);
    wait_for_ends(1);
    end_parent();
}

static void the_dead_are_not_adopted(void **state)
{
    struct process_mark who = a_grandchild("setsid", "exec sleep 1000");
    struct error e;

    (void)state;
    adopt(who);
    child_signal(child, SIGKILL, NULL);
    wait_for_ends(1);
    end_parent();
    assert_null(child_adopt(all, &who, on_adopted_end, NULL, &e));
}

/* At reeve's end. */
static void a_spared_one_and_its_session_outlive_us(void **state)
{
    struct process_mark who = a_grandchild("setsid", "sleep 1000 & exec sleep 1000");

    (void)state;
    adopt(who);
    child_spare(child);
    end_parent();
    children_kill_orphans(all, 10000);
    assert_true(procfs_lives(&who));
    assert_true(child_group_lives(child));
    child_signal_group(child, SIGKILL, NULL);
    wait_for_ends(2);
}

/* A former life has reaped it, and did not live to tell. */
static void the_end_of_one_that_is_gone_is_told_though_nobody_knows_how_it_ended(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        _exit(3);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    child_resume(all, pid, 0, pid, on_exit_end, NULL);
    assert_int_equal(ends, 0);
    wait_for_ends(1);
    assert_true(last.unknown);
    assert_int_equal(last.code, -1);
}

/* The next process gets this number, if nobody else is quicker. Only root may ask for that. */
static void ask_for_number(pid_t pid)
{
    FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "we");

    if (file == NULL)
        return;
    fprintf(file, "%d", (int)pid - 1);
    fclose(file);
}

/* Whether the new one has ended by the time it is noticed or not, which the kernel decides. */
static void who_gets_the_number_of_one_that_is_gone_keeps_its_own_end(void **state)
{
    char *argv[] = { (char[]){ "/bin/false" }, NULL };
    struct child_request r = request_for(argv);
    int started = 0;

    (void)state;
    r.urgent = true;
    for (int round = 0; round < 20; round++) {
        struct process_mark who = a_grandchild("setsid", "exec sleep 1000");
        pid_t pid = 0;

        adopt(who);
        kill(who.pid, SIGKILL);
        while (kill(who.pid, 0) == 0)
            sched_yield();
        for (int i = 0; i < 20 && pid != who.pid; i++) {
            ask_for_number(who.pid);
            pid = child_pid(start(&r));
            started++;
        }
        started += 2;
        kill(child_pid(parent), SIGUSR1);
        wait_for_ends(started);
        assert_null(child);
    }
}

#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, open_children, close_children)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CHILDREN(its_end_is_noticed_though_nobody_knows_how_it_ended),
        WITH_CHILDREN(of_one_that_became_our_child_the_status_is_known),
        WITH_CHILDREN(the_end_of_one_that_is_gone_is_told_though_nobody_knows_how_it_ended),
        WITH_CHILDREN(who_gets_the_number_of_one_that_is_gone_keeps_its_own_end),
        WITH_CHILDREN(a_signal_reaches_its_group),
        WITH_CHILDREN(a_group_that_it_shares_is_left_alone),
        WITH_CHILDREN(one_of_another_start_is_not_adopted),
        WITH_CHILDREN(the_dead_are_not_adopted),
        WITH_CHILDREN(a_spared_one_and_its_session_outlive_us),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
