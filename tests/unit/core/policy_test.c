#include "core/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

static struct program *a_program(void)
{
    return program_new("web", "supervisor.lua", 1, NULL);
}

static struct run_end ran(msec uptime, int code)
{
    return (struct run_end){ .was_running = true, .code = code, .uptime = uptime };
}

static struct run_end failed_start(int code)
{
    return (struct run_end){ .code = code };
}

static struct verdict decide(struct program *p, struct policy_memory *m, struct run_end end)
{
    return policy_decide(p, m, &end, 0.5);
}

static void failed_starts_wait_longer_and_longer(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->startretries = 3;
    assert_int_equal(decide(p, &m, failed_start(0)).delay, 500);
    assert_int_equal(decide(p, &m, failed_start(0)).delay, 1000);
    assert_int_equal(decide(p, &m, failed_start(0)).delay, 2000);
    program_free(p);
}

static void one_failed_start_too_many_is_fatal(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };
    struct verdict v;

    (void)state;
    program_own(p)->startretries = 2;
    assert_int_equal(decide(p, &m, failed_start(1)).kind, VERDICT_RESTART);
    assert_int_equal(decide(p, &m, failed_start(1)).kind, VERDICT_RESTART);
    v = decide(p, &m, failed_start(1));
    assert_int_equal(v.kind, VERDICT_GIVE_UP);
    assert_string_equal(v.text, "3 failed starts");
    program_free(p);
}

static void becoming_ready_forgets_failed_starts(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->startretries = 1;
    decide(p, &m, failed_start(1));
    policy_ready(&m);
    assert_int_equal(decide(p, &m, failed_start(1)).kind, VERDICT_RESTART);
    program_free(p);
}

static void no_retries_means_one_start(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->startretries = 0;
    assert_string_equal(decide(p, &m, failed_start(1)).text, "1 failed start");
    program_free(p);
}

static void an_unexpected_end_restarts_and_an_expected_one_does_not(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    assert_int_equal(decide(p, &m, ran(60000, 0)).kind, VERDICT_LEAVE);
    assert_int_equal(decide(p, &m, ran(60000, 1)).kind, VERDICT_RESTART);
    assert_int_equal(decide(p, &m, ran(60000, -1)).kind, VERDICT_RESTART);
    program_free(p);
}

static void always_and_never_do_not_ask_for_the_code(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    assert_int_equal(decide(p, &m, ran(60000, 0)).kind, VERDICT_RESTART);
    program_own(p)->autorestart = AUTORESTART_NEVER;
    assert_int_equal(decide(p, &m, ran(60000, 1)).kind, VERDICT_LEAVE);
    assert_int_equal(decide(p, &m, ran(60000, -1)).kind, VERDICT_LEAVE);
    program_free(p);
}

static void never_still_retries_a_failed_start(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->autorestart = AUTORESTART_NEVER;
    assert_int_equal(decide(p, &m, failed_start(0)).kind, VERDICT_RESTART);
    program_free(p);
}

static void a_stable_run_restarts_at_once_and_resets_the_backoff(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    assert_int_equal(decide(p, &m, ran(1000, 1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(1000, 1)).delay, 500);
    assert_int_equal(decide(p, &m, ran(1000, 1)).delay, 1000);
    assert_int_equal(decide(p, &m, ran(p->common->stable, 1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(1000, 1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(1000, 1)).delay, 500);
    program_free(p);
}

static void an_expected_end_of_a_short_run_waits_without_growing(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    for (int i = 0; i < 5; i++)
        assert_int_equal(decide(p, &m, ran(1000, 0)).delay, 500);
    program_free(p);
}

static void a_backoff_of_zero_waits_for_nothing(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    program_own(p)->backoff = (struct backoff){ .factor = 1 };
    assert_int_equal(decide(p, &m, failed_start(1)).delay, 0);
    assert_int_equal(decide(p, &m, failed_start(1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(10, 1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(10, 1)).delay, 0);
    assert_int_equal(decide(p, &m, ran(10, 0)).delay, 0);
    program_free(p);
}

static void the_delay_has_a_ceiling(void **state)
{
    struct backoff b = { .first = 500, .max = 30000, .factor = 2 };

    (void)state;
    assert_int_equal(backoff_delay(&b, 6, 0.5), 16000);
    assert_int_equal(backoff_delay(&b, 7, 0.5), 30000);
    assert_int_equal(backoff_delay(&b, INT_MAX, 0.5), 30000);
}

static void nothing_grows_from_nothing(void **state)
{
    struct backoff b = { .first = 0, .max = 30000, .factor = 2, .jitter = 0.1 };

    (void)state;
    assert_int_equal(backoff_delay(&b, 1, 0.5), 0);
    assert_int_equal(backoff_delay(&b, INT_MAX, 0.5), 0); /* the factor's power is infinite */
}

static void jitter_moves_the_delay_both_ways(void **state)
{
    struct backoff b = { .first = 1000, .max = 30000, .factor = 2, .jitter = 0.1 };

    (void)state;
    assert_int_equal(backoff_delay(&b, 1, 0), 900);
    assert_int_equal(backoff_delay(&b, 1, 0.5), 1000);
    assert_int_equal(backoff_delay(&b, 1, 0.9999999), 1100);
    assert_int_equal(backoff_delay(&b, 20, 0.9999999), 30000); /* but never past the ceiling */
    assert_int_equal(backoff_delay(&b, 20, 0), 27000);
}

static void a_oneshot_is_done_when_it_ends_well_at_any_time(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->oneshot = true;
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    assert_int_equal(decide(p, &m, failed_start(0)).kind, VERDICT_LEAVE);
    assert_int_equal(decide(p, &m, ran(99999, 0)).kind, VERDICT_LEAVE);
    assert_int_equal(decide(p, &m, ran(99999, 1)).kind, VERDICT_RESTART);
    program_own(p)->autorestart = AUTORESTART_NEVER;
    assert_int_equal(decide(p, &m, ran(1, 1)).kind, VERDICT_LEAVE);
    program_free(p);
}

static void what_else_a_oneshot_expects_follows_the_policy(void **state)
{
    struct program *p = a_program();
    struct policy_memory m = { 0 };

    (void)state;
    program_own(p)->oneshot = true;
    program_own(p)->exitcodes.number[0] = 3;
    assert_true(policy_expected(p, 3));
    assert_true(policy_expected(p, 0)); /* though the list does not name it */
    assert_int_equal(decide(p, &m, ran(1, 3)).kind, VERDICT_LEAVE);
    assert_int_equal(decide(p, &m, ran(1, 4)).kind, VERDICT_RESTART);
    program_own(p)->autorestart = AUTORESTART_ALWAYS;
    assert_int_equal(decide(p, &m, ran(1, 3)).kind, VERDICT_RESTART);
    program_free(p);
}

static void more_than_the_limit_within_the_interval_is_refused(void **state)
{
    struct respawns *r = NULL;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_true(respawns_allow(&r, 3, 1000, 100 + i));
    assert_false(respawns_allow(&r, 3, 1000, 1099));
    assert_true(respawns_allow(&r, 3, 1000, 1100)); /* the first one is a whole interval ago */
    assert_false(respawns_allow(&r, 3, 1000, 1100));
    respawns_clear(&r);
    assert_true(respawns_allow(&r, 3, 1000, 1100));
    respawns_clear(&r);
}

static void a_limit_costs_no_more_than_there_were_restarts(void **state)
{
    const int limit = INT_MAX / 2;
    struct respawns *r = NULL;

    (void)state;
    for (int i = 0; i < 10; i++)
        assert_true(respawns_allow(&r, limit, 1000, i));
    assert_true(malloc_usable_size(r) < 1000);
    respawns_clear(&r);
}

static void many_restarts_are_counted_right(void **state)
{
    struct respawns *r = NULL;

    (void)state;
    for (int turn = 0; turn < 3; turn++) {
        for (int i = 0; i < 37; i++)
            assert_true(respawns_allow(&r, 37, 1000, 1000 * turn + i));
        assert_false(respawns_allow(&r, 37, 1000, 1000 * turn + 999));
    }
    respawns_clear(&r);
}

/* Of six, when there were four, and when the ring has gone round. */
static void restarts_are_counted_over_an_upgrade(void **state)
{
    (void)state;
    for (int count = 4; count <= 9; count += 5) {
        struct respawns *before = NULL, *after = NULL;
        struct buffer packed = { 0 };
        struct unpack u;
        int i = 1;

        for (; i <= count; i++)
            assert_true(respawns_allow(&before, 6, 600, 100 * i));
        respawns_pack(before, &packed);
        assert_true(unpack_begin(&u, packed.data, packed.length));
        respawns_unpack(&after, &u);
        for (; i <= 6; i++)
            assert_true(respawns_allow(&after, 6, 600, 100 * i));
        for (int more = 0; more < 3; more++, i++) {
            assert_false(respawns_allow(&after, 6, 600, 100 * i - 1));
            assert_true(respawns_allow(&after, 6, 600, 100 * i));
        }
        respawns_clear(&before);
        respawns_clear(&after);
        buffer_free(&packed);
    }
}

static void a_limit_of_zero_refuses_and_none_allows(void **state)
{
    struct respawns *r = NULL;

    (void)state;
    assert_false(respawns_allow(&r, 0, 1000, 0));
    for (int i = 0; i < 1000; i++)
        assert_true(respawns_allow(&r, -1, 1000, 0));
    respawns_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_starts_wait_longer_and_longer),
        cmocka_unit_test(one_failed_start_too_many_is_fatal),
        cmocka_unit_test(becoming_ready_forgets_failed_starts),
        cmocka_unit_test(no_retries_means_one_start),
        cmocka_unit_test(an_unexpected_end_restarts_and_an_expected_one_does_not),
        cmocka_unit_test(always_and_never_do_not_ask_for_the_code),
        cmocka_unit_test(never_still_retries_a_failed_start),
        cmocka_unit_test(a_stable_run_restarts_at_once_and_resets_the_backoff),
        cmocka_unit_test(an_expected_end_of_a_short_run_waits_without_growing),
        cmocka_unit_test(a_backoff_of_zero_waits_for_nothing),
        cmocka_unit_test(the_delay_has_a_ceiling),
        cmocka_unit_test(nothing_grows_from_nothing),
        cmocka_unit_test(jitter_moves_the_delay_both_ways),
        cmocka_unit_test(a_oneshot_is_done_when_it_ends_well_at_any_time),
        cmocka_unit_test(what_else_a_oneshot_expects_follows_the_policy),
        cmocka_unit_test(more_than_the_limit_within_the_interval_is_refused),
        cmocka_unit_test(a_limit_of_zero_refuses_and_none_allows),
        cmocka_unit_test(a_limit_costs_no_more_than_there_were_restarts),
        cmocka_unit_test(many_restarts_are_counted_right),
        cmocka_unit_test(restarts_are_counted_over_an_upgrade),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
