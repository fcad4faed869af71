#include "core/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct buffer out;

static int clear(void **state)
{
    (void)state;
    buffer_free(&out);
    return 0;
}

static void expect(const char *text)
{
    buffer_reserve(&out, 1);
    assert_string_equal(out.data, text);
    buffer_clear(&out);
}

static void a_family_says_its_type_and_meaning(void **state)
{
    (void)state;
    metrics_family(&out, "reeve_jobs", "counter", "Jobs that were done.");
    metrics_sample(&out, "reeve_jobs_total", 12, "function", "reverse", "host", "a", NULL);
    metrics_sample(&out, "reeve_jobs_total", 0, NULL);
    expect("# TYPE reeve_jobs counter\n"
           "# HELP reeve_jobs Jobs that were done.\n"
           "reeve_jobs_total{function=\"reverse\",host=\"a\"} 12\n"
           "reeve_jobs_total 0\n");
}

static void a_label_may_hold_anything(void **state)
{
    (void)state;
    metrics_sample(&out, "m", 1, "l", "a\"b\\c\nd\xc3\xa4", NULL);
    expect("m{l=\"a\\\"b\\\\c\\nd\xc3\xa4\"} 1\n");
}

static void values_keep_their_digits(void **state)
{
    (void)state;
    metrics_sample(&out, "m", 1795818306.125, NULL);
    metrics_sample(&out, "m", -1, NULL);
    metrics_sample(&out, "m", 9007199254740992.0, NULL);
    metrics_sample(&out, "m", 0.5, NULL);
    expect("m 1795818306.125\nm -1\nm 9.00719925474099e+15\nm 0.5\n");
}

static void write_one(struct supervisor *s, struct buffer *text)
{
    (void)s;
    metrics_sample(text, "one", 1, NULL);
}

static void write_two(struct supervisor *s, struct buffer *text)
{
    (void)s;
    metrics_sample(text, "two", 2, NULL);
}

static void sources_speak_once_and_in_order(void **state)
{
    static struct metrics_source one = { .write = write_one }, two = { .write = write_two };

    (void)state;
    metrics_register(&one);
    metrics_register(&two);
    metrics_register(&one);
    metrics_write(NULL, &out);
    expect("one 1\ntwo 2\n# EOF\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_family_says_its_type_and_meaning, clear),
        cmocka_unit_test_teardown(a_label_may_hold_anything, clear),
        cmocka_unit_test_teardown(values_keep_their_digits, clear),
        cmocka_unit_test_teardown(sources_speak_once_and_in_order, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
