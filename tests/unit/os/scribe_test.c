/* A file is as it was told last, and nobody waits for the disk. */
#include "os/scribe.h"

#include "base/buffer.h"
#include "os/file.h"
#include "os/thread.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/scribe_test.XXXXXX";
static char path[64];
static struct loop *loop;
static int told;
static struct error last;
static bool has_threads = true;

/* In the place of the real one. */
int thread_start(void *(*run)(void *arg), void *arg, size_t stack)
{
    pthread_t thread;

    (void)stack;
    return has_threads ? pthread_create(&thread, NULL, run, arg) || pthread_detach(thread) : EAGAIN;
}

static int begin(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/kept", folder);
    loop = loop_new();
    told = 0;
    return 0;
}

static int end(void **state)
{
    (void)state;
    loop_free(loop);
    unlink(path);
    return rmdir(folder);
}

static void on_done(const struct error *e, void *arg)
{
    assert_ptr_equal(arg, path);
    told++;
    last = e != NULL ? *e : (struct error){ "" };
    loop_end(loop);
}

static struct scribe *a_scribe(void)
{
    return scribe_open(loop, path, on_done, path);
}

static void say(struct scribe *s, const char *text)
{
    scribe_tell(s, text, text != NULL ? strlen(text) : 0, 0);
}

static void assert_kept(const char *expected)
{
    struct buffer text = { 0 };

    assert_true(file_read(path, 4096, &text, NULL));
    buffer_add_text(&text, "");
    assert_string_equal(text.data, expected);
    buffer_free(&text);
}

static void what_was_told_is_written(void **state)
{
    struct scribe *s = a_scribe();
    struct stat st;

    (void)state;
    say(s, "one\n");
    assert_int_equal(told, 0);
    loop_run(loop);
    assert_int_equal(told, 1);
    assert_string_equal(last.text, "");
    assert_kept("one\n");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    say(s, "");
    loop_run(loop);
    assert_kept("");
    scribe_close(s);
    assert_int_equal(told, 2);
}

static void of_many_the_last_one_counts(void **state)
{
    struct scribe *s = a_scribe();
    char text[16];

    (void)state;
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        say(s, text);
    }
    loop_run(loop);
    assert_int_equal(told, 1);
    assert_kept("999");
    scribe_close(s);
}

static void who_closes_waits_for_the_last_one(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    say(s, "first");
    say(s, "last");
    scribe_close(s);
    assert_int_equal(told, 1);
    assert_kept("last");
    scribe_close(NULL);
}

static void who_has_patience_finds_it_written(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    scribe_tell(s, "now", 3, 60000);
    assert_int_equal(told, 1);
    assert_kept("now");
    say(s, "first");
    scribe_tell(s, "second", 6, 60000);
    assert_int_equal(told, 1);
    scribe_close(s);
    assert_kept("second");
}

static void a_file_may_go(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    say(s, "there");
    say(s, NULL);
    loop_run(loop);
    assert_string_equal(last.text, "");
    assert_int_equal(access(path, F_OK), -1);
    say(s, "there again");
    scribe_close(s);
    assert_kept("there again");
}

static void what_cannot_be_written_is_told(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    assert_int_equal(rmdir(folder), 0);
    say(s, "nowhere to go");
    loop_run(loop);
    assert_non_null(strstr(last.text, "No such file"));
    assert_int_equal(mkdir(folder, 0700), 0);
    say(s, "a place");
    scribe_close(s);
    assert_string_equal(last.text, "");
    assert_kept("a place");
}

static void on_fewer_threads(void *arg)
{
    (void)arg;
    has_threads = true;
}

static void who_has_no_thread_tries_again(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    has_threads = false;
    scribe_tell(s, "early", 5, 60000);
    say(s, "late");
    assert_int_equal(told, 0);
    loop_later(loop, on_fewer_threads, NULL);
    loop_run(loop);
    assert_int_equal(told, 1);
    assert_kept("late");
    scribe_close(s);
}

static void who_closes_does_it_himself_without_a_thread(void **state)
{
    struct scribe *s = a_scribe();

    (void)state;
    has_threads = false;
    say(s, "last");
    scribe_close(s);
    has_threads = true;
    assert_int_equal(told, 1);
    assert_kept("last");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_told_is_written, begin, end),
        cmocka_unit_test_setup_teardown(of_many_the_last_one_counts, begin, end),
        cmocka_unit_test_setup_teardown(who_closes_waits_for_the_last_one, begin, end),
        cmocka_unit_test_setup_teardown(who_has_patience_finds_it_written, begin, end),
        cmocka_unit_test_setup_teardown(a_file_may_go, begin, end),
        cmocka_unit_test_setup_teardown(what_cannot_be_written_is_told, begin, end),
        cmocka_unit_test_setup_teardown(who_has_no_thread_tries_again, begin, end),
        cmocka_unit_test_setup_teardown(who_closes_does_it_himself_without_a_thread, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
