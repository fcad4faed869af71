#include "os/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>

static void names_become_resources_and_back(void **state)
{
    int resource;

    (void)state;
    assert_true(limit_parse("nofile", &resource, NULL));
    assert_int_equal(resource, RLIMIT_NOFILE);
    assert_true(limit_parse("CORE", &resource, NULL));
    assert_int_equal(resource, RLIMIT_CORE);
    assert_string_equal(limit_name(RLIMIT_AS), "as");
}

static void each_name_is_listed_once(void **state)
{
    const char *const *name;
    int resource;
    unsigned seen = 0;

    (void)state;
    for (name = limit_names(); *name != NULL; name++) {
        assert_true(limit_parse(*name, &resource, NULL));
        assert_string_equal(limit_name(resource), *name);
        assert_false(seen & 1u << resource);
        seen |= 1u << resource;
    }
    assert_int_equal(seen, 0xffff);
}

static void an_unknown_name_fails_with_the_nearest(void **state)
{
    struct error e;
    int resource;

    (void)state;
    assert_false(limit_parse("nofiles", &resource, &e));
    assert_string_equal(e.text, "there is no limit 'nofiles' (did you mean 'nofile'?)");
    assert_false(limit_parse("memory_of_the_machine", &resource, &e));
    assert_non_null(strstr(e.text, "there is no limit 'memory_of_the_machine'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_resources_and_back),
        cmocka_unit_test(each_name_is_listed_once),
        cmocka_unit_test(an_unknown_name_fails_with_the_nearest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
