#include "core/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/plans.h"

#include <signal.h>

static struct record_source source(const struct program *p, struct problems *problems)
{
    return (struct record_source){ "program", p->name, p->file, p->line, line_of, NULL, problems };
}

/* What the checks say of such a program; "" is nothing. */
static void assert_check(const char *name, const char *settings, const char *expected)
{
    struct program *p = a_program(name, settings);
    struct problems problems = { 0 };
    struct record_source from = source(p, &problems);

    program_check(p, &from);
    program_check_people(p, &from);
    assert_problems(&problems, expected);
    program_free(p);
}

static void a_program_begins_with_the_defaults_of_the_file(void **state)
{
    struct program *defaults = a_program("defaults", "{'stoptime':3,'env':{'A':1},'on_exit':{'function':'f:1'}}");
    struct program *p = program_new("web", "w.lua", 7, defaults);

    (void)state;
    program_free(defaults);
    assert_string_equal(p->name, "web");
    assert_string_equal(p->file, "w.lua");
    assert_int_equal(p->line, 7);
    assert_int_equal(p->common->stoptime, 3000);
    assert_string_equal(p->env.word[0], "A=1");
    assert_string_equal(program_function(p, "on_exit")->where, "f:1");
    assert_null(program_function(p, "on_stop"));
    program_free(p);
    program_free(NULL);
}

/* `settings` of both; whether they keep what they have in common in one place once a plan has them. */
static bool share(const char *settings, const char *others)
{
    struct plan *plan = plan_new();
    bool shared;

    add_program(plan, "a", settings);
    add_program(plan, "b", others);
    shared = plan->programs[0]->common == plan->programs[1]->common;
    plan_release(plan);
    return shared;
}

static void programs_that_say_the_same_keep_it_in_one_place(void **state)
{
    (void)state;
    assert_true(share("{'cmd':'x'}", "{'cmd':'y','env':{'A':1}}"));
    assert_true(share("{'cmd':'x','stoptime':3,'exitcodes':[0,2]}", "{'cmd':'x','stoptime':3,'exitcodes':[0,2]}"));
    assert_true(share("{'cmd':'x','user':'root'}", "{'cmd':'x','user':'root'}"));
    assert_false(share("{'cmd':'x','user':'root'}", "{'cmd':'x','user':'daemon'}"));
    assert_false(share("{'cmd':'x','exitcodes':[0,2]}", "{'cmd':'x','exitcodes':[0,3]}"));
    assert_false(share("{'cmd':'x'}", "{'cmd':'x','stoptime':3}"));
}

static void who_changes_what_is_shared_leaves_the_others_alone(void **state)
{
    struct program *a = a_program("a", "{'cmd':'x','exitcodes':[0,2]}");
    struct program *b = program_new("b", "p.lua", 4, a);
    struct value five = value_of("5"), nothing = { 0 };

    (void)state;
    assert_ptr_equal(a->common, b->common);
    assert_true(setting_read(setting_find(&program_record, "stoptime"), b, &five, NULL));
    assert_int_equal(a->common->stoptime, 10000);
    assert_int_equal(b->common->stoptime, 5000);
    assert_true(numbers_have(&b->common->exitcodes, 2));
    assert_true(setting_read(setting_find(&program_record, "exitcodes"), b, &nothing, NULL));
    assert_true(numbers_have(&a->common->exitcodes, 2));
    assert_false(numbers_have(&b->common->exitcodes, 2));
    program_free(a);
    program_free(b);
}

static void a_program_needs_something_to_run(void **state)
{
    (void)state;
    assert_check("web", "{}", "p.lua:100: program 'web': 'cmd' is missing: say what to run\n");
    assert_check("web", "{'cmd':{'function':'f:1'}}", "");
    assert_check("web", "{'cmd':'x'}", "");
}

static void a_worker_has_a_function_and_no_command(void **state)
{
    (void)state;
    assert_check("web", "{'run':{'function':'f:1'}}", "");
    assert_check("web", "{'run':{'function':'f:1'},'cmd':'x'}",
                 "p.lua:103: program 'web': 'run' and 'cmd' exclude each other: keep one\n");
    assert_check("web", "{'run':{'function':'f:1'},'detached':true,'stdout':'discard','stderr':'discard'}",
                 "p.lua:108: program 'web': 'run' and 'detached' exclude each other: a worker lives with reeve\n");
    assert_check("web", "{'run':{'function':'f:1'},'ready':{'fd':3}}",
                 "p.lua:105: program 'web': 'ready.fd' is for commands: a worker writes to no descriptor; say ready = "
                 "\"notify\", and worker:ready() when it is\n");
}

static void assert_stop_signal(const char *settings, int expected)
{
    struct program *p = a_program("web", settings);

    program_check(p, &(struct record_source){ 0 });
    assert_int_equal(p->common->stopsignal.step[0].signal, expected);
    program_free(p);
}

static void workers_are_stopped_by_quit_unless_they_say_otherwise(void **state)
{
    (void)state;
    assert_stop_signal("{'cmd':'x'}", SIGTERM);
    assert_stop_signal("{'run':{'function':'f:1'}}", SIGQUIT);
    assert_stop_signal("{'run':{'function':'f:1'},'stopsignal':'TERM'}", SIGTERM);
    assert_stop_signal("{'cmd':'x'}", SIGTERM); /* the default that all share is still the same */
}

static void spares_are_for_workers_and_within_the_bounds(void **state)
{
    (void)state;
    assert_check("a", "{'run':{'function':'f:1'},'spare_procs':[2,4]}", "");
    assert_check("a", "{'run':{'function':'f:1'},'spare_procs':[2,4],'max_procs':3}", "");
    assert_check("a", "{'run':{'function':'f:1'},'spare_procs':[4,5],'max_procs':3}",
                 "p.lua:111: program 'a': 'spare_procs' keeps 4 idle, and 'max_procs' is 3\n");
    assert_check(
        "a", "{'cmd':'x','spare_procs':[1,2]}",
        "p.lua:111: program 'a': 'spare_procs' is for workers ('run'): no other program says whether it is busy\n");
}

static void a_wrong_command_is_not_called_missing_too(void **state)
{
    struct program *p = program_new("web", "p.lua", 1, NULL);
    struct value v = value_of("{'cmd':5}");
    struct problems problems = { 0 };
    struct record_source from = source(p, &problems);

    (void)state;
    record_read(p, v.table, &from);
    program_check(p, &from);
    assert_int_equal(problems.count, 1);
    problems_free(&problems);
    value_clear(&v);
    program_free(p);
}

static void names_are_words_that_fit_a_command_line(void **state)
{
    (void)state;
    assert_check("a b", "{'cmd':'x'}",
                 "p.lua:100: program 'a b': a name has 1 to 64 letters, digits and _ . - and does not begin with -\n");
    assert_check(
        "all", "{'cmd':'x'}",
        "p.lua:100: program 'all': 'all' means every program wherever programs are named: choose another name\n");
}

static void numbers_of_processes_fit_together(void **state)
{
    (void)state;
    assert_check("a", "{'cmd':'x','numprocs':0}", "");
    assert_check("a", "{'cmd':'x','numprocs':0,'min_procs':1}", "");
    assert_check("a", "{'cmd':'x','numprocs':0,'min_procs':2}", "");
    assert_check("a", "{'cmd':'x','numprocs':5,'max_procs':5}", "");
    assert_check("a", "{'cmd':'x','numprocs':6,'max_procs':5}",
                 "p.lua:108: program 'a': 'numprocs' is 6, more than 'max_procs', 5\n");
    assert_check("a", "{'cmd':'x','min_procs':2}",
                 "p.lua:108: program 'a': 'numprocs' is 1, less than 'min_procs', 2\n");
    assert_check("a", "{'cmd':'x','min_procs':3,'max_procs':2}",
                 "p.lua:109: program 'a': 'max_procs' is 2, less than 'min_procs', 3\n");
}

static void users_and_groups_exist(void **state)
{
    (void)state;
    assert_check("a", "{'cmd':'x','user':'root','group':'root','groups':['root',0]}", "");
    assert_check("a", "{'cmd':'x','user':'nob0dy','group':'gr0up','groups':['root','gr1','gr2']}",
                 "p.lua:104: program 'a': there is no user 'nob0dy'\n"
                 "p.lua:105: program 'a': there is no group 'gr0up'\n"
                 "p.lua:106: program 'a': there is no group 'gr1'\n"
                 "p.lua:106: program 'a': there is no group 'gr2'\n");
    assert_check(
        "a", "{'cmd':'x','user':'3999999'}",
        "p.lua:104: program 'a': user '3999999' has no entry in the user database and so no group: name one\n");
    assert_check("a", "{'cmd':'x','user':3999999,'group':0}", "");
    assert_check("a", "{'cmd':'x','stderr':{'path':'y','owner':'nob0dy'}}",
                 "p.lua:106: program 'a': 'stderr.owner': there is no user 'nob0dy'\n");
}

static void a_reload_goes_one_way(void **state)
{
    (void)state;
    assert_check("a", "{'cmd':'x','reload_signal':'HUP','reload_cmd':'y'}",
                 "p.lua:110: program 'a': 'reload_signal' and 'reload_cmd' exclude each other: keep one\n");
}

static void lines_are_heard_only_where_reeve_reads_them(void **state)
{
    static const char deaf[] = "p.lua:107: program 'a': 'on_line' hears nothing: reeve does not read this stdout; "
                               "write stdout = { path = … } or stdout = { to = \"inherit\" }\n";
    static const char *const hears[] = { "'cmd':'x'", "'cmd':'x','stdout':{'to':'inherit'}",
                                         "'cmd':'x','stdout':'syslog'", "'cmd':'x','stdout':'discard','stderr':{}",
                                         "'cmd':'x','stdout':{'function':'f:1'}" };
    static const char *const is_deaf[] = { "'cmd':'x','stdout':'/tmp/x'", "'cmd':'x','stdout':'discard'",
                                           "'cmd':'x','stdout':'inherit','stderr':'stdout'" };
    char settings[200];

    (void)state;
    for (size_t i = 0; i < sizeof hears / sizeof *hears; i++) {
        snprintf(settings, sizeof settings, "{%s,'on_line':{'function':'f:2'}}", hears[i]);
        assert_check("a", settings, "");
    }
    for (size_t i = 0; i < sizeof is_deaf / sizeof *is_deaf; i++) {
        snprintf(settings, sizeof settings, "{%s,'on_line':{'function':'f:2'}}", is_deaf[i]);
        assert_check("a", settings, deaf);
    }
}

/* By the row that `line_of` counts. */
static void assert_complaint(const char *settings, const char *text)
{
    struct program *p = a_program("a", settings);
    struct problems problems = { 0 };
    struct record_source from = source(p, &problems);

    program_check(p, &from);
    assert_int_equal(problems.count, 1);
    if (strstr(problems.item[0].text, text) == NULL)
        fail_msg("'%s' is not in '%s'", text, problems.item[0].text);
    problems_free(&problems);
    program_free(p);
}

#define QUIET "'cmd':'x','stdout':'discard','stderr':'stdout'"

static void what_outlives_reeve_needs_nothing_of_it(void **state)
{
    (void)state;
    assert_check("a", "{" QUIET ",'detached':true}", "");
    assert_check("a", "{'cmd':'x','detached':true,'stdout':'/tmp/x','stderr':'/tmp/y'}", "");
    assert_check("a", "{" QUIET ",'detached':true,'deathsig':false}", "");
    assert_complaint("{'cmd':'x','detached':true,'stderr':'stdout'}", "'stdout' must be a path or \"discard\"");
    assert_complaint("{'cmd':'x','detached':true,'stdout':'discard'}", "'stderr' must be a path or \"discard\"");
    assert_complaint("{'cmd':'x','detached':true,'stdout':{'path':'/tmp/x'},'stderr':'stdout'}", "'stdout' must be");
    assert_complaint("{'cmd':'x','detached':true,'stdout':'inherit','stderr':'stdout'}", "'stdout' must be");
    assert_complaint("{'cmd':'x','detached':true,'stdout':'discard','stderr':'syslog'}", "'stderr' must be");
    assert_complaint("{" QUIET ",'detached':true,'deathsig':'KILL'}", "'deathsig' exclude each other");
    assert_complaint("{" QUIET ",'detached':true,'watchdog':10}", "'watchdog' exclude each other");
}

static void detached_means_no_deathsig(void **state)
{
    struct program *p = a_program("a", "{" QUIET ",'detached':true}");

    (void)state;
    program_check(p, &(struct record_source){ 0 });
    assert_int_equal(p->common->deathsig, 0);
    program_free(p);
}

static void who_forks_says_where_its_pid_is(void **state)
{
    (void)state;
    assert_check("a", "{'cmd':'x','forks':true,'pidfile':'/run/a.pid'}", "");
    assert_complaint("{'cmd':'x','forks':true}", "'forks' needs 'pidfile'");
    assert_complaint("{'cmd':'x','pidfile':'/run/a.pid'}", "'pidfile' is for programs that are 'detached'");
    assert_complaint("{" QUIET ",'detached':true,'pidfile':'/run/a.pid','numprocs':2}", "'numprocs' is 2");
    assert_complaint("{'cmd':'x','forks':true,'pidfile':'/run/a.pid','oneshot':true}", "'oneshot' exclude");
    assert_complaint("{'cmd':'x','forks':true,'pidfile':'/run/a.pid','ready':'notify'}", "takes it away from reeve");
    assert_complaint("{'cmd':'x','forks':true,'pidfile':'/run/a.pid','watchdog':5}", "takes it away from reeve");
}

static void every_check_is_made(void **state)
{
    struct program *p = a_program("-", "{'user':'nob0dy','max_procs':1,'numprocs':2}");
    struct problems problems = { 0 };
    struct record_source from = source(p, &problems);

    (void)state;
    from.line_of = NULL;
    program_check(p, &from);
    assert_int_equal(problems.count, 3);
    program_check_people(p, &from);
    assert_int_equal(problems.count, 4);
    assert_int_equal(problems.item[0].line, 3);
    problems_free(&problems);
    program_free(p);
}

static void a_process_has_its_index_unless_it_is_alone(void **state)
{
    struct program *p = a_program("web", "{}");
    struct buffer out = { 0 };

    (void)state;
    program_process_name(p, 2, false, &out);
    assert_string_equal(out.data, "web:2");
    buffer_clear(&out);
    program_process_name(p, 1, true, &out);
    assert_string_equal(out.data, "web");
    buffer_free(&out);
    program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_begins_with_the_defaults_of_the_file),
        cmocka_unit_test(programs_that_say_the_same_keep_it_in_one_place),
        cmocka_unit_test(who_changes_what_is_shared_leaves_the_others_alone),
        cmocka_unit_test(a_program_needs_something_to_run),
        cmocka_unit_test(a_worker_has_a_function_and_no_command),
        cmocka_unit_test(workers_are_stopped_by_quit_unless_they_say_otherwise),
        cmocka_unit_test(spares_are_for_workers_and_within_the_bounds),
        cmocka_unit_test(a_wrong_command_is_not_called_missing_too),
        cmocka_unit_test(names_are_words_that_fit_a_command_line),
        cmocka_unit_test(numbers_of_processes_fit_together),
        cmocka_unit_test(users_and_groups_exist),
        cmocka_unit_test(a_reload_goes_one_way),
        cmocka_unit_test(lines_are_heard_only_where_reeve_reads_them),
        cmocka_unit_test(what_outlives_reeve_needs_nothing_of_it),
        cmocka_unit_test(detached_means_no_deathsig),
        cmocka_unit_test(who_forks_says_where_its_pid_is),
        cmocka_unit_test(every_check_is_made),
        cmocka_unit_test(a_process_has_its_index_unless_it_is_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
