#include "stage.h"

static struct process *a_running_process(struct stage **stage, struct program *program)
{
    struct process *p;

    *stage = a_stage(a_plan(program, NULL));
    p = the(*stage, program->name);
    fake_clock_advance(program->common->starttime);
    assert_state(p, PROCESS_RUNNING);
    return p;
}

static void a_process_runs_when_it_was_up_for_starttime(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    assert_state(p, PROCESS_STARTING);
    fake_clock_advance(999);
    assert_state(p, PROCESS_STARTING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_starttime_of_zero_runs_at_once(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(program)->starttime = 0;
    stage = a_stage(a_plan(program, NULL));
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void autostart_false_waits_for_a_user(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(program)->autostart = false;
    stage = a_stage(a_plan(program, NULL));
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    assert_int_equal(fake_started(), 0);
    process_start(the(stage, "web"));
    assert_state(the(stage, "web"), PROCESS_STARTING);
    stage_ends(stage);
}

static void a_crash_restarts_at_once_and_a_second_one_waits(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_child_exits(process_pid(p), 1);
    assert_state(p, PROCESS_STARTING);
    fake_clock_advance(1000);
    fake_child_exits(process_pid(p), 1);
    assert_state(p, PROCESS_BACKOFF);
    assert_int_equal(process_last_exit(p)->attempt, 1); /* to get it RUNNING */
    fake_clock_advance(499);
    assert_state(p, PROCESS_BACKOFF);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(process_restarts(p), 2);
    stage_ends(stage);
}

static void an_expected_exit_is_left_alone(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_child_exits(process_pid(p), 0);
    assert_state(p, PROCESS_EXITED);
    assert_true(process_last_exit(p)->expected);
    assert_string_equal(process_last_exit(p)->reason, "exited with status 0");
    assert_int_equal(fake_timers(), 0);
    stage_ends(stage);
}

static void an_early_exit_is_a_failed_start_whatever_its_code(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    fake_child_exits(process_pid(p), 0);
    assert_state(p, PROCESS_BACKOFF);
    assert_false(process_last_exit(p)->expected);
    assert_true(process_last_exit(p)->failed_start);
    stage_ends(stage);
}

static void an_exit_that_is_seen_late_is_none_of_a_start(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    fake_clock_jump(2000);
    fake_child_exits(process_pid(p), 3);
    assert_false(process_last_exit(p)->failed_start);
    assert_int_equal(process_last_exit(p)->uptime, 2000);
    assert_state(p, PROCESS_STARTING); /* at once, as after any first crash */
    fake_clock_jump(1999);             /* more likely it was one of those that end at once */
    fake_child_exits(process_pid(p), 3);
    assert_true(process_last_exit(p)->failed_start);
    stage_ends(stage);
}

static void too_many_failed_starts_are_fatal_until_a_user_starts_it(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->startretries = 2;
    stage = a_stage(a_plan(program, NULL));
    p = the(stage, "web");
    for (int i = 0; i < 3; i++) {
        assert_state(p, PROCESS_STARTING);
        assert_int_equal(process_last_exit(p) != NULL ? process_last_exit(p)->attempt : 0, i);
        fake_child_exits(process_pid(p), 3);
        fake_clock_advance(2000 < fake_next_timer() ? 0 : fake_next_timer() > 0 ? fake_next_timer() : 0);
    }
    assert_state(p, PROCESS_FATAL);
    fake_clock_advance(3600000);
    assert_state(p, PROCESS_FATAL);
    process_start(p);
    assert_state(p, PROCESS_STARTING);
    fake_child_exits(process_pid(p), 3);
    assert_state(p, PROCESS_BACKOFF); /* its retries were reset */
    stage_ends(stage);
}

static void a_spawn_that_fails_is_a_failed_start_with_its_reason(void **state)
{
    struct stage *stage;
    struct process *p;
    struct program *program = a_program("web");

    (void)state;
    program_own(program)->autostart = false;
    stage = a_stage(a_plan(program, NULL));
    p = the(stage, "web");
    fake_spawn_fails(1, "exec '/bin/true': Permission denied");
    process_start(p);
    assert_state(p, PROCESS_BACKOFF);
    assert_string_equal(process_last_exit(p)->reason, "exec: '/bin/true': Permission denied");
    fake_clock_advance(500);
    assert_state(p, PROCESS_STARTING);
    stage_ends(stage);
}

static void a_spawn_that_always_fails_lets_the_loop_turn(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(program)->backoff = (struct backoff){ .factor = 1 };
    program_own(program)->startretries = 1000;
    program_own(program)->autostart = false;
    stage = a_stage(a_plan(program, NULL));
    fake_spawn_fails(100000, "exec '/nope': No such file or directory");
    process_start(the(stage, "web"));
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_int_equal(fake_next_timer(), 0);
    fake_clock_advance(0);
    assert_state(the(stage, "web"), PROCESS_FATAL);
    stage_ends(stage);
}

static void stop_sends_the_signal_and_waits(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));
    pid_t pid = process_pid(p);

    (void)state;
    process_stop(p);
    assert_state(p, PROCESS_STOPPING);
    assert_int_equal(fake_signals(pid), 2); /* TERM, and CONT behind it */
    fake_child_dies(pid, SIGTERM);
    assert_state(p, PROCESS_STOPPED);
    assert_true(process_last_exit(p)->stopped);
    assert_true(process_last_exit(p)->expected);
    stage_ends(stage);
}

static void stop_is_never_followed_by_a_restart(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->autorestart = AUTORESTART_ALWAYS;
    p = a_running_process(&stage, program);
    process_stop(p);
    fake_child_exits(process_pid(p), 77);
    assert_state(p, PROCESS_STOPPED);
    fake_clock_advance(1000000);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_signal_from_elsewhere_is_unexpected(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_child_dies(process_pid(p), SIGTERM);
    assert_state(p, PROCESS_STARTING);
    assert_false(process_last_exit(p)->expected);
    assert_string_equal(process_last_exit(p)->reason, "killed by SIGTERM");
    stage_ends(stage);
}

static void who_does_not_stop_is_killed(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));
    pid_t pid = process_pid(p);

    (void)state;
    process_stop(p);
    fake_clock_advance(9999);
    assert_state(p, PROCESS_STOPPING);
    assert_int_not_equal(fake_last_signal(pid), SIGKILL);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void stop_steps_follow_one_another(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;
    struct process *p;
    pid_t pid;

    (void)state;
    program_own(program)->stopsignal.step = xcalloc(2, sizeof(struct stop_step)); /* the default one is shared */
    program->common->stopsignal.step[0] = (struct stop_step){ SIGINT, 3000 };
    program->common->stopsignal.step[1] = (struct stop_step){ SIGUSR1, -1 };
    program_own(program)->stopsignal.count = 2;
    program_own(program)->stop_to = STOP_TO_PROCESS;
    p = a_running_process(&stage, program);
    pid = process_pid(p);
    process_stop(p);
    assert_int_equal(fake_signals(pid), 2);
    fake_clock_advance(3000);
    assert_int_equal(fake_signals(pid), 4);
    fake_clock_advance(9999);
    assert_state(p, PROCESS_STOPPING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void the_rest_of_a_group_has_until_stoptime(void **state)
{
    struct buffer words = { 0 };
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));
    pid_t pid = process_pid(p);

    (void)state;
    process_stop(p);
    fake_group_survives(pid);
    fake_child_exits(pid, 0);
    assert_state(p, PROCESS_STOPPING);
    process_describe(p, &words);
    assert_string_equal(words.data, "exited with status 0, others of its group live on");
    buffer_free(&words);
    fake_clock_advance(10000);
    assert_state(p, PROCESS_STOPPED);

    process_start(p);
    fake_clock_advance(1000);
    pid = process_pid(p);
    process_stop(p);
    fake_group_survives(pid);
    fake_child_exits(pid, 0);
    assert_state(p, PROCESS_STOPPING);
    fake_group_ends(pid);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void stop_cancels_retries(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    fake_child_exits(process_pid(p), 1);
    assert_state(p, PROCESS_BACKOFF);
    process_stop(p);
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(fake_timers(), 0);
    stage_ends(stage);
}

static void start_while_stopping_starts_again_afterwards(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));
    pid_t pid = process_pid(p);

    (void)state;
    process_stop(p);
    process_start(p);
    assert_state(p, PROCESS_STOPPING);
    fake_child_dies(pid, SIGTERM);
    assert_state(p, PROCESS_STARTING);
    assert_int_not_equal(process_pid(p), pid);
    stage_ends(stage);
}

static void restart_starts_a_stopped_one_and_forgets_the_past(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_child_exits(process_pid(p), 1);
    assert_int_equal(process_restarts(p), 1);
    process_restart(p);
    assert_state(p, PROCESS_STOPPING);
    fake_child_dies(process_pid(p), SIGTERM);
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(process_restarts(p), 0);
    process_stop(p);
    fake_clock_advance(10000);
    process_restart(p);
    assert_state(p, PROCESS_STARTING);
    stage_ends(stage);
}

static void stop_of_a_fatal_or_exited_one_is_stopped(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_child_exits(process_pid(p), 0);
    assert_state(p, PROCESS_EXITED);
    process_stop(p);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_oneshot_that_ends_well_is_done(void **state)
{
    struct program *program = a_program("migrate");
    struct stage *stage;

    (void)state;
    program_own(program)->oneshot = true;
    stage = a_stage(a_plan(program, NULL));
    fake_child_exits(process_pid(the(stage, "migrate")), 0);
    assert_state(the(stage, "migrate"), PROCESS_EXITED);
    assert_true(process_last_exit(the(stage, "migrate"))->expected);
    stage_ends(stage);
}

static void a_oneshot_that_cannot_be_started_is_given_up(void **state)
{
    struct program *program = a_program("migrate");
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->oneshot = true;
    program_own(program)->startretries = 1;
    program_own(program)->autostart = false;
    stage = a_stage(a_plan(program, NULL));
    p = the(stage, "migrate");
    fake_spawn_fails(2, "exec '/nope': No such file or directory");
    process_start(p);
    assert_state(p, PROCESS_BACKOFF);
    fake_clock_advance(500);
    assert_state(p, PROCESS_FATAL);
    process_start(p);
    fake_child_exits(process_pid(p), 1);
    fake_clock_advance(0); /* it has run, so its end is no failed start, and it is tried again at once */
    assert_state(p, PROCESS_STARTING);
    stage_ends(stage);
}

static void an_old_process_is_restarted(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->max_age = 60000;
    p = a_running_process(&stage, program);
    fake_clock_advance(59999);
    assert_state(p, PROCESS_RUNNING);
    fake_obey(true);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STARTING);
    stage_ends(stage);
}

static void who_was_given_up_keeps_nobody_from_being_renewed(void **state)
{
    struct program *program = a_program("web");
    struct stage *stage;
    struct process *one, *two;
    pid_t first;

    (void)state;
    program_own(program)->max_age = 60000;
    program_own(program)->startretries = 0;
    program_own(program)->numprocs = 2;
    stage = a_stage(a_plan(program, NULL));
    one = the(stage, "web:1");
    two = the(stage, "web:2");
    first = process_pid(one);
    fake_child_exits(process_pid(two), 1);
    assert_state(two, PROCESS_FATAL);
    fake_obey(true);
    fake_clock_advance(67000);
    assert_int_not_equal(process_pid(one), first);
    assert_state(two, PROCESS_FATAL);
    stage_ends(stage);
}

static struct plan *a_plan_of_age(msec age)
{
    struct program *program = a_program("web");

    program_own(program)->max_age = age;
    return a_plan(program, NULL);
}

static void a_reload_makes_nobody_younger(void **state)
{
    struct stage *stage = a_stage(a_plan_of_age(60000));
    struct process *p = the(stage, "web");
    pid_t first = process_pid(p);

    (void)state;
    fake_obey(true);
    fake_clock_advance(1000);
    for (int i = 0; i < 3; i++) {
        fake_clock_advance(19999);
        assert_true(stage_reload(stage, a_plan_of_age(60000), NULL));
    }
    assert_int_equal(process_pid(p), first);
    fake_clock_advance(3);
    assert_int_not_equal(process_pid(p), first);
    first = process_pid(p);
    fake_clock_advance(31000); /* RUNNING for 30 s */
    assert_true(stage_reload(stage, a_plan_of_age(40000), NULL));
    fake_clock_advance(9999);
    assert_int_equal(process_pid(p), first);
    fake_clock_advance(1);
    assert_int_not_equal(process_pid(p), first);
    stage_ends(stage);
}

static void what_it_says_of_itself(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    struct process *p = the(stage, "web");
    struct buffer b = { 0 };

    (void)state;
    fake_clock_advance(65000);
    process_describe(p, &b);
    assert_non_null(strstr(b.data, "uptime 0:01:05"));
    assert_non_null(strstr(b.data, "pid "));
    buffer_clear(&b);
    fake_child_dies(process_pid(p), SIGSEGV);
    fake_child_dies(process_pid(p), SIGSEGV);
    assert_state(p, PROCESS_BACKOFF);
    process_describe(p, &b);
    assert_string_equal(b.data, "killed by SIGSEGV");
    buffer_free(&b);
    stage_ends(stage);
}

/* The command is the second child. */
static struct process *a_process_with_a_stop_command(struct stage **stage)
{
    struct program *program = a_program("web");
    struct process *p;

    words_add(&program_own(program)->stop_cmd, "/bin/stop");
    p = a_running_process(stage, program);
    process_stop(p);
    assert_int_equal(fake_living(), 2);
    return p;
}

static void an_end_waits_for_the_stop_command(void **state)
{
    struct stage *stage;
    struct process *p = a_process_with_a_stop_command(&stage);
    pid_t command = fake_living_pid(1);

    (void)state;
    fake_child_exits(process_pid(p), 0);
    assert_state(p, PROCESS_STOPPING);
    assert_int_equal(fake_signals(command), 0);
    fake_child_exits(command, 0);
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(fake_timers(), 0);
    stage_ends(stage);
}

static void a_stop_command_may_take_the_time_of_the_stop(void **state)
{
    struct stage *stage;
    struct process *p = a_process_with_a_stop_command(&stage);

    (void)state;
    fake_child_exits(process_pid(p), 0);
    fake_clock_advance(9999);
    assert_state(p, PROCESS_STOPPING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(fake_living(), 0);
    stage_ends(stage);
}

static void only_kill_comes_behind_a_stop_command_whatever_a_reload_says(void **state)
{
    struct program *after = a_program("web");
    struct stage *stage;
    struct process *p = a_process_with_a_stop_command(&stage);
    pid_t pid = process_pid(p);

    (void)state;
    words_add(&program_own(after)->stop_cmd, "/bin/stop");
    program_own(after)->stopsignal.step = xcalloc(2, sizeof(struct stop_step)); /* the default one is shared */
    after->common->stopsignal.step[0] = (struct stop_step){ SIGINT, 3000 };
    after->common->stopsignal.step[1] = (struct stop_step){ SIGUSR1, 3000 };
    program_own(after)->stopsignal.count = 2;
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    fake_clock_advance(9999);
    assert_int_equal(fake_signals(pid), 0);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_second_end_of_reeve_ends_the_stop_command_too(void **state)
{
    struct stage *stage;
    struct process *p = a_process_with_a_stop_command(&stage);

    (void)state;
    fake_child_exits(process_pid(p), 0);
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    fake_turn();
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void note_reason(const struct event *event, void *arg)
{
    if (event->exit != NULL)
        buffer_addf(arg, "%s: %s\n", event_name(event->kind), event->exit->reason);
}

/* The events are published before the kernel was asked. */
static void whoever_hears_of_an_end_hears_its_reason(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));
    struct buffer heard = { 0 };
    struct listener *l;

    (void)state;
    fake_turn();
    l = bus_listen(supervisor_bus(stage->supervisor), note_reason, &heard);
    fake_oom(process_pid(p));
    fake_child_dies(process_pid(p), SIGKILL);
    fake_turn();
    assert_string_equal(heard.data, "exit: killed by SIGKILL (out of memory)\n"
                                    "restart: killed by SIGKILL (out of memory)\n");
    bus_unlisten(&l);
    buffer_free(&heard);
    stage_ends(stage);
}

static void a_death_for_want_of_memory_is_told_from_a_kill(void **state)
{
    struct stage *stage;
    struct process *p = a_running_process(&stage, a_program("web"));

    (void)state;
    fake_oom(process_pid(p));
    fake_child_dies(process_pid(p), SIGKILL);
    assert_true(process_last_exit(p)->oom);
    assert_string_equal(process_last_exit(p)->reason, "killed by SIGKILL (out of memory)");
    fake_child_dies(process_pid(p), SIGKILL);
    assert_false(process_last_exit(p)->oom);
    assert_string_equal(process_last_exit(p)->reason, "killed by SIGKILL");
    fake_clock_advance(1000);
    fake_oom(process_pid(p));
    process_stop(p);
    fake_child_dies(process_pid(p), SIGKILL);
    assert_false(process_last_exit(p)->oom); /* we did it */
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_runs_when_it_was_up_for_starttime),
        cmocka_unit_test(a_starttime_of_zero_runs_at_once),
        cmocka_unit_test(autostart_false_waits_for_a_user),
        cmocka_unit_test(a_crash_restarts_at_once_and_a_second_one_waits),
        cmocka_unit_test(whoever_hears_of_an_end_hears_its_reason),
        cmocka_unit_test(a_death_for_want_of_memory_is_told_from_a_kill),
        cmocka_unit_test(an_expected_exit_is_left_alone),
        cmocka_unit_test(an_early_exit_is_a_failed_start_whatever_its_code),
        cmocka_unit_test(an_exit_that_is_seen_late_is_none_of_a_start),
        cmocka_unit_test(too_many_failed_starts_are_fatal_until_a_user_starts_it),
        cmocka_unit_test(a_spawn_that_fails_is_a_failed_start_with_its_reason),
        cmocka_unit_test(a_spawn_that_always_fails_lets_the_loop_turn),
        cmocka_unit_test(stop_sends_the_signal_and_waits),
        cmocka_unit_test(stop_is_never_followed_by_a_restart),
        cmocka_unit_test(a_signal_from_elsewhere_is_unexpected),
        cmocka_unit_test(who_does_not_stop_is_killed),
        cmocka_unit_test(stop_steps_follow_one_another),
        cmocka_unit_test(the_rest_of_a_group_has_until_stoptime),
        cmocka_unit_test(stop_cancels_retries),
        cmocka_unit_test(start_while_stopping_starts_again_afterwards),
        cmocka_unit_test(restart_starts_a_stopped_one_and_forgets_the_past),
        cmocka_unit_test(stop_of_a_fatal_or_exited_one_is_stopped),
        cmocka_unit_test(a_oneshot_that_ends_well_is_done),
        cmocka_unit_test(a_oneshot_that_cannot_be_started_is_given_up),
        cmocka_unit_test(an_old_process_is_restarted),
        cmocka_unit_test(who_was_given_up_keeps_nobody_from_being_renewed),
        cmocka_unit_test(a_reload_makes_nobody_younger),
        cmocka_unit_test(what_it_says_of_itself),
        cmocka_unit_test(an_end_waits_for_the_stop_command),
        cmocka_unit_test(a_stop_command_may_take_the_time_of_the_stop),
        cmocka_unit_test(only_kill_comes_behind_a_stop_command_whatever_a_reload_says),
        cmocka_unit_test(a_second_end_of_reeve_ends_the_stop_command_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
