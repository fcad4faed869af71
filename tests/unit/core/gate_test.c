/* Steps that wait for a function: before_start and before_stop. */
#include "questions.h"

static struct program *guarded(const char *setting)
{
    struct program *p = a_program("web");

    program_own(p)->starttime = 0;
    give_function(p, setting);
    return p;
}

static void assert_described(struct process *p, const char *expected)
{
    struct buffer text = { 0 };

    process_describe(p, &text);
    assert_non_null(text.data);
    if (strstr(text.data, expected) == NULL)
        fail_msg("'%s' instead of '%s'", text.data, expected);
    buffer_free(&text);
}

static void a_start_waits_for_before_start(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_start"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(fake_started(), 0);
    assert_non_null(p->gate);
    assert_described(p, "before_start runs");
    answer_question(questions[0], false, NULL);
    assert_state(p, PROCESS_RUNNING);
    assert_null(p->gate);
    stage_ends(stage);
}

static void a_before_start_that_fails_is_a_failed_start(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_start"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    answer_question(questions[0], false, "supervisor.lua:2: no licence");
    assert_state(p, PROCESS_BACKOFF);
    assert_string_equal(process_last_exit(p)->reason, "before_start: supervisor.lua:2: no licence");
    assert_true(process_last_exit(p)->failed_start);
    assert_int_equal(fake_started(), 0);
    fake_clock_advance(1000);
    assert_int_equal(question_count, 1);
    answer_question(questions[0], true, NULL);
    assert_state(p, PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_before_start_that_takes_too_long_is_a_failed_start(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_start"), NULL));

    (void)state;
    fake_clock_advance(59999);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_string_equal(process_last_exit(the(stage, "web"))->reason, "before_start: took longer than 1m");
    assert_int_equal(question_count, 0);
    stage_ends(stage);
}

static void a_stop_calls_the_start_off(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_start"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    process_stop(p);
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(question_count, 0);
    process_start(p);
    process_restart(p);
    assert_int_equal(question_count, 1);
    answer_question(questions[0], true, NULL);
    assert_state(p, PROCESS_RUNNING);
    assert_int_equal(fake_started(), 1);
    stage_ends(stage);
}

static void a_stop_waits_for_before_stop(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_stop"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    process_stop(p);
    assert_state(p, PROCESS_STOPPING);
    assert_int_equal(fake_last_signal(process_pid(p)), 0);
    assert_described(p, "before_stop runs");
    fake_clock_advance(30000); /* longer than stoptime, which has not begun */
    assert_state(p, PROCESS_STOPPING);
    answer_question(questions[0], true, NULL);
    assert_int_equal(fake_last_signal(process_pid(p)), SIGTERM);
    fake_child_dies(process_pid(p), SIGTERM);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_before_stop_that_fails_lets_the_stop_go_on(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_stop"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    process_restart(p);
    answer_question(questions[0], false, "cannot drain");
    fake_child_dies(process_pid(p), SIGTERM);
    assert_state(p, PROCESS_RUNNING);
    process_restart(p);
    fake_clock_advance(60000);
    assert_int_equal(question_count, 0);
    fake_child_dies(process_pid(p), SIGTERM);
    assert_state(p, PROCESS_RUNNING);
    assert_int_equal(fake_started(), 3);
    stage_ends(stage);
}

static void an_end_before_before_stop_is_through_needs_no_signal(void **state)
{
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_stop"), NULL));
    struct process *p = the(stage, "web");

    (void)state;
    process_stop(p);
    fake_child_exits(process_pid(p), 0);
    fake_turn();
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(question_count, 0);
    stage_ends(stage);
}

static void a_shutdown_ends_what_waits_at_a_gate(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage = a_stage_with_questions(a_plan(guarded("before_start"), db, NULL));

    (void)state;
    stage_ends(stage);
    assert_int_equal(question_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_start_waits_for_before_start),
        cmocka_unit_test(a_before_start_that_fails_is_a_failed_start),
        cmocka_unit_test(a_before_start_that_takes_too_long_is_a_failed_start),
        cmocka_unit_test(a_stop_calls_the_start_off),
        cmocka_unit_test(a_stop_waits_for_before_stop),
        cmocka_unit_test(a_before_stop_that_fails_lets_the_stop_go_on),
        cmocka_unit_test(an_end_before_before_stop_is_through_needs_no_signal),
        cmocka_unit_test(a_shutdown_ends_what_waits_at_a_gate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
