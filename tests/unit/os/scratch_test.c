/* Folders for work, and what people leave in them. */
#include "os/scratch.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
/* After the four above. */
#include <cmocka.h>

static char *a_folder(void)
{
    struct error e = { "" };
    char *path = scratch_make("/tmp", "reeve-scratch-", NULL, &e);

    if (path == NULL)
        fail_msg("%s", e.text);
    return path;
}

/* FOLDER is $1. */
static void in_folder(const char *path, const char *script)
{
    char command[600];

    snprintf(command, sizeof command, "cd %s && %s", path, script);
    assert_int_equal(system(command), 0);
}

/* How often it had to be called. */
static int remove_all(char *path)
{
    struct error e;
    int calls = 1;

    while (!scratch_remove(path, &e))
        calls++;
    assert_string_equal(e.text, "");
    assert_int_equal(access(path, F_OK), -1);
    free(path);
    return calls;
}

static void a_folder_is_for_its_owner_alone(void **state)
{
    char *path = a_folder();
    struct stat s;

    (void)state;
    assert_int_equal(stat(path, &s), 0);
    assert_int_equal(s.st_mode & 07777, 0700);
    assert_int_equal(strncmp(path, "/tmp/reeve-scratch-", 19), 0);
    assert_int_equal(remove_all(path), 1);
}

static void a_missing_parent_is_told(void **state)
{
    struct error e;

    (void)state;
    assert_null(scratch_make("/nowhere", "x", NULL, &e));
    assert_string_equal(e.text, "a folder in '/nowhere': No such file or directory");
}

static void what_is_gone_already_is_removed(void **state)
{
    char *path = a_folder();

    (void)state;
    rmdir(path);
    remove_all(path);
}

static void a_tree_goes_with_its_folder(void **state)
{
    char *path = a_folder();

    (void)state;
    in_folder(path, "mkdir -p a/b/c d .left0/x && touch a/1 a/b/2 a/b/c/3 .hidden && mkfifo f && chmod 500 a/b");
    remove_all(path);
}

static void links_are_not_followed(void **state)
{
    char *path = a_folder(), *other = a_folder();

    (void)state;
    in_folder(other, "touch kept");
    in_folder(path, "mkdir a && ln -s .. a/up && ln -s / root");
    assert_int_equal(symlink(other, "/tmp/reeve-scratch-link"), 0);
    in_folder(path, "mv /tmp/reeve-scratch-link a/there");
    remove_all(path);
    in_folder(other, "test -e kept");
    remove_all(other);
}

static void depth_does_not_matter(void **state)
{
    char *path = a_folder();
    int at = open(path, O_RDONLY | O_DIRECTORY);

    (void)state;
    for (int i = 0; i < 3000; i++) {
        int next;

        assert_int_equal(mkdirat(at, "directory-with-a-long-name", 0700), 0);
        next = openat(at, "directory-with-a-long-name", O_RDONLY | O_DIRECTORY);
        close(at);
        at = next;
    }
    close(at);
    remove_all(path);
}

static void many_files_take_several_turns(void **state)
{
    char *path = a_folder();

    (void)state;
    in_folder(path, "mkdir a && i=0 && while test $i -lt 1000; do : > a/$i; i=$((i + 1)); done");
    assert_in_range(remove_all(path), 5, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_is_for_its_owner_alone), cmocka_unit_test(a_missing_parent_is_told),
        cmocka_unit_test(what_is_gone_already_is_removed), cmocka_unit_test(a_tree_goes_with_its_folder),
        cmocka_unit_test(links_are_not_followed),          cmocka_unit_test(depth_does_not_matter),
        cmocka_unit_test(many_files_take_several_turns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
