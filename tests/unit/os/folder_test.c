#include "os/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/folder_test.XXXXXX";
static char path[128]; /* of a file in it */
static struct error e;

static int remove_one(const char *name, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(name);
}

static int open_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/log", folder);
    e.text[0] = '\0';
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void assert_is_folder(const char *name)
{
    struct stat st;

    assert_return_code(stat(name, &st), errno);
    assert_true(S_ISDIR(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0700);
}

static void assert_is_in(const char *name, const char *expected)
{
    char *found = folder_of(name);

    assert_string_equal(found, expected);
    free(found);
}

static void every_path_is_in_a_folder(void **state)
{
    (void)state;
    assert_is_in("/run/reeve/socket", "/run/reeve");
    assert_is_in("/socket", "/");
    assert_is_in("socket", ".");
    assert_is_in("a/b", "a");
}

static void folders_are_made_with_their_parents(void **state)
{
    char deep[200];

    (void)state;
    snprintf(deep, sizeof deep, "%s/a//b/c", folder);
    assert_true(folder_make(deep, 0700, &e));
    assert_true(folder_make(deep, 0700, &e));
    assert_true(folder_make("/", 0700, &e));
    assert_is_folder(deep);
}

static void the_folder_of_a_file_is_made(void **state)
{
    char deep[200];

    (void)state;
    snprintf(deep, sizeof deep, "%s/a/b/file", folder);
    assert_true(folder_make_for(deep, 0700, &e));
    assert_int_equal(access(deep, F_OK), -1);
    *strrchr(deep, '/') = '\0';
    assert_is_folder(deep);
    assert_true(folder_make_for("file", 0700, &e));
    assert_true(folder_make_for("/file", 0700, &e));
}

static void a_file_in_the_way_is_said(void **state)
{
    char deep[200];

    (void)state;
    assert_return_code(close(creat(path, 0600)), errno);
    snprintf(deep, sizeof deep, "%s/b", path);
    assert_false(folder_make(deep, 0700, &e));
    assert_non_null(strstr(e.text, "there is a file"));
}

static void a_missing_folder_is_told_from_one_that_is_there(void **state)
{
    (void)state;
    assert_true(folder_is_missing(path));
    assert_false(folder_is_missing(folder));
}

static void a_folder_is_held_by_one(void **state)
{
    int first = folder_lock_for(path);
    int other = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    (void)state;
    assert_true(first >= 0);
    assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
    close(first);
    assert_return_code(flock(other, LOCK_EX | LOCK_NB), errno);
    close(other);
    assert_int_equal(folder_lock_for("/nope/nope"), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_path_is_in_a_folder),
        cmocka_unit_test_setup_teardown(folders_are_made_with_their_parents, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_folder_of_a_file_is_made, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_file_in_the_way_is_said, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_missing_folder_is_told_from_one_that_is_there, open_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_is_held_by_one, open_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
