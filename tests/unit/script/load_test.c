#include "script/state.h"
#include "unit/script/helper.h"

static void a_program_becomes_a_record(void **state)
{
    struct plan *plan = load_good("program \"web\" {\n  cmd = \"/bin/sleep 1\", numprocs = 3, autostart = false,\n"
                                  "  env = { A = \"x\", B = 2 }, stoptime = 2.5,\n}\n");
    const struct program *p = plan_find(plan, "web");

    (void)state;
    assert_int_equal(plan->program_count, 1);
    assert_string_equal(p->cmd.word[0], "/bin/sleep");
    assert_int_equal(p->common->numprocs, 3);
    assert_false(p->common->autostart);
    assert_int_equal(p->common->stoptime, 2500);
    assert_string_equal(p->env.word[1], "B=2");
    assert_string_equal(p->file, "t.lua");
    assert_int_equal(p->line, 1);
    plan_release(plan);
}

static void both_ways_to_call_program_are_understood(void **state)
{
    struct plan *plan = load_good("program(\"a\", { cmd = \"x\" })\nprogram \"b\" { cmd = \"y\" }");

    (void)state;
    assert_int_equal(plan->program_count, 2);
    plan_release(plan);
}

static void programs_can_be_made_in_loops_from_one_table(void **state)
{
    struct plan *plan = load_good("local t = { cmd = \"x\" }\n"
                                  "for i = 1, 3 do t.numprocs = i; program(\"w\" .. i)(t) end");

    (void)state;
    assert_int_equal(plan_find(plan, "w1")->common->numprocs, 1);
    assert_int_equal(plan_find(plan, "w3")->common->numprocs, 3);
    plan_release(plan);
}

static void defaults_apply_to_all_programs_wherever_they_stand(void **state)
{
    struct plan *plan = load_good("program \"a\" { cmd = \"x\" }\n"
                                  "supervisor { defaults = { startretries = 7, stoptime = 1 } }\n"
                                  "supervisor { defaults = { stoptime = 2 } }\n"
                                  "program \"b\" { cmd = \"x\", startretries = 1 }");

    (void)state;
    assert_int_equal(plan_find(plan, "a")->common->startretries, 7);
    assert_int_equal(plan_find(plan, "b")->common->startretries, 1);
    assert_int_equal(plan_find(plan, "a")->common->stoptime, 2000);
    plan_release(plan);
}

static void several_supervisor_calls_merge_key_by_key(void **state)
{
    struct plan *plan = load_good("supervisor { name = \"one\", umask = \"077\" }\nsupervisor { name = \"two\" }");

    (void)state;
    assert_string_equal(plan->settings.name, "two");
    assert_int_equal(plan->settings.umask, 077);
    plan_release(plan);
}

static void groups_name_programs(void **state)
{
    struct plan *plan = load_good("group \"g\" { \"a\", \"b\" }\n"
                                  "program \"a\" { cmd = \"x\" }\nprogram \"b\" { cmd = \"x\" }");

    (void)state;
    assert_int_equal(plan_find_group(plan, "g")->programs.count, 2);
    plan_release(plan);
}

static void a_configuration_without_functions_keeps_no_lua(void **state)
{
    struct plan *without = load_good("program \"a\" { cmd = \"x\" }");
    struct plan *with = load_good("program \"a\" { cmd = \"x\", on_exit = function() end }");
    struct plan *listening = load_good("on(\"exit\", function() end)");

    (void)state;
    assert_null(without->script);
    assert_non_null(with->script);
    assert_non_null(listening->script);
    plan_release(without);
    plan_release(with);
    plan_release(listening);
}

static void functions_of_living_generations_have_different_numbers(void **state)
{
    const char *text = "local f = function() end\nprogram \"a\" { cmd = \"x\", on_exit = f, on_start = f }";
    struct plan *first = load_good(text);
    struct plan *second = load_good(text);
    int one = program_function(plan_find(first, "a"), "on_exit")->reference;
    int two = program_function(plan_find(second, "a"), "on_exit")->reference;

    (void)state;
    assert_int_not_equal(one, two);
    assert_int_equal(one, program_function(plan_find(first, "a"), "on_start")->reference);
    assert_ptr_equal(script_owner(one), first->script);
    assert_ptr_equal(script_owner(two), second->script);
    plan_release(first);
    assert_null(script_owner(one));
    assert_ptr_equal(script_owner(two), second->script);
    plan_release(second);
}

static uint64_t code_of(const char *text)
{
    struct plan *plan = load_good(text);
    uint64_t code = program_function(plan_find(plan, "a"), "on_exit")->code;

    plan_release(plan);
    return code;
}

static void a_function_is_known_by_its_code_not_by_its_place(void **state)
{
    uint64_t code = code_of("program \"a\" { cmd = \"x\", on_exit = function(p) return p.name end }");

    (void)state;
    assert_true(code == code_of("\n\nprogram \"a\" { cmd = \"x\",\n  on_exit = function(q) return q.name end }"));
    assert_false(code == code_of("program \"a\" { cmd = \"x\", on_exit = function(p) return p.pid end }"));
}

static void a_function_prints_as_its_place(void **state)
{
    struct plan *plan = load_good("program \"a\" {\n  cmd = \"x\",\n  on_exit = function() end,\n}");

    (void)state;
    assert_string_equal(program_function(plan_find(plan, "a"), "on_exit")->where, "t.lua:3");
    plan_release(plan);
}

static void a_first_line_for_the_shell_and_a_byte_order_mark_are_skipped(void **state)
{
    (void)state;
    assert_loads("#!/usr/bin/env reeve\nprogram \"a\" { cmd = \"x\" }");
    assert_loads("\xef\xbb\xbfprogram \"a\" { cmd = \"x\" }");
    assert_refused("#!/usr/bin/env reeve\nprogram \"a\" { cmd = \"x\", numproc = 1 }",
                   "t.lua:2: program 'a': unknown setting 'numproc', did you mean 'numprocs'?\n");
}

static void five_thousand_programs_load(void **state)
{
    struct plan *plan = load_good("for i = 1, 5000 do\n  program(\"w\" .. i) { cmd = \"/bin/sleep \" .. i }\nend");

    (void)state;
    assert_int_equal(plan->program_count, 5000);
    plan_release(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_becomes_a_record),
        cmocka_unit_test(both_ways_to_call_program_are_understood),
        cmocka_unit_test(programs_can_be_made_in_loops_from_one_table),
        cmocka_unit_test(defaults_apply_to_all_programs_wherever_they_stand),
        cmocka_unit_test(several_supervisor_calls_merge_key_by_key),
        cmocka_unit_test(groups_name_programs),
        cmocka_unit_test(a_configuration_without_functions_keeps_no_lua),
        cmocka_unit_test(functions_of_living_generations_have_different_numbers),
        cmocka_unit_test(a_function_is_known_by_its_code_not_by_its_place),
        cmocka_unit_test(a_function_prints_as_its_place),
        cmocka_unit_test(a_first_line_for_the_shell_and_a_byte_order_mark_are_skipped),
        cmocka_unit_test(five_thousand_programs_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
