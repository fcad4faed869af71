#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/plans.h"

/* "changed restart count: a b", or the like, for a program that was `before` and is `after`. */
static void assert_change(const char *before, const char *after, const char *expected)
{
    struct plan *old = plan_new(), *new = plan_new();
    struct plan_comparison c;
    struct buffer out = { 0 };

    add_program(old, "a", before);
    add_program(new, "a", after);
    plan_compare(old, new, &c);
    assert_int_equal(c.count, 1);
    assert_ptr_equal(c.difference[0].before, old->programs[0]);
    assert_ptr_equal(c.difference[0].after, new->programs[0]);
    buffer_addf(&out, "%s%s%s", plan_change_name(c.difference[0].change), c.difference[0].restart ? " restart" : "",
                c.difference[0].count ? " count" : "");
    for (size_t i = 0; i < c.difference[0].settings.count; i++)
        buffer_addf(&out, " %s", c.difference[0].settings.word[i]);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    plan_comparison_free(&c);
    plan_release(old);
    plan_release(new);
}

static void what_is_the_same_is_kept(void **state)
{
    (void)state;
    assert_change("{}", "{}", "kept");
    assert_change("{'cmd':'a b','stoptime':10}", "{'cmd':['a','b'],'stoptime':'10s'}", "kept");
}

static void a_change_tells_what_it_needs(void **state)
{
    (void)state;
    assert_change("{}", "{'stoptime':3,'autorestart':true}", "changed autorestart stoptime");
    assert_change("{}", "{'priority':3,'stdin':'x'}", "changed stdin priority");
    assert_change("{}", "{'numprocs':3}", "changed count numprocs");
    assert_change("{}", "{'cmd':'x','numprocs':3,'stable':1}", "changed restart count cmd numprocs stable");
    assert_change("{'stdout':{'ring':1}}", "{'stdout':{'ring':2}}", "changed stdout");
}

static void everything_that_the_child_sees_needs_a_restart(void **state)
{
    static const char *const settings[] = {
        "{'cmd':'x'}",        "{'shell':true}",        "{'user':'x'}",        "{'group':'x'}",    "{'groups':[]}",
        "{'workingdir':'x'}", "{'umask':'022'}",       "{'env':{'A':1}}",     "{'env_file':'x'}", "{'clear_env':true}",
        "{'stdout':'x'}",     "{'stderr':'x'}",        "{'limits':{'as':1}}", "{'nice':0}",       "{'oom_score_adj':0}",
        "{'deathsig':false}", "{'no_new_privs':true}",
    };
    struct plan *old = plan_new();

    (void)state;
    add_program(old, "a", "{}");
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        struct plan *new = plan_new();
        struct plan_comparison c;

        add_program(new, "a", settings[i]);
        plan_compare(old, new, &c);
        assert_int_equal(c.difference[0].settings.count, 1);
        assert_true(c.difference[0].restart);
        plan_comparison_free(&c);
        plan_release(new);
    }
    plan_release(old);
}

static void an_edited_hook_changes_nothing(void **state)
{
    (void)state;
    assert_change("{'on_exit':{'function':'f:1'}}", "{'on_exit':{'function':'f:2'}}", "kept");
    assert_change("{}", "{'on_exit':{'function':'f:2'},'before_start':{'function':'f:3'}}", "kept");
    assert_change("{'cmd':{'function':'f:1'}}", "{'cmd':{'function':'f:2'}}", "kept");
}

static void a_body_with_other_code_is_a_change(void **state)
{
    (void)state;
    assert_change("{'run':{'function':'f:1','code':8}}", "{'run':{'function':'f:2','code':8}}", "kept");
    assert_change("{'run':{'function':'f:1','code':8}}", "{'run':{'function':'f:1','code':9}}", "changed restart run");
    assert_change("{'run':{'function':'f:1'}}", "{'cmd':'x'}", "changed restart cmd run");
}

static void a_function_in_the_place_of_a_value_is_a_change(void **state)
{
    (void)state;
    assert_change("{'cmd':'x'}", "{'cmd':{'function':'f:2'}}", "changed restart cmd");
    assert_change("{'autorestart':{'function':'f:2'}}", "{}", "changed autorestart");
}

static void programs_come_and_go_whatever_their_order(void **state)
{
    struct plan *old = plan_new(), *new = plan_new();
    struct plan_comparison c;

    (void)state;
    add_program(old, "a", "{}");
    add_program(old, "b", "{}");
    add_program(old, "c", "{}");
    add_program(new, "d", "{}");
    add_program(new, "c", "{}");
    add_program(new, "a", "{}");
    plan_compare(old, new, &c);
    assert_int_equal(c.count, 4);
    assert_string_equal(c.difference[0].name, "d");
    assert_int_equal(c.difference[0].change, PLAN_ADDED);
    assert_null(c.difference[0].before);
    assert_int_equal(c.difference[1].change, PLAN_KEPT);
    assert_int_equal(c.difference[2].change, PLAN_KEPT);
    assert_string_equal(c.difference[3].name, "b");
    assert_int_equal(c.difference[3].change, PLAN_REMOVED);
    assert_null(c.difference[3].after);
    plan_comparison_free(&c);
    plan_release(old);
    plan_release(new);
}

static void the_environment_of_all_is_part_of_each(void **state)
{
    struct plan *old = plan_new(), *new = plan_new();
    struct plan_comparison c;

    (void)state;
    add_program(old, "a", "{}");
    add_program(new, "a", "{}");
    say(new, "{'env':{'A':1},'pidfile':'x'}");
    plan_compare(old, new, &c);
    assert_true(c.difference[0].restart);
    assert_string_equal(c.difference[0].settings.word[0], "supervisor.env");
    plan_comparison_free(&c);
    plan_release(old);
    plan_release(new);
}

static void empty_plans_do_not_differ(void **state)
{
    struct plan *plan = plan_new();
    struct plan_comparison c;

    (void)state;
    plan_compare(plan, plan, &c);
    assert_int_equal(c.count, 0);
    plan_comparison_free(&c);
    plan_release(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_the_same_is_kept),
        cmocka_unit_test(a_change_tells_what_it_needs),
        cmocka_unit_test(everything_that_the_child_sees_needs_a_restart),
        cmocka_unit_test(an_edited_hook_changes_nothing),
        cmocka_unit_test(a_body_with_other_code_is_a_change),
        cmocka_unit_test(a_function_in_the_place_of_a_value_is_a_change),
        cmocka_unit_test(programs_come_and_go_whatever_their_order),
        cmocka_unit_test(the_environment_of_all_is_part_of_each),
        cmocka_unit_test(empty_plans_do_not_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
