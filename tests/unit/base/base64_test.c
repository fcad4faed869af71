#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static void the_examples_of_the_standard_hold(void **state)
{
    static const char *const pairs[][2] = { { "", "" },
                                            { "f", "Zg==" },
                                            { "fo", "Zm8=" },
                                            { "foo", "Zm9v" },
                                            { "foob", "Zm9vYg==" },
                                            { "fooba", "Zm9vYmE=" },
                                            { "foobar", "Zm9vYmFy" } };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct buffer b = { 0 }, back = { 0 };

        base64_encode(pairs[i][0], strlen(pairs[i][0]), &b);
        assert_int_equal(b.length, strlen(pairs[i][1]));
        assert_string_equal(b.data, pairs[i][1]);
        assert_true(base64_decode(b.data, b.length, &back));
        assert_int_equal(back.length, strlen(pairs[i][0]));
        assert_memory_equal(back.length > 0 ? back.data : "", pairs[i][0], back.length);
        buffer_free(&b);
        buffer_free(&back);
    }
}

static void all_bytes_come_back(void **state)
{
    unsigned char bytes[256];
    struct buffer b = { 0 }, back = { 0 };

    (void)state;
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    base64_encode(bytes, sizeof bytes, &b);
    assert_true(base64_decode(b.data, b.length, &back));
    assert_int_equal(back.length, sizeof bytes);
    assert_memory_equal(back.data, bytes, sizeof bytes);
    buffer_free(&b);
    buffer_free(&back);
}

static void what_is_none_is_refused(void **state)
{
    static const char *const wrong[] = { "Zg", "Zg=", "Zg==\n", "Z===", "====", "Zm=v", "Zm9-", "Z\xc3\xa4==" };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buffer b = { 0 };

        assert_false(base64_decode(wrong[i], strlen(wrong[i]), &b));
        assert_int_equal(b.length, 0);
        buffer_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_examples_of_the_standard_hold),
        cmocka_unit_test(all_bytes_come_back),
        cmocka_unit_test(what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
