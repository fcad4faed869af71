/* The cache says what the user database says. That it need not wait for it is seen by e2e/start/user_database.sh. */
#include "os/user_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static struct loop *loop;

static int with_threads(void **state)
{
    (void)state;
    loop = loop_new();
    user_cache_open(loop);
    return 0;
}

static int forget(void **state)
{
    (void)state;
    user_cache_close();
    loop_free(loop);
    loop = NULL;
    return 0;
}

/* Twice: asked, and remembered. */
static void assert_as_identity(const char *user, const char *group, const char *const *groups, size_t count)
{
    struct identity expected, id;

    assert_true(identity_find(user, group, groups, count, &expected, NULL));
    for (int i = 0; i < 2; i++) {
        assert_true(user_cache_find(user, group, groups, count, &id, NULL));
        assert_int_equal(id.uid, expected.uid);
        assert_int_equal(id.gid, expected.gid);
        assert_int_equal(id.group_count, expected.group_count);
        assert_memory_equal(id.groups, expected.groups, id.group_count * sizeof *id.groups);
        assert_true(id.name == expected.name || strcmp(id.name, expected.name) == 0);
        assert_true(id.home == expected.home || strcmp(id.home, expected.home) == 0);
        identity_free(&id);
    }
    identity_free(&expected);
}

static void assert_as_owner(const char *owner)
{
    uid_t expected_uid, uid;
    gid_t expected_gid, gid;
    struct error expected, e;
    bool good = identity_owner(owner, &expected_uid, &expected_gid, &expected);

    for (int i = 0; i < 2; i++) {
        errno = -1;
        assert_int_equal(user_cache_owner(owner, &uid, &gid, &e), good);
        assert_int_equal(uid, good ? expected_uid : (uid_t)-1);
        assert_int_equal(gid, good ? expected_gid : (gid_t)-1);
        if (good)
            continue;
        assert_int_equal(errno, 0);
        assert_string_equal(e.text, expected.text);
    }
}

static void it_says_who_an_owner_is(void **state)
{
    (void)state;
    assert_as_owner("root");
    assert_as_owner("root:daemon");
    assert_as_owner(":daemon");
    assert_as_owner("daemon:");
    assert_as_owner("3999999:root");
    assert_as_owner("nobody_is_called_so:root");
    assert_as_owner("root:nobody_is_called_so");
    assert_as_owner(":");
}

static void it_says_what_the_database_says(void **state)
{
    const char *const groups[] = { "root", "3999999" };

    (void)state;
    assert_as_identity("root", NULL, NULL, 0);
    assert_as_identity("root", "1", NULL, 0);
    assert_as_identity("root", "1", groups, 2);
    assert_as_identity("root", "1", groups, 1);
    assert_as_identity("root", "1", groups, 0);
    assert_as_identity("root", NULL, groups, 0);
    assert_as_identity("3999999", "1", NULL, 0);
    assert_as_identity(NULL, NULL, NULL, 0);
    assert_as_identity("root", NULL, NULL, 0);
}

static void who_is_unknown_stays_so(void **state)
{
    struct identity id;
    struct error e;

    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_false(user_cache_find("wbe", NULL, NULL, 0, &id, &e));
        assert_string_equal(e.text, "there is no user 'wbe'");
    }
}

/* As many as come with a hundred reloads. */
static void it_does_not_grow_for_ever(void **state)
{
    char user[16];
    struct identity id;

    (void)state;
    for (int i = 0; i < 2500; i++) {
        snprintf(user, sizeof user, "%d", 3000000 + i);
        assert_true(user_cache_find(user, "1", NULL, 0, &id, NULL));
        assert_int_equal(id.uid, 3000000 + i);
        identity_free(&id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(it_says_what_the_database_says, forget),
        cmocka_unit_test_setup_teardown(it_says_what_the_database_says, with_threads, forget),
        cmocka_unit_test_teardown(it_says_who_an_owner_is, forget),
        cmocka_unit_test_setup_teardown(it_says_who_an_owner_is, with_threads, forget),
        cmocka_unit_test_setup_teardown(who_is_unknown_stays_so, with_threads, forget),
        cmocka_unit_test_setup_teardown(it_does_not_grow_for_ever, with_threads, forget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
