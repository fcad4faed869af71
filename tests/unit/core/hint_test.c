#include "core/hint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/text.h"
#include "plans.h"

static const char never_ran[] = "exec: '~/bin/app': No such file or directory";
static const char oneshot[] = "an end before it is RUNNING is a failed start; say oneshot = true of what does its work "
                              "and ends, forks = true of what goes into the background by itself";

static struct process_exit failed_start(int code)
{
    return (struct process_exit){ .code = code, .failed_start = true, .reason = "exited" };
}

static void assert_hint(const char *settings, struct process_exit end, const char *expected)
{
    struct program *p = a_program("web", settings);
    struct buffer out = { 0 };

    hint_write(p, &end, &out);
    assert_string_equal(out.length > 0 ? out.data : "", expected);
    buffer_free(&out);
    program_free(p);
}

static void what_only_a_shell_understands_is_pointed_at(void **state)
{
    static const char *const with[] = {
        "a && b", "a | b", "a &", "a > /tmp/b", "a 2>&1", "a $HOME", "a ${B}", "a ~/b"
    };
    static const char *const without[] = { "['a','-c','b && c']", "'a $x'", "'a ~'", "'a 1 2'", "'a 12'" };
    char settings[64];
    struct buffer out = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        struct process_exit end = failed_start(1);
        struct program *p;

        snprintf(settings, sizeof settings, "{'cmd':'%s'}", with[i]);
        p = a_program("web", settings);
        hint_write(p, &end, &out);
        assert_true(text_ends(out.data, " in cmd is a plain word; with shell = true /bin/sh takes the command"));
        buffer_free(&out);
        program_free(p);
    }
    for (size_t i = 0; i < sizeof without / sizeof *without; i++) {
        snprintf(settings, sizeof settings, "{'cmd':%s}", without[i]);
        assert_hint(settings, failed_start(1), "");
    }
    assert_hint("{'cmd':'a && b','shell':true}", failed_start(1), "");
    assert_hint("{'cmd':['a','&&']}", failed_start(1),
                "'&&' in cmd is a plain word; with shell = true /bin/sh takes the "
                "command");
    assert_hint("{'cmd':'a && b'}", (struct process_exit){ .expected = true, .reason = "exited with status 0" },
                "an expected end is left alone; with autorestart = true it is started again");
}

static void a_tilde_is_told_to_who_could_not_be_executed(void **state)
{
    struct process_exit end = failed_start(-1);

    (void)state;
    snprintf(end.reason, sizeof end.reason, "%s", never_ran);
    assert_hint("{'cmd':'~/bin/app'}", end,
                "'~/bin/app' in cmd is a plain word; with shell = true /bin/sh takes the command");
    assert_hint("{'cmd':'/bin/app'}", end, "");
}

static void work_that_is_done_too_soon_is_a_oneshot(void **state)
{
    (void)state;
    assert_hint("{'cmd':'true'}", failed_start(0), oneshot);
    assert_hint("{'cmd':'true'}", failed_start(1), "");
    assert_hint("{'cmd':'true','oneshot':true}", failed_start(0), "");
}

static void who_never_said_that_it_is_ready_is_told_how(void **state)
{
    struct process_exit end = failed_start(-1);

    (void)state;
    snprintf(end.reason, sizeof end.reason, "not ready within 60s");
    assert_hint("{'cmd':'a','ready':'notify'}", end, "ready = \"notify\" waits for READY=1 by sd_notify(3)");
    assert_hint("{'cmd':'a','ready':{'tcp':'127.0.0.1:1'}}", end, "");
}

static void what_a_heartbeat_is_is_told_to_who_has_none(void **state)
{
    struct process_exit end = { .code = -1, .reason = "no heartbeat for 10s" };

    (void)state;
    assert_hint("{'cmd':'a','watchdog':10}", end,
                "a heartbeat is WATCHDOG=1 by sd_notify(3), and worker:alive() of a worker");
}

static void what_a_shell_did_not_find_is_told(void **state)
{
    (void)state;
    assert_hint("{'cmd':'nope','shell':true}", failed_start(127),
                "a shell says by status 127 that it has not found a command");
}

static void an_expected_end_is_left_alone_by_default_only(void **state)
{
    struct process_exit end = { .expected = true, .reason = "exited with status 0" };

    (void)state;
    assert_hint("{'cmd':'a'}", end, "an expected end is left alone; with autorestart = true it is started again");
    assert_hint("{'cmd':'a','autorestart':true}", end, "");
    assert_hint("{'cmd':'a','oneshot':true}", end, "");
    end.stopped = true;
    assert_hint("{'cmd':'a'}", end, "");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_only_a_shell_understands_is_pointed_at),
        cmocka_unit_test(a_tilde_is_told_to_who_could_not_be_executed),
        cmocka_unit_test(work_that_is_done_too_soon_is_a_oneshot),
        cmocka_unit_test(who_never_said_that_it_is_ready_is_told_how),
        cmocka_unit_test(what_a_heartbeat_is_is_told_to_who_has_none),
        cmocka_unit_test(what_a_shell_did_not_find_is_told),
        cmocka_unit_test(an_expected_end_is_left_alone_by_default_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
