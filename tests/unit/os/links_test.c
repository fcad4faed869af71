/* What a link of whom leads to: as root, for only root can make other people's. */
#include "os/links.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SOMEBODY = 12345, ANOTHER = 12346 };

static char folder[] = "/tmp/links_test.XXXXXX";

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chdir(folder) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 ? system(command) : -1;
}

static void make_file(const char *path, uid_t owner)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

    assert_true(fd >= 0);
    close(fd);
    assert_int_equal(chown(path, owner, (gid_t)-1), 0);
}

static void make_folder(const char *path, uid_t owner)
{
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(chown(path, owner, (gid_t)-1), 0);
}

static void make_link(const char *target, const char *path, uid_t owner)
{
    assert_int_equal(symlink(target, path), 0);
    assert_int_equal(lchown(path, owner, (gid_t)-1), 0);
}

static bool is_same(int fd, const char *path)
{
    struct stat a, b;

    return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

static void expect_open(const char *path, const char *what)
{
    int fd = links_open(path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        fail_msg("%s: %s", path, strerror(errno));
    assert_true(is_same(fd, what));
    close(fd);
}

static void expect_error(const char *path, int flags, int reason)
{
    int fd = links_open(path, flags | O_CLOEXEC, 0600);

    assert_int_equal(fd, -1);
    assert_int_equal(errno, reason);
}

static void it_opens_as_the_kernel_does(void **state)
{
    char path[64], name[NAME_MAX + 3];

    (void)state;
    make_folder("a", geteuid());
    make_file("a/file", geteuid());
    make_link("file", "a/link", geteuid());
    make_link("a", "b", geteuid());
    snprintf(path, sizeof path, "%s/b/link", folder);
    make_link(path, "far", geteuid());
    make_link("loop", "loop", geteuid());
    expect_open("a/file", "a/file");
    expect_open(".//a/./../b//link", "a/file");
    expect_open(path, "a/file");
    expect_open("far", "a/file");
    expect_open("/", "/");
    expect_open(".", ".");
    expect_open("b/", "a");
    expect_error("", O_RDONLY, ENOENT);
    expect_error("a/nothing", O_RDONLY, ENOENT);
    expect_error("a/file/more", O_RDONLY, ENOTDIR);
    expect_error("a/file/", O_RDONLY, ENOTDIR);
    expect_error("a/new/", O_WRONLY | O_CREAT, EISDIR);
    expect_error("loop", O_RDONLY, ELOOP);
    expect_error("loop/x", O_RDONLY, ELOOP);
    expect_error("a/link", O_RDONLY | O_NOFOLLOW, ELOOP);
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    expect_error(name, O_RDONLY, ENAMETOOLONG);
}

static void it_makes_files_also_through_own_links(void **state)
{
    int fd;

    (void)state;
    make_link("made", "nothing_yet", geteuid());
    fd = links_open("nothing_yet", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && is_same(fd, "made"));
    close(fd);
    expect_error("nothing_yet", O_WRONLY | O_CREAT | O_EXCL, EEXIST);
}

static void links_of_proc_are_what_they_show(void **state)
{
    char path[64];
    int end[2], fd;

    (void)state;
    assert_int_equal(pipe(end), 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", end[1]);
    fd = links_open(path, O_WRONLY | O_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), 1);
    close(fd);
    close(end[0]);
    close(end[1]);
}

static void links_of_others_lead_to_what_is_theirs(void **state)
{
    int fd;

    (void)state;
    if (geteuid() != 0)
        skip();
    make_folder("hers", SOMEBODY);
    make_folder("hers/release", SOMEBODY);
    make_file("hers/release/log", 0);
    make_file("hers/file", SOMEBODY);
    make_file("precious", 0);
    make_file("other", ANOTHER);
    make_link("release", "hers/current", SOMEBODY);
    make_link("file", "hers/one", SOMEBODY);
    make_link("one", "hers/two", SOMEBODY);
    make_link("../precious", "hers/bad", SOMEBODY);
    make_link("bad", "hers/worse", SOMEBODY);
    make_link("../other", "hers/others", SOMEBODY);
    make_link("..", "hers/up", SOMEBODY);
    make_link("../new", "hers/new", SOMEBODY);
    expect_open("hers/current/log", "hers/release/log");
    expect_open("hers/two", "hers/file");
    expect_error("hers/bad", O_RDONLY, EXDEV);
    expect_error("hers/worse", O_RDONLY, EXDEV);
    expect_error("hers/others", O_RDONLY, EXDEV);
    expect_error("hers/up/precious", O_RDONLY, EXDEV);
    expect_error("hers/new", O_WRONLY | O_CREAT, ENOENT);
    assert_int_equal(access("new", F_OK), -1);
    expect_error("hers/up", O_PATH, EXDEV);
    make_link("release/made", "hers/late", SOMEBODY);
    fd = links_open("hers/late", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0 && is_same(fd, "hers/release/made"));
    close(fd);
    expect_open("hers/late", "hers/release/made");
}

/* Root has made a link, and its folder's owner moves it to where it says something else. */
static void a_link_of_root_leads_where_it_says(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    make_folder("his", SOMEBODY);
    make_link("../precious", "his/official", 0);
    expect_open("his/official", "precious");
    make_link("official", "his/unofficial", SOMEBODY);
    expect_error("his/unofficial", O_RDONLY, EXDEV);
}

/* He can do no more than whoever made the link. */
static void who_is_not_root_follows_all(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    make_file("public", 0);
    make_link("public", "hers_to_public", SOMEBODY);
    assert_int_equal(chmod("public", 0644), 0);
    assert_int_equal(chmod(".", 0755), 0);
    expect_error("hers_to_public", O_RDONLY, EXDEV);
    assert_int_equal(seteuid(ANOTHER), 0);
    expect_open("hers_to_public", "public");
    assert_int_equal(seteuid(0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_as_the_kernel_does),        cmocka_unit_test(it_makes_files_also_through_own_links),
        cmocka_unit_test(links_of_proc_are_what_they_show),   cmocka_unit_test(links_of_others_lead_to_what_is_theirs),
        cmocka_unit_test(a_link_of_root_leads_where_it_says), cmocka_unit_test(who_is_not_root_follows_all),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
