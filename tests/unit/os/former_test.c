#include "os/former.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct former *open_bytes(const void *bytes, size_t length, struct error *e)
{
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_int_equal(write(fd, bytes, length), length);
    return former_open(fd, e);
}

static void a_version_that_cannot_be_read_is_refused(void **state)
{
    uint32_t head[16] = { 0 };
    struct error e;

    (void)state;
    memcpy(head, "reeve snapshot", 14);
    head[4] = 2;
    head[5] = 1;
    former_close(open_bytes(head, sizeof head, &e));
    head[4] = 99;
    assert_null(open_bytes(head, sizeof head, &e));
    assert_string_equal(e.text, "the state is of version 99, and this reeve reads versions 2 to 2");
    head[4] = 1; /* of before there was a release */
    assert_null(open_bytes(head, sizeof head, &e));
}

static void garbage_is_refused(void **state)
{
    uint32_t bytes[64] = { 0 };
    struct error e;

    (void)state;
    assert_null(open_bytes(bytes, sizeof bytes, &e));
    assert_string_equal(e.text, "this is no state of reeve's");
    memcpy(bytes, "reeve snapshot", 14);
    bytes[4] = 2;
    bytes[5] = 4;
    assert_null(open_bytes(bytes, sizeof bytes, &e)); /* a block of no units */
    assert_string_equal(e.text, "the state is broken");
    bytes[16] = 0x4c;
    bytes[17] = 3;
    bytes[18] = 161; /* one more than fits */
    assert_null(open_bytes(bytes, sizeof bytes, &e));
    bytes[5] = 5; /* more than there is */
    assert_null(open_bytes(bytes, sizeof bytes, &e));
    assert_null(former_open(-1, &e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_version_that_cannot_be_read_is_refused),
        cmocka_unit_test(garbage_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
