#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void nothing_is_still_memory(void **state)
{
    void *none = xmalloc(0);
    void *zero = xcalloc(0, 8);

    (void)state;
    assert_non_null(none);
    assert_non_null(zero);
    none = xrealloc(none, 0);
    assert_non_null(none);
    free(none);
    free(zero);
}

static void elements_are_zeroed(void **state)
{
    int *numbers = xcalloc(4, sizeof *numbers);

    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(numbers[i], 0);
    free(numbers);
}

static void texts_are_copied(void **state)
{
    char *whole = xstrdup("reeve");
    char *part = xstrndup("reeve", 3);
    char *made = xasprintf("%s:%d", "web", 1);

    (void)state;
    assert_string_equal(whole, "reeve");
    assert_string_equal(part, "ree");
    assert_string_equal(made, "web:1");
    assert_null(xstrdup(NULL));
    free(whole);
    free(part);
    free(made);
}

static void ask_for_too_much(void)
{
    xmalloc(SIZE_MAX);
}

static void ask_for_a_product_that_overflows(void)
{
    xcalloc(SIZE_MAX / 2, 3);
}

/* The signal that ends a child which runs `body`; 0 if it ended by itself. */
static int ends_by(void (*body)(void))
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
        signal(SIGABRT, SIG_DFL);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void no_memory_is_an_abort(void **state)
{
    (void)state;
    assert_int_equal(ends_by(ask_for_too_much), SIGABRT);
    assert_int_equal(ends_by(ask_for_a_product_that_overflows), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_still_memory),
        cmocka_unit_test(elements_are_zeroed),
        cmocka_unit_test(texts_are_copied),
        cmocka_unit_test(no_memory_is_an_abort),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
