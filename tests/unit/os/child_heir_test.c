/* Heirs: a child that puts itself into the background, and says who goes on in its place. */
#include "unit/os/children.h"
#include "unit/os/pid_folder.h"

/* One that leaves another behind when it is told to, by USR1. */
static struct child *a_parent(const char *setsid)
{
    char text[400];
    struct child *c;

    unlink(path);
    snprintf(text, sizeof text,
             "trap 'exit 0' USR1; %s sh -c 'echo $$ >%s; exec sleep 1000' & while :; do sleep 0.01; done", setsid,
             path);
    c = start_shell(text);
    wait_until(pid_is_there);
    return c;
}

static struct child *child;
static pid_t heir;

static bool heir_has_taken_over(void)
{
    return child_pid(child) == heir;
}

static void hand_over(const char *setsid)
{
    child = a_parent(setsid);
    heir = pid_in_file();
    assert_true(child_expect_heir(child, heir));
    assert_int_not_equal(child_pid(child), heir);
    assert_true(child_signal(child, SIGUSR1, NULL));
    wait_until(heir_has_taken_over);
    assert_int_equal(ends, 0);
}

static void an_heir_takes_the_place(void **state)
{
    (void)state;
    hand_over("");
    assert_true(child_signal(child, SIGTERM, NULL));
    wait_for_ends(1);
    assert_int_equal(last.signal, SIGTERM);
}

static void its_group_is_signalled_from_then_on(void **state)
{
    (void)state;
    hand_over("setsid");
    assert_true(child_signal_group(child, SIGKILL, NULL));
    wait_for_ends(1);
    assert_int_equal(last.signal, SIGKILL);
}

static void an_heir_that_is_gone_is_none(void **state)
{
    (void)state;
    child = a_parent("");
    heir = pid_in_file();
    assert_true(child_expect_heir(child, heir));
    kill(heir, SIGKILL);
    child_signal(child, SIGUSR1, NULL);
    run_loop();
    if (ends == 0) /* the heir's end came later than the parent's */
        wait_for_ends(1);
    assert_int_equal(ends, 1);
}

/* Says who the heir is, who ends when it may read; then it ends itself. */
static int outlive_the_heir(void *arg)
{
    pid_t pid = fork();
    siginfo_t info;
    char byte;

    (void)arg;
    if (pid == 0)
        _exit(read(0, &byte, 1) == 0 ? 7 : 1);
    if (write(1, &pid, sizeof pid) != sizeof pid)
        return 1;
    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) == 0 ? 0 : 1;
}

/* The kernel gives us the dead heir first, and says so before it says that its parent has ended. */
static void an_heir_that_ended_before_is_still_the_one(void **state)
{
    struct child_request r = request_for(NULL);
    int go[2], said[2];

    (void)state;
    assert_int_equal(pipe2(go, O_CLOEXEC), 0);
    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    r.body = outlive_the_heir;
    r.stdio[0] = go[0];
    r.stdio[1] = said[1];
    child = start(&r);
    assert_int_equal(read(said[0], &heir, sizeof heir), sizeof heir);
    assert_true(child_expect_heir(child, heir));
    close(go[1]);
    wait_for_ends(1);
    assert_int_equal(last.code, 7);
    close(go[0]);
    close(said[0]);
    close(said[1]);
}

static void strangers_are_no_heirs(void **state)
{
    (void)state;
    child = a_parent("");
    assert_false(child_expect_heir(child, getpid()));
    assert_false(child_expect_heir(child, 1));
    assert_false(child_expect_heir(child, child_pid(child)));
    child_signal(child, SIGUSR1, NULL);
    wait_for_ends(1);
    assert_int_equal(last.code, 0);
}

/* One of another's group, of which this life knows the number only. */
static void who_leads_no_group_is_signalled_alone(void **state)
{
    pid_t pid = fork();

    (void)state;
    if (pid == 0)
        for (;;)
            pause();
    assert_true(child_signal_group(child_resume(all, pid, 0, pid, on_exit_end, NULL), SIGKILL, NULL));
    wait_for_ends(1);
    assert_int_equal(last.signal, SIGKILL);
}

#define WITH_CHILDREN(test) cmocka_unit_test_setup_teardown(test, open_children, close_children)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_CHILDREN(an_heir_takes_the_place),      WITH_CHILDREN(its_group_is_signalled_from_then_on),
        WITH_CHILDREN(an_heir_that_is_gone_is_none), WITH_CHILDREN(an_heir_that_ended_before_is_still_the_one),
        WITH_CHILDREN(strangers_are_no_heirs),       WITH_CHILDREN(who_leads_no_group_is_signalled_alone),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
