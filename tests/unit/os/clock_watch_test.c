#include "unit/os/turn.h"

#include "os/clock_watch.h"

#include <stdio.h>
#include <string.h>

/* The descriptor that is a timer of the wall clock and is told when that is set (TFD_TIMER_ABSTIME and CANCEL_ON_SET,
 * in octal); -1: none. */
static int find_timer(void)
{
    char path[64], line[128];
    int found = -1;

    for (int fd = 0; fd < 64 && found < 0; fd++) {
        bool is_wall = false;
        FILE *f;

        snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
        f = fopen(path, "r");
        while (f != NULL && fgets(line, sizeof line, f) != NULL) {
            is_wall = is_wall || strcmp(line, "clockid: 0\n") == 0;
            if (is_wall && strcmp(line, "settime flags: 03\n") == 0)
                found = fd;
        }
        if (f != NULL)
            fclose(f);
    }
    return found;
}

static int calls;

static void on_set(void *arg)
{
    (void)arg;
    calls++;
}

static bool is_later(void)
{
    static int turns;

    return ++turns > 20;
}

static void the_kernel_is_asked_to_tell_and_is_silent_until_then(void **state)
{
    struct error e;
    struct clock_watch *w = clock_watch_start(loop, on_set, NULL, &e);

    (void)state;
    assert_non_null(w);
    assert_true(find_timer() >= 0);
    turn_until(is_later);
    assert_int_equal(calls, 0);
    clock_watch_stop(&w);
    assert_null(w);
    assert_int_equal(find_timer(), -1);
    clock_watch_stop(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_kernel_is_asked_to_tell_and_is_silent_until_then, open_loop, close_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
