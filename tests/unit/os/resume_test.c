/* What a life does when it is ended: each of them is a child here, and the file that it runs is a script. */
#include "os/resume.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CAME_BACK = 7, SNAPSHOT = 5 };

static char folder[] = "/tmp/resume_test.XXXXXX";
static char script[64], words[64];

static int make_script(void **state)
{
    FILE *f;

    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(script, sizeof script, "%s/next", folder);
    snprintf(words, sizeof words, "%s/words", folder);
    f = fopen(script, "w");
    fprintf(f, "#!/bin/sh\necho \"$*\" >%s\n", words);
    fclose(f);
    return chmod(script, 0700);
}

static int remove_script(void **state)
{
    (void)state;
    unlink(script);
    unlink(words);
    return rmdir(folder);
}

/* How this life ends, as waitpid(2) says it. */
static int end_of(void (*life)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        char *argv[] = { script, (char[]){ "run" }, NULL };

        setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
        resume_prepare(2, argv);
        life();
        _exit(CAME_BACK);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* What the next life was called with, which came if one came at all. */
static void assert_next(int status, const char *expected)
{
    char said[64] = "";
    FILE *f = fopen(words, "r");

    assert_int_equal(status, 0);
    assert_non_null(f);
    assert_non_null(fgets(said, sizeof said, f));
    fclose(f);
    said[strcspn(said, "\n")] = '\0';
    assert_string_equal(said, expected);
}

static void crash(void)
{
    resume_arm(SNAPSHOT);
    raise(SIGSEGV);
}

static void a_crash_begins_another_life(void **state)
{
    (void)state;
    assert_next(end_of(crash), "run --resume=5:11:0");
}

static void hang(void)
{
    resume_set_limit(10);
    resume_arm(SNAPSHOT);
    resume_watch_begin();
    for (;;)
        pause();
}

static void a_hang_does_too(void **state)
{
    (void)state;
    assert_next(end_of(hang), "run --resume=5:99:0");
}

static void signal_from_outside(void)
{
    pid_t self = getpid(), other = fork();

    if (other == 0) {
        kill(self, SIGSEGV);
        _exit(0);
    }
    waitpid(other, NULL, 0);
}

static void be_held(void)
{
    resume_arm(SNAPSHOT);
    resume_hold();
    resume_hold();
    signal_from_outside();
    resume_release();
    resume_arm(SNAPSHOT + 1); /* we have come so far */
    resume_release();
}

static void a_signal_from_outside_waits_until_nobody_holds_it(void **state)
{
    (void)state;
    assert_next(end_of(be_held), "run --resume=6:11:0");
}

static void crash_while_held(void)
{
    resume_arm(SNAPSHOT);
    resume_hold();
    raise(SIGSEGV);
}

static void a_crash_does_not_wait(void **state)
{
    (void)state;
    assert_next(end_of(crash_while_held), "run --resume=5:11:0");
}

static void begin_and_crash(const char *word)
{
    int snapshot, why;

    if (resume_begin(word, &snapshot, &why)) {
        resume_arm_early(snapshot);
        raise(SIGSEGV);
    }
}

static void crash_at_the_beginning(void)
{
    begin_and_crash("5:6:0");
}

static void crash_at_the_last_beginning(void)
{
    begin_and_crash("5:6:5");
}

static void a_life_that_cannot_begin_is_tried_again_some_times(void **state)
{
    int status;

    (void)state;
    assert_next(end_of(crash_at_the_beginning), "run --resume=5:11:1");
    unlink(words);
    status = end_of(crash_at_the_last_beginning);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_int_equal(access(words, F_OK), -1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_script, remove_script)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_crash_begins_another_life),
        TEST(a_hang_does_too),
        TEST(a_signal_from_outside_waits_until_nobody_holds_it),
        TEST(a_crash_does_not_wait),
        TEST(a_life_that_cannot_begin_is_tried_again_some_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
