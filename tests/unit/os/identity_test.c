#include "os/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_name_brings_the_whole_entry(void **state)
{
    struct identity id;
    struct error e;

    (void)state;
    assert_true(identity_find("root", NULL, NULL, 0, &id, &e));
    assert_int_equal(id.uid, 0);
    assert_int_equal(id.gid, 0);
    assert_string_equal(id.name, "root");
    assert_string_equal(id.home, "/root");
    assert_non_null(id.shell);
    assert_true(id.group_count >= 1);
    identity_free(&id);
}

static void a_number_finds_its_entry(void **state)
{
    struct identity id;

    (void)state;
    assert_true(identity_find("0", NULL, NULL, 0, &id, NULL));
    assert_string_equal(id.name, "root");
    identity_free(&id);
}

static void a_number_without_an_entry_needs_a_group(void **state)
{
    struct identity id;
    struct error e;

    (void)state;
    assert_false(identity_find("3999999", NULL, NULL, 0, &id, &e));
    assert_string_equal(e.text, "user '3999999' has no entry in the user database and so no group: name one");
    assert_true(identity_find("3999999", "3888888", NULL, 0, &id, &e));
    assert_int_equal(id.uid, 3999999);
    assert_int_equal(id.gid, 3888888);
    assert_int_equal(id.group_count, 1);
    assert_int_equal(id.groups[0], 3888888);
    assert_null(id.name);
    assert_null(id.home);
    identity_free(&id);
}

static void nobody_named_is_ourselves(void **state)
{
    struct identity id;

    (void)state;
    assert_true(identity_find(NULL, NULL, NULL, 0, &id, NULL));
    assert_int_equal(id.uid, geteuid());
    assert_int_equal(id.gid, getegid());
    identity_free(&id);
}

static void groups_are_those_that_are_named(void **state)
{
    const char *groups[] = { "root", "3999999" };
    struct identity id;

    (void)state;
    assert_true(identity_find("root", "1", groups, 2, &id, NULL));
    assert_int_equal(id.gid, 1);
    assert_int_equal(id.group_count, 2);
    assert_int_equal(id.groups[0], 0);
    assert_int_equal(id.groups[1], 3999999);
    identity_free(&id);
    assert_true(identity_find("root", NULL, groups, 0, &id, NULL));
    assert_int_equal(id.group_count, 0);
    identity_free(&id);
}

static void who_does_not_exist_is_named(void **state)
{
    const char *groups[] = { "root", "no-such-group" };
    struct identity id;
    struct error e;

    (void)state;
    assert_false(identity_find("wbe", NULL, NULL, 0, &id, &e));
    assert_string_equal(e.text, "there is no user 'wbe'");
    assert_false(identity_find("root", "wheels", NULL, 0, &id, &e));
    assert_string_equal(e.text, "there is no group 'wheels'");
    assert_false(identity_find("root", NULL, groups, 2, &id, &e));
    assert_string_equal(e.text, "there is no group 'no-such-group'");
    assert_false(identity_find("4294967295", "0", NULL, 0, &id, &e));
    assert_string_equal(e.text, "there is no user '4294967295'");
    assert_true(identity_user_exists("root", NULL));
    assert_false(identity_user_exists("wbe", NULL));
    assert_true(identity_group_exists("root", NULL));
    assert_false(identity_group_exists("-1", NULL));
}

static void owners_are_read_as_chown_reads_them(void **state)
{
    struct error e;
    uid_t uid;
    gid_t gid;

    (void)state;
    assert_true(identity_owner("root", &uid, &gid, &e));
    assert_int_equal(uid, 0);
    assert_int_equal(gid, (gid_t)-1);
    assert_true(identity_owner("12:34", &uid, &gid, &e));
    assert_int_equal(uid, 12);
    assert_int_equal(gid, 34);
    assert_true(identity_owner(":root", &uid, &gid, &e));
    assert_int_equal(uid, (uid_t)-1);
    assert_int_equal(gid, 0);
    assert_false(identity_owner("root:wheels", &uid, &gid, &e));
    assert_string_equal(e.text, "there is no group 'wheels'");
    assert_false(identity_owner(":", &uid, &gid, &e));
    assert_string_equal(e.text, "':' names no owner: write USER or USER:GROUP");
}

/* The answer for `id`, whom a copy of us becomes first if we are root. */
static bool is_ours(const struct identity *id, const struct identity *become)
{
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(geteuid() == 0 && !identity_become(become, NULL) ? 2 : identity_is_ours(id));
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_in_range(WEXITSTATUS(status), 0, 1);
    return WEXITSTATUS(status) == 1;
}

static void an_identity_is_ours_if_nothing_is_to_be_become(void **state)
{
    gid_t groups[] = { 71, 72 };
    bool root = geteuid() == 0;
    struct identity us = { .uid = root ? 71 : geteuid(), .gid = root ? 71 : getegid(), .groups = groups };
    struct identity other = us;

    (void)state;
    us.group_count = root ? 2 : 0;
    assert_true(is_ours(&us, &us));
    other.group_count = 0;
    assert_true(is_ours(&other, &us));
    other.uid++;
    assert_false(is_ours(&other, &us));
    other = us;
    other.gid++;
    assert_false(is_ours(&other, &us));
    other = us;
    other.groups = (gid_t[]){ 2147483647 };
    other.group_count = 1;
    assert_false(is_ours(&other, &us));
}

static void nobody_is_root_without_more_ado(void **state)
{
    struct identity root = { 0 };

    (void)state;
    assert_false(identity_is_ours(&root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_brings_the_whole_entry),
        cmocka_unit_test(a_number_finds_its_entry),
        cmocka_unit_test(a_number_without_an_entry_needs_a_group),
        cmocka_unit_test(nobody_named_is_ourselves),
        cmocka_unit_test(groups_are_those_that_are_named),
        cmocka_unit_test(who_does_not_exist_is_named),
        cmocka_unit_test(owners_are_read_as_chown_reads_them),
        cmocka_unit_test(an_identity_is_ours_if_nothing_is_to_be_become),
        cmocka_unit_test(nobody_is_root_without_more_ado),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
