#include "os/loop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "os/clock.h"

static struct loop *loop;
static char said[64]; /* what was called, one letter each */

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    said[0] = '\0';
    return 0;
}

static int close_loop(void **state)
{
    (void)state;
    loop_free(loop);
    return 0;
}

static void say(void *letter)
{
    strcat(said, letter);
}

static void end(void *arg)
{
    (void)arg;
    loop_end(loop);
}

/* A worker, which is a copy of us, has one of its own beside ours. */
static void two_loops_do_not_know_each_other(void **state)
{
    struct loop *other = loop_new();
    int ends[2];
    struct watch *w;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    w = watch_start(other, ends[0], WATCH_READ, NULL, NULL);
    timer_start(loop, 0, say, "a");
    timer_start(loop, 0, end, NULL);
    loop_run(loop);
    assert_string_equal(said, "a");
    watch_stop(&w);
    loop_free(other);
    close(ends[0]);
    close(ends[1]);
}

static void timers_come_in_order_and_not_early(void **state)
{
    msec before = clock_now();

    (void)state;
    timer_start(loop, 10, say, "b");
    timer_start(loop, 0, say, "a");
    timer_start(loop, -5, say, "a");
    timer_start(loop, 20, end, NULL); /* the last one, however slow we are */
    loop_run(loop);
    assert_string_equal(said, "aab");
    assert_true(clock_now() - before >= 20);
}

static struct timer *timer;

static void work_and_start_timer(void *arg)
{
    msec *started = arg;
    msec before = clock_now();

    while (clock_now() < before + 30)
        ;
    *started = clock_now();
    timer_start(loop, 20, end, NULL);
}

static void a_timer_counts_from_its_start_not_from_the_wake_up(void **state)
{
    msec started = 0;

    (void)state;
    timer_start(loop, 0, work_and_start_timer, &started);
    loop_run(loop);
    assert_true(clock_now() - started >= 20);
}

static void a_stopped_timer_is_silent(void **state)
{
    (void)state;
    timer = timer_start(loop, 1, say, "x");
    timer_start(loop, 5, end, NULL);
    timer_stop(&timer);
    assert_null(timer);
    timer_stop(&timer);
    loop_run(loop);
    assert_string_equal(said, "");
}

static void later_a_and_b(void *arg)
{
    (void)arg;
    loop_later(loop, say, "b");
    loop_later(loop, say, "c");
    say("a");
}

static void later_means_after_this_callback_and_in_order(void **state)
{
    (void)state;
    timer_start(loop, 0, later_a_and_b, NULL);
    timer_start(loop, 5, end, NULL);
    loop_run(loop);
    assert_string_equal(said, "abc");
}

static bool enough;

static void again(void *arg)
{
    if (!enough)
        loop_later(loop, again, arg);
}

static void say_enough(void *arg)
{
    (void)arg;
    enough = true;
    loop_end(loop);
}

static void an_endless_later_leaves_others_their_turn(void **state)
{
    (void)state;
    again(NULL);
    timer_start(loop, 5, say_enough, NULL);
    loop_run(loop);
}

static void an_end_before_the_run_counts(void **state)
{
    (void)state;
    loop_end(loop);
    loop_run(loop);
    timer_start(loop, 1, say, "a");
    timer_start(loop, 5, end, NULL);
    loop_run(loop);
    assert_string_equal(said, "a");
}

static void what_was_left_for_later_is_done_at_the_end(void **state)
{
    struct loop *other = loop_new();

    (void)state;
    loop_later(other, say, "a");
    loop_later(other, say, "b");
    loop_free(other);
    loop_free(NULL);
    assert_string_equal(said, "ab");
}

static struct watch *watch;
static int calls;

static void on_readable(int fd, int what, void *arg)
{
    char c;

    assert_int_equal(what, WATCH_READ);
    assert_ptr_equal(arg, &calls);
    assert_int_equal(read(fd, &c, 1), 1);
    calls++;
    loop_end(loop);
}

static void a_watch_speaks_whenever_there_is_something(void **state)
{
    int end_of[2];

    (void)state;
    calls = 0;
    assert_int_equal(pipe(end_of), 0);
    watch = watch_start(loop, end_of[0], WATCH_READ, on_readable, &calls);
    assert_int_equal(write(end_of[1], "xyz", 3), 3);
    loop_run(loop);
    loop_run(loop);
    assert_int_equal(calls, 2);
    watch_pause(watch);
    timer_start(loop, 5, end, NULL);
    loop_run(loop);
    assert_int_equal(calls, 2);
    watch_resume(watch);
    loop_run(loop);
    assert_int_equal(calls, 3);
    watch_stop(&watch);
    assert_null(watch);
    watch_stop(&watch);
    close(end_of[0]);
    close(end_of[1]);
}

static void stop_myself(int fd, int what, void *arg)
{
    (void)fd;
    (void)arg;
    assert_int_equal(what, WATCH_WRITE);
    watch_stop(&watch);
    loop_end(loop);
}

static void a_watch_may_stop_itself(void **state)
{
    int end_of[2];

    (void)state;
    assert_int_equal(pipe(end_of), 0);
    watch = watch_start(loop, end_of[1], WATCH_READ | WATCH_WRITE, stop_myself, NULL);
    loop_run(loop);
    assert_null(watch);
    close(end_of[0]);
    close(end_of[1]);
}

int main(void)
{
#define WITH_LOOP(test) cmocka_unit_test_setup_teardown(test, open_loop, close_loop)
    const struct CMUnitTest tests[] = {
        WITH_LOOP(two_loops_do_not_know_each_other),
        WITH_LOOP(timers_come_in_order_and_not_early),
        WITH_LOOP(a_timer_counts_from_its_start_not_from_the_wake_up),
        WITH_LOOP(a_stopped_timer_is_silent),
        WITH_LOOP(later_means_after_this_callback_and_in_order),
        WITH_LOOP(an_endless_later_leaves_others_their_turn),
        WITH_LOOP(an_end_before_the_run_counts),
        WITH_LOOP(what_was_left_for_later_is_done_at_the_end),
        WITH_LOOP(a_watch_speaks_whenever_there_is_something),
        WITH_LOOP(a_watch_may_stop_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
