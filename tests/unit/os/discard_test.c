#include "os/discard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_file_of_any_size_is_gone_at_once(void **state)
{
    const off_t sizes[] = { 0, 1000, 4 << 20, 50 << 20 };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        char path[] = "/tmp/reeve-discard-XXXXXX";
        int fd = mkstemp(path);

        assert_true(fd >= 0);
        assert_int_equal(ftruncate(fd, sizes[i]), 0);
        close(fd);
        assert_true(discard_file(path));
        assert_int_equal(access(path, F_OK), -1);
    }
}

static void what_cannot_be_removed_is_told(void **state)
{
    char folder[] = "/tmp/reeve-discard-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_false(discard_file(folder));
    assert_int_equal(errno, EISDIR);
    assert_int_equal(rmdir(folder), 0);
    assert_false(discard_file(folder));
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_of_any_size_is_gone_at_once),
        cmocka_unit_test(what_cannot_be_removed_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
