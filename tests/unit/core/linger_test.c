/* The last words of the rooms above: everything has stopped, and still reeve waits a little. */
#include "unit/core/stage.h"

static struct {
    bool wanted;  /* something is left to say */
    loop_fn *end; /* how to say that it is said */
    void *end_arg;
    int asked;
} last;

static bool linger(void *arg, loop_fn *end, void *end_arg)
{
    (void)arg;
    last.asked++;
    last.end = end;
    last.end_arg = end_arg;
    return last.wanted;
}

static struct stage *stage_that(bool wants_to_linger)
{
    struct stage *stage = xcalloc(1, sizeof *stage);

    fake_reset();
    last.wanted = wants_to_linger;
    last.asked = 0;
    stage->loop = loop_new();
    stage->supervisor = supervisor_new(stage->loop, &(struct supervisor_upward){ .arg = stage, .linger = linger });
    supervisor_start(stage->supervisor, a_plan(a_program("web"), NULL));
    fake_turn();
    return stage;
}

static void shut_down(struct stage *stage)
{
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
}

static void child_of_web_ends(struct stage *stage)
{
    fake_child_exits(process_pid(the(stage, "web")), 0);
    fake_turn();
}

static void nobody_is_asked_before_everything_has_stopped(void **state)
{
    struct stage *stage = stage_that(true);

    (void)state;
    shut_down(stage);
    assert_int_equal(last.asked, 0);
    child_of_web_ends(stage);
    assert_int_equal(last.asked, 1);
    assert_false(fake_loop_ended());
    last.end(last.end_arg);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void nothing_to_say_is_no_wait(void **state)
{
    struct stage *stage = stage_that(false);

    (void)state;
    shut_down(stage);
    child_of_web_ends(stage);
    assert_int_equal(last.asked, 1);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void the_wait_is_short(void **state)
{
    struct stage *stage = stage_that(true);

    (void)state;
    shut_down(stage);
    child_of_web_ends(stage);
    fake_clock_advance(4999);
    assert_false(fake_loop_ended());
    fake_clock_advance(1);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void a_second_request_ends_the_wait(void **state)
{
    struct stage *stage = stage_that(true);

    (void)state;
    shut_down(stage);
    child_of_web_ends(stage);
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void who_asked_twice_is_not_kept_waiting(void **state)
{
    struct stage *stage = stage_that(true);

    (void)state;
    shut_down(stage);
    shut_down(stage);
    assert_int_equal(last.asked, 0);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_is_asked_before_everything_has_stopped),
        cmocka_unit_test(nothing_to_say_is_no_wait),
        cmocka_unit_test(the_wait_is_short),
        cmocka_unit_test(a_second_request_ends_the_wait),
        cmocka_unit_test(who_asked_twice_is_not_kept_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
