/* The manual and the editor know every setting of supervise { … }. Tests run in the root of the tree. */
#include "modules/gearman/settings.h"

#include "os/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the four above. */
#include <cmocka.h>

static char *read_all(const char *path)
{
    struct buffer text = { 0 };
    struct error e;

    if (!file_read(path, 1024 * 1024, &text, &e))
        fail_msg("%s: run the test in the root of the tree", e.text);
    return buffer_take(&text);
}

/* A line `before` NAME `after` for each. */
static void assert_lines(const char *text, const char *before, const char *after, const struct record_type *type)
{
    for (size_t i = 0; i < type->count; i++) {
        char line[100];

        snprintf(line, sizeof line, "\n%s%s%s", before, type->settings[i].name, after);
        if (strstr(text, line) == NULL)
            fail_msg("nothing like '%s'", line + 1);
    }
}

static void the_manual_describes_every_setting(void **state)
{
    char *text = read_all("contrib/man/reeve-gearman.7");

    (void)state;
    assert_lines(text, ".It Ic ", "\n", &crew_record);
    assert_lines(text, ".It Ic ", "\n", &definition_record);
    free(text);
}

static void editors_are_told_every_setting(void **state)
{
    char *text = read_all("lua/reeve/meta/gearman.lua");

    (void)state;
    assert_lines(text, "---@field ", "? ", &crew_record);
    assert_lines(text, "---@field ", "? ", &definition_record);
    free(text);
}

static void a_server_without_a_port_has_the_usual_one(void **state)
{
    struct endpoint endpoint;
    struct error e;

    (void)state;
    assert_true(crew_endpoint("jobs.example.com", &endpoint, &e));
    assert_string_equal(endpoint.port, "4730");
    assert_true(crew_endpoint("jobs.example.com:99", &endpoint, &e));
    assert_string_equal(endpoint.port, "99");
    assert_true(crew_endpoint("127.0.0.1", &endpoint, &e));
    assert_string_equal(endpoint.address.text, "tcp:127.0.0.1:4730");
    assert_true(crew_endpoint("[::1]", &endpoint, &e));
    assert_string_equal(endpoint.address.text, "tcp:[::1]:4730");
    assert_false(crew_endpoint("127.0.0.1:none", &endpoint, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manual_describes_every_setting),
        cmocka_unit_test(editors_are_told_every_setting),
        cmocka_unit_test(a_server_without_a_port_has_the_usual_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
