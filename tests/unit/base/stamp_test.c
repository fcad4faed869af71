#include "base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_time_is_said_in_utc_to_the_millisecond(void **state)
{
    struct stamp stamp;

    (void)state;
    stamp_set(&stamp, 1714564800007);
    assert_string_equal(stamp.text, "2024-05-01T12:00:00.007Z");
    stamp_set(&stamp, 0);
    assert_string_equal(stamp.text, "1970-01-01T00:00:00.000Z");
    stamp_set(&stamp, 951782399999);
    assert_string_equal(stamp.text, "2000-02-28T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_time_is_said_in_utc_to_the_millisecond),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
