#include "stage.h"

#include "core/lease.h"

/* It stops within 2 seconds or not at all, and would start by itself if it might. */
static struct program *a_program_of_the_cluster(void)
{
    struct program *p = a_program("single");

    program_own(p)->starttime = 0;
    program_own(p)->stoptime = 2000;
    program_own(p)->scope = SCOPE_CLUSTER;
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    return p;
}

static struct stage *stage;

static int open_stage(void **state)
{
    (void)state;
    stage = a_stage(a_plan(a_program_of_the_cluster(), NULL));
    return 0;
}

static int close_stage(void **state)
{
    (void)state;
    stage_ends(stage);
    return 0;
}

static struct process *single(void)
{
    return the(stage, "single");
}

static void lend(msec time)
{
    lease_give(supervisor_leases(stage->supervisor), process_program(single()), time);
}

static void start_with_a_lease(msec time)
{
    lend(time);
    process_start(single());
    fake_turn();
    assert_state(single(), PROCESS_RUNNING);
}

static void without_a_lease_nothing_starts_it(void **state)
{
    (void)state;
    assert_state(single(), PROCESS_STOPPED);
    process_start(single());
    process_restart(single());
    fake_turn();
    assert_state(single(), PROCESS_STOPPED);
    assert_false(process_wanted(single()));
}

static void a_stop_command_has_its_time_too(void **state)
{
    struct program *p = a_program_of_the_cluster();

    (void)state;
    program_own(p)->stopsignal.step = xcalloc(1, sizeof(struct stop_step)); /* the default one is shared */
    program_own(p)->stopsignal.step[0] = (struct stop_step){ SIGINT, 500 };
    assert_int_equal(lease_least(p), 1500);
    words_add(&program_own(p)->stop_cmd, "/bin/true");
    assert_int_equal(lease_least(p), 3000);
    program_free(p);
}

static void it_is_stopped_when_its_stop_would_just_do_and_killed_a_second_before_the_end(void **state)
{
    (void)state;
    start_with_a_lease(10000);
    fake_clock_advance(6999);
    assert_state(single(), PROCESS_RUNNING);
    fake_clock_advance(1);
    assert_state(single(), PROCESS_STOPPING);
    assert_int_equal(fake_living(), 1);
    fake_clock_advance(1999);
    assert_int_equal(fake_living(), 1);
    fake_clock_advance(1);
    assert_int_equal(fake_living(), 0);
    assert_state(single(), PROCESS_STOPPED);
    process_start(single());
    assert_state(single(), PROCESS_STOPPED);
}

static void renewals_keep_it(void **state)
{
    pid_t pid;

    (void)state;
    start_with_a_lease(10000);
    pid = process_pid(single());
    for (int i = 0; i < 10; i++) {
        fake_clock_advance(6000);
        lend(10000);
    }
    assert_state(single(), PROCESS_RUNNING);
    assert_int_equal(process_pid(single()), pid);
}

static void a_start_during_the_stop_is_refused(void **state)
{
    (void)state;
    start_with_a_lease(5000);
    fake_clock_advance(2000);
    assert_state(single(), PROCESS_STOPPING);
    process_start(single());
    process_restart(single());
    fake_child_exits(process_pid(single()), 0);
    fake_turn();
    assert_state(single(), PROCESS_STOPPED);
}

static void a_crash_is_followed_by_a_restart_within_the_lease_only(void **state)
{
    (void)state;
    start_with_a_lease(10000);
    fake_child_exits(process_pid(single()), 1);
    fake_turn();
    assert_state(single(), PROCESS_RUNNING);
    fake_child_exits(process_pid(single()), 1);
    fake_turn();
    assert_state(single(), PROCESS_BACKOFF);
    lend(3000); /* no more than its stop may take */
    fake_clock_advance(0);
    assert_state(single(), PROCESS_STOPPED);
    fake_clock_advance(100000);
    assert_state(single(), PROCESS_STOPPED);
}

static void a_lock_that_is_lost_kills(void **state)
{
    (void)state;
    start_with_a_lease(10000);
    lease_end(supervisor_leases(stage->supervisor), process_program(single()), true);
    fake_turn();
    assert_int_equal(fake_living(), 0);
    assert_state(single(), PROCESS_STOPPED);
}

static void one_that_is_given_up_may_be_had_again(void **state)
{
    (void)state;
    fake_obey(true);
    start_with_a_lease(10000);
    lease_end(supervisor_leases(stage->supervisor), process_program(single()), false);
    fake_turn();
    assert_state(single(), PROCESS_STOPPED);
    start_with_a_lease(10000);
}

static void a_program_that_leaves_the_cluster_is_left_alone(void **state)
{
    struct program *p = a_program_of_the_cluster();

    (void)state;
    program_own(p)->scope = SCOPE_MACHINE;
    start_with_a_lease(10000);
    fake_obey(true);
    assert_true(stage_reload(stage, a_plan(p, NULL), NULL));
    assert_state(single(), PROCESS_RUNNING);
    fake_clock_advance(20000);
    assert_state(single(), PROCESS_RUNNING);
}

static void a_program_that_joins_the_cluster_waits_for_its_lease(void **state)
{
    struct program *p = a_program_of_the_cluster();

    (void)state;
    program_own(p)->scope = SCOPE_MACHINE;
    fake_obey(true);
    assert_true(stage_reload(stage, a_plan(p, NULL), NULL));
    process_start(single());
    fake_turn();
    assert_state(single(), PROCESS_RUNNING);
    assert_true(stage_reload(stage, a_plan(a_program_of_the_cluster(), NULL), NULL));
    assert_state(single(), PROCESS_STOPPED);
    start_with_a_lease(10000);
}

static void a_lease_ends_in_the_next_life_when_it_would_have_ended(void **state)
{
    (void)state;
    start_with_a_lease(10000);
    fake_clock_advance(4000);
    stage_handover(stage, false);
    assert_state(single(), PROCESS_RUNNING);
    fake_clock_advance(2999);
    assert_state(single(), PROCESS_RUNNING);
    fake_clock_advance(1);
    assert_state(single(), PROCESS_STOPPING);
    stage_handover(stage, true);
    fake_clock_advance(2000);
    assert_state(single(), PROCESS_STOPPED);
}

int main(void)
{
#define WITH_STAGE(test) cmocka_unit_test_setup_teardown(test, open_stage, close_stage)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_lease_ends_in_the_next_life_when_it_would_have_ended, open_stage,
                                        close_stage),
        WITH_STAGE(without_a_lease_nothing_starts_it),
        WITH_STAGE(it_is_stopped_when_its_stop_would_just_do_and_killed_a_second_before_the_end),
        WITH_STAGE(a_stop_command_has_its_time_too),
        WITH_STAGE(renewals_keep_it),
        WITH_STAGE(a_start_during_the_stop_is_refused),
        WITH_STAGE(a_crash_is_followed_by_a_restart_within_the_lease_only),
        WITH_STAGE(a_lock_that_is_lost_kills),
        WITH_STAGE(one_that_is_given_up_may_be_had_again),
        WITH_STAGE(a_program_that_leaves_the_cluster_is_left_alone),
        WITH_STAGE(a_program_that_joins_the_cluster_waits_for_its_lease),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
