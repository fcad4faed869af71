/* The memory that reeve shares with workers: the tests are both. */
#include "unit/os/turn.h"

#include "os/board.h"

#include <sys/wait.h>
#include <unistd.h>

static int bells;

static void on_bell(void *arg)
{
    (void)arg;
    bells++;
}

static bool has_rung(void)
{
    return bells > 0;
}

/* What another process does with a line. */
static void in_a_worker(void (*fn)(struct board *b, struct board_line *line), struct board *b, struct board_line *line)
{
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        board_enter(b, board_bell(b));
        fn(b, line);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void beat(struct board *b, struct board_line *line)
{
    (void)b;
    board_beat(line);
}

static void a_beat_is_seen_here(void **state)
{
    struct board *b = board_new(loop, on_bell, NULL);
    struct board_line *line = board_take(b, NULL), *other = board_take(b, NULL);
    msec before = clock_now();

    (void)state;
    assert_int_equal(board_beat_of(line), 0);
    in_a_worker(beat, b, line);
    assert_true(board_beat_of(line) >= before && board_beat_of(line) <= clock_now());
    assert_int_equal(board_beat_of(other), 0);
    board_free(b);
}

static void become_busy(struct board *b, struct board_line *line)
{
    board_set_busy(b, line, true);
    board_set_busy(b, line, false);
    board_set_busy(b, line, true);
}

static void being_busy_rings_once_for_many_changes(void **state)
{
    struct board *b = board_new(loop, on_bell, NULL);
    struct board_line *line = board_take(b, NULL);

    (void)state;
    bells = 0;
    board_listen(line, true);
    in_a_worker(become_busy, b, line);
    assert_true(board_is_busy(line));
    turn_until(has_rung);
    assert_int_equal(bells, 1);
    bells = 0;
    board_set_busy(b, line, false); /* and it can be rung again */
    turn_until(has_rung);
    assert_int_equal(bells, 1);
    board_free(b);
}

static void who_is_not_listened_to_rings_no_bell(void **state)
{
    struct board *b = board_new(loop, on_bell, NULL);
    struct board_line *quiet = board_take(b, NULL), *heard = board_take(b, NULL);

    (void)state;
    bells = 0;
    in_a_worker(become_busy, b, quiet);
    assert_true(board_is_busy(quiet));
    board_listen(heard, true);
    assert_false(has_rung());
    in_a_worker(become_busy, b, heard);
    turn_until(has_rung);
    assert_int_equal(bells, 1);
    board_free(b);
}

static void a_line_is_clean_when_it_is_taken_again(void **state)
{
    struct board *b = board_new(loop, on_bell, NULL);
    struct board_line *line = board_take(b, NULL), *again;

    (void)state;
    in_a_worker(beat, b, line);
    in_a_worker(become_busy, b, line);
    board_give(b, line);
    again = board_take(b, NULL);
    assert_ptr_equal(again, line);
    assert_int_equal(board_beat_of(again), 0);
    assert_false(board_is_busy(again));
    assert_ptr_not_equal(board_take(b, NULL), line);
    board_free(b);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, open_loop, close_loop)
    const struct CMUnitTest tests[] = {
        TEST(a_beat_is_seen_here),
        TEST(being_busy_rings_once_for_many_changes),
        TEST(who_is_not_listened_to_rings_no_bell),
        TEST(a_line_is_clean_when_it_is_taken_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
