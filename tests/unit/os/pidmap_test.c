#include "os/pidmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

struct record {
    pid_t pid;
};

static void records_are_found_by_pid(void **state)
{
    struct record one = { 17 }, other = { 17 + 16 }; /* the same home */
    struct pidmap map = { 0 };

    (void)state;
    assert_null(pidmap_find(&map, 17));
    pidmap_add(&map, &one.pid);
    pidmap_add(&map, &other.pid);
    assert_ptr_equal(pidmap_find(&map, 17), &one);
    assert_ptr_equal(pidmap_find(&map, 33), &other);
    assert_null(pidmap_find(&map, 49));
    pidmap_remove(&map, 17);
    assert_null(pidmap_find(&map, 17));
    assert_ptr_equal(pidmap_find(&map, 33), &other);
    pidmap_free(&map);
}

/* Against a plain array, with pids that crowd. */
static void a_crowd_comes_and_goes(void **state)
{
    enum { MOST = 500 };
    static struct record record[MOST];
    struct pidmap map = { 0 };
    size_t count = 0;

    (void)state;
    srand(1);
    for (int i = 0; i < 20000; i++) {
        struct record *r = &record[rand() % MOST];
        pid_t pid = (pid_t)((r - record) * 7 % MOST * 64 + 1);

        if (r->pid == 0) {
            r->pid = pid;
            pidmap_add(&map, &r->pid);
            count++;
        } else {
            pidmap_remove(&map, pid);
            r->pid = 0;
            count--;
        }
        r = &record[rand() % MOST];
        pid = (pid_t)((r - record) * 7 % MOST * 64 + 1);
        assert_ptr_equal(pidmap_find(&map, pid), r->pid == 0 ? NULL : r);
        assert_int_equal(map.count, count);
    }
    pidmap_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_found_by_pid),
        cmocka_unit_test(a_crowd_comes_and_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
