#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/plans.h"

static int scripts_freed;

static void free_script(void *script)
{
    scripts_freed += *(int *)script;
}

static void a_plan_lives_as_long_as_somebody_holds_it(void **state)
{
    struct plan *plan = plan_new();
    int script = 1;

    (void)state;
    plan->script = &script;
    plan->free_script = free_script;
    plan_release(plan_hold(plan));
    assert_int_equal(scripts_freed, 0);
    plan_release(plan);
    assert_int_equal(scripts_freed, 1);
    plan_release(NULL);
}

static void programs_are_found_by_name_and_keep_their_order(void **state)
{
    struct plan *plan = plan_new();
    char name[16];

    (void)state;
    assert_null(plan_find(plan, "p0"));
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "p%u", i);
        add_program(plan, name, "{}");
    }
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "p%u", i);
        assert_ptr_equal(plan_find(plan, name), plan->programs[i]);
        assert_int_equal(plan->programs[i]->position, i);
    }
    assert_null(plan_find(plan, "p1000"));
    plan_release(plan);
}

static void the_same_name_twice_is_a_problem(void **state)
{
    struct plan *plan = plan_new();
    struct problems problems = { 0 };
    struct words none = { 0 };

    (void)state;
    add_program(plan, "web", "{}");
    assert_false(plan_add(plan, program_new("web", "q.lua", 8, NULL), &problems));
    assert_int_equal(plan->program_count, 1);
    add_group(plan, "g", "web", "web");
    assert_false(plan_add_group(plan, "g", &none, "q.lua", 9, &problems));
    assert_false(plan_add_group(plan, "@", &none, "q.lua", 10, &problems));
    assert_problems(&problems,
                    "q.lua:8: program 'web' is already declared at p.lua:3\n"
                    "q.lua:9: group 'g' is already declared at g.lua:9\n"
                    "q.lua:10: group '@': a name has 1 to 64 letters, digits and _ . - and does not begin with -\n");
    plan_release(plan);
}

static void groups_are_found_by_name(void **state)
{
    struct plan *plan = plan_new();

    (void)state;
    add_group(plan, "backend", "db", "api");
    assert_string_equal(plan_find_group(plan, "backend")->programs.word[1], "api");
    assert_null(plan_find_group(plan, "frontend"));
    plan_release(plan);
}

static void later_settings_of_the_supervisor_win_one_by_one(void **state)
{
    struct plan *plan = plan_new();

    (void)state;
    say(plan, "{'umask':'022','pidfile':'a','control':false,'defaults':{}}");
    assert_true(plan->settings.control_off);
    say(plan, "{'pidfile':'b','control':['unix:/a','unix:/b']}");
    assert_int_equal(plan->settings.umask, 022);
    assert_string_equal(plan->settings.pidfile, "b");
    assert_int_equal(plan->settings.control.count, 2);
    assert_false(plan->settings.control_off);
    plan_release(plan);
}

static void problems_of_the_supervisor_name_it(void **state)
{
    struct plan *plan = plan_new();
    struct problems problems = { 0 };
    struct value v = value_of("{'defualts':{},'umask':9}");

    (void)state;
    plan_read_settings(plan, v.table,
                       &(struct record_source){ "supervisor", NULL, "s.lua", 1, line_of, NULL, &problems });
    assert_problems(&problems, "s.lua:108: supervisor: unknown setting 'defualts', did you mean 'defaults'?\n"
                               "s.lua:105: supervisor: 'umask': '9' is not octal: write digits from 0 to 7, such as "
                               "\"022\"\n");
    value_clear(&v);
    plan_release(plan);
}

/* What the checks say of a supervisor with these settings and the program "web". */
static void assert_check(const char *settings, const char *expected)
{
    struct plan *plan = plan_new();
    struct problems problems = { 0 };

    add_program(plan, "web", "{}");
    say(plan, settings);
    plan_check(plan, &problems);
    plan_check_people(plan, &problems);
    assert_problems(&problems, expected);
    plan_release(plan);
}

static void a_group_names_programs_that_exist(void **state)
{
    struct plan *plan = plan_new();
    struct problems problems = { 0 };

    (void)state;
    add_program(plan, "web", "{}");
    add_program(plan, "db", "{}");
    add_group(plan, "good", "db", "web");
    add_group(plan, "bad", "wbe", "else");
    plan_check(plan, &problems);
    assert_problems(&problems, "g.lua:9: group 'bad': there is no program 'wbe', did you mean 'web'?\n"
                               "g.lua:9: group 'bad': there is no program 'else'\n");
    plan_release(plan);
}

static void the_pool_is_a_program_that_exists(void **state)
{
    (void)state;
    assert_check("{'pool':'web'}", "");
    assert_check("{'pool':'wed'}", "s.lua:104: supervisor: 'pool': there is no program 'wed', did you mean 'web'?\n");
}

static void an_open_port_needs_a_password(void **state)
{
    (void)state;
    assert_check("{'control':['unix:/run/r.sock','/run/s.sock']}", "");
    assert_check("{'control':'tcp:127.0.0.1:1','open':true}", "");
    assert_check("{'control':'tcp:0.0.0.0:1','password':'x'}", "");
    assert_check("{'control':'tcp:0.0.0.0:1','password_file':'x'}", "");
    assert_check("{'control':'tcp:127.0.0.1:1'}",
                 "s.lua:107: supervisor: 'control': tcp:127.0.0.1:1 can be used by every user of this machine: give a "
                 "password, or say open = true\n");
    assert_check("{'control':['tcp:0.0.0.0:1','tcp:[::]:2'],'open':true}",
                 "s.lua:107: supervisor: 'control': tcp:0.0.0.0:1 can be reached from other machines: give a password, "
                 "or listen on the loopback\n"
                 "s.lua:107: supervisor: 'control': tcp:[::]:2 can be reached from other machines: give a password, "
                 "or listen on the loopback\n");
    assert_check("{'control':'udp:127.0.0.1:1','open':true}",
                 "s.lua:107: supervisor: 'control': udp:127.0.0.1:1: the control port speaks tcp: and unix: only\n");
}

static void an_address_that_is_none_is_a_problem(void **state)
{
    struct plan *plan = plan_new();
    struct problems problems = { 0 };

    (void)state;
    say(plan, "{'control':'tcp:nowhere'}");
    plan_check(plan, &problems);
    assert_int_equal(problems.count, 1);
    assert_non_null(strstr(problems.item[0].text, "supervisor: 'control': "));
    problems_free(&problems);
    plan_release(plan);
}

static void users_of_the_supervisor_exist(void **state)
{
    (void)state;
    assert_check("{'user':'root','control_owner':'root:root'}", "");
    assert_check("{'password':'two\\nlines'}",
                 "s.lua:108: supervisor: 'password': it must be one line: the verb auth takes the rest of its line\n");
    assert_check("{'user':'nob0dy','control_owner':':gr0up','password':'x','password_file':'y'}",
                 "s.lua:113: supervisor: 'password_file': 'password' and 'password_file' exclude each other: keep one\n"
                 "s.lua:104: supervisor: 'user': there is no user 'nob0dy'\n"
                 "s.lua:113: supervisor: 'control_owner': there is no group 'gr0up'\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_lives_as_long_as_somebody_holds_it),
        cmocka_unit_test(programs_are_found_by_name_and_keep_their_order),
        cmocka_unit_test(the_same_name_twice_is_a_problem),
        cmocka_unit_test(groups_are_found_by_name),
        cmocka_unit_test(later_settings_of_the_supervisor_win_one_by_one),
        cmocka_unit_test(problems_of_the_supervisor_name_it),
        cmocka_unit_test(a_group_names_programs_that_exist),
        cmocka_unit_test(the_pool_is_a_program_that_exists),
        cmocka_unit_test(an_open_port_needs_a_password),
        cmocka_unit_test(an_address_that_is_none_is_a_problem),
        cmocka_unit_test(users_of_the_supervisor_exist),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
