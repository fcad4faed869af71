/* Who waits for whom: at the start, at the stop, and when one restarts. */
#include "stage.h"

#include <stdio.h>

static struct program *running_at_once(const char *name)
{
    struct program *p = a_program(name);

    program_own(p)->starttime = 0;
    return p;
}

static struct program *named(struct program *p, struct name_list **list, const char *name)
{
    if (*list == NULL)
        *list = xcalloc(1, sizeof **list);
    words_add(&(*list)->words, name);
    return p;
}

static struct program *after(struct program *p, const char *name)
{
    return named(p, &p->after, name);
}

static struct program *requiring(struct program *p, const char *name)
{
    return named(p, &p->requires, name);
}

static void assert_description(struct process *p, const char *expected)
{
    struct buffer text = { 0 };

    process_describe(p, &text);
    assert_string_equal(text.data, expected);
    buffer_free(&text);
}

static bool waits(struct stage *stage, const char *name)
{
    struct process *p = the(stage, name);

    return process_state(p) == PROCESS_STARTING && process_is_held(p) && process_pid(p) == 0;
}

static void child_ends(struct stage *stage, const char *name, int code)
{
    fake_child_exits(process_pid(the(stage, name)), code);
}

/* -- starting --------------------------------------------------------------------------------------------------- */

static void one_starts_after_another_is_ready(void **state)
{
    struct stage *stage = a_stage(a_plan(after(running_at_once("web"), "db"), a_program("db"), NULL));

    (void)state;
    assert_true(waits(stage, "web"));
    assert_description(the(stage, "web"), "waiting for db");
    fake_clock_advance(999);
    assert_true(waits(stage, "web"));
    fake_clock_advance(1);
    assert_state(the(stage, "db"), PROCESS_RUNNING);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void all_that_are_waited_for_are_named(void **state)
{
    struct program *web = requiring(after(running_at_once("web"), "cache"), "db");
    struct stage *stage = a_stage(a_plan(web, a_program("db"), a_program("cache"), NULL));

    (void)state;
    assert_description(the(stage, "web"), "waiting for db, cache");
    stage_ends(stage);
}

static void all_processes_of_a_program_count(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->numprocs = 2;
    program_own(db)->startretries = 9;
    stage = a_stage(a_plan(after(running_at_once("web"), "db"), db, NULL));
    child_ends(stage, "db:2", 1);
    fake_clock_advance(1000);
    assert_state(the(stage, "db:1"), PROCESS_RUNNING);
    assert_true(waits(stage, "web"));
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void who_was_scaled_away_is_not_waited_for(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->numprocs = 2;
    program_own(db)->oneshot = true;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    process_stop(the(stage, "db:2"));
    child_ends(stage, "db:2", 0);
    child_ends(stage, "db:1", 0);
    fake_turn();
    assert_state(the(stage, "db:2"), PROCESS_STOPPED);
    assert_true(waits(stage, "web"));
    supervisor_scale(stage->supervisor, db, 1, false);
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_program_without_processes_is_ready(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->numprocs = 0;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void after_waits_only_for_what_is_to_start(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->autostart = false;
    stage = a_stage(a_plan(after(running_at_once("web"), "db"), db, NULL));
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_state(the(stage, "db"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void what_is_required_is_started_too(void **state)
{
    struct program *db = a_program("db"), *disk = running_at_once("disk"), *web = running_at_once("web");
    struct stage *stage;

    (void)state;
    program_own(db)->autostart = program_own(disk)->autostart = program_own(web)->autostart = false;
    stage = a_stage(a_plan(requiring(web, "db"), requiring(db, "disk"), disk, NULL));
    process_start(the(stage, "web"));
    fake_turn();
    assert_state(the(stage, "disk"), PROCESS_RUNNING);
    assert_state(the(stage, "db"), PROCESS_STARTING);
    assert_true(waits(stage, "web"));
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_fatal_one_releases_after_but_not_requires(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->startretries = 0;
    stage = a_stage(a_plan(after(running_at_once("log"), "db"), requiring(running_at_once("web"), "db"), db, NULL));
    assert_true(waits(stage, "log"));
    child_ends(stage, "db", 1);
    assert_state(the(stage, "db"), PROCESS_FATAL);
    assert_state(the(stage, "log"), PROCESS_RUNNING);
    assert_true(waits(stage, "web"));
    stage_ends(stage);
}

static void a_users_start_tries_a_fatal_requirement_again(void **state)
{
    struct program *db = a_program("db");
    struct stage *stage;

    (void)state;
    program_own(db)->startretries = 0;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    child_ends(stage, "db", 1);
    process_start(the(stage, "web"));
    fake_turn();
    assert_state(the(stage, "db"), PROCESS_STARTING);
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_oneshot_is_ready_when_it_is_done(void **state)
{
    struct program *migrate = a_program("migrate");
    struct stage *stage;

    (void)state;
    program_own(migrate)->oneshot = true;
    stage = a_stage(
        a_plan(after(running_at_once("log"), "migrate"), requiring(running_at_once("web"), "migrate"), migrate, NULL));
    fake_clock_advance(5000);
    assert_state(the(stage, "migrate"), PROCESS_RUNNING);
    assert_true(waits(stage, "web"));
    assert_true(waits(stage, "log"));
    child_ends(stage, "migrate", 0);
    assert_state(the(stage, "migrate"), PROCESS_EXITED);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_state(the(stage, "log"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_oneshot_is_done_by_any_end_that_is_expected(void **state)
{
    struct program *migrate = a_program("migrate");
    struct stage *stage;

    (void)state;
    program_own(migrate)->oneshot = true;
    program_own(migrate)->exitcodes.number[0] = 3;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "migrate"), migrate, NULL));
    child_ends(stage, "migrate", 3);
    assert_state(the(stage, "migrate"), PROCESS_EXITED);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_failed_oneshot_is_tried_once_and_not_for_ever(void **state)
{
    struct program *migrate = a_program("migrate");
    struct stage *stage;

    (void)state;
    program_own(migrate)->oneshot = true;
    program_own(migrate)->autorestart = AUTORESTART_NEVER;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "migrate"), migrate, NULL));
    child_ends(stage, "migrate", 1);
    assert_state(the(stage, "migrate"), PROCESS_EXITED);
    assert_int_equal(fake_living(), 0);
    assert_true(waits(stage, "web"));
    process_start(the(stage, "migrate"));
    child_ends(stage, "migrate", 0);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void start_both(struct process *p, void *arg)
{
    (void)arg;
    process_start(p);
}

static void a_command_to_all_is_seen_as_a_whole(void **state)
{
    struct program *web = after(running_at_once("web"), "db"), *db = a_program("db");
    struct stage *stage;
    bool known;

    (void)state;
    program_own(web)->autostart = program_own(db)->autostart = false;
    stage = a_stage(a_plan(web, db, NULL));
    supervisor_each(stage->supervisor, "all", start_both, NULL, &known);
    fake_turn();
    assert_true(waits(stage, "web"));
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void asking_again_for_one_that_waits_costs_nothing(void **state)
{
    struct stage *stage = a_stage(a_plan(after(running_at_once("web"), "db"), a_program("db"), NULL));

    (void)state;
    for (int i = 0; i < 100; i++) {
        process_start(the(stage, "web"));
        fake_turn();
    }
    assert_true(waits(stage, "web"));
    assert_int_equal(stage->supervisor->held_count, 1);
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void one_that_waits_can_be_stopped(void **state)
{
    struct stage *stage = a_stage(a_plan(after(running_at_once("web"), "db"), a_program("db"), NULL));

    (void)state;
    process_stop(the(stage, "web"));
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    fake_clock_advance(2000);
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    assert_int_equal(fake_started(), 1);
    stage_ends(stage);
}

static void a_long_chain_is_up_at_once(void **state)
{
    enum { LENGTH = 200 };
    struct plan *plan = plan_new();
    struct stage *stage;
    char name[16], before[16];

    (void)state;
    for (int i = 0; i < LENGTH; i++) {
        struct program *p;

        snprintf(name, sizeof name, "p%d", i);
        snprintf(before, sizeof before, "p%d", i + 1);
        p = running_at_once(name);
        plan_add(plan, i + 1 < LENGTH ? requiring(p, before) : p, NULL);
    }
    stage = a_stage(plan);
    assert_int_equal(fake_living(), LENGTH);
    assert_true(process_pid(the(stage, "p199")) < process_pid(the(stage, "p0")));
    fake_obey(true);
    stage_ends(stage);
}

/* -- stopping --------------------------------------------------------------------------------------------------- */

static void who_requires_it_stops_first(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), running_at_once("db"), NULL));
    struct process *db = the(stage, "db"), *web = the(stage, "web");

    (void)state;
    process_stop(db);
    fake_turn();
    assert_state(web, PROCESS_STOPPING);
    assert_state(db, PROCESS_STOPPING);
    assert_description(db, "waiting for web");
    assert_int_equal(fake_signals(process_pid(db)), 0);
    child_ends(stage, "web", 0);
    assert_state(web, PROCESS_STOPPED);
    assert_true(fake_signals(process_pid(db)) > 0);
    child_ends(stage, "db", 0);
    assert_state(db, PROCESS_STOPPED);
    stage_ends(stage);
}

static void who_only_comes_after_it_runs_on(void **state)
{
    struct stage *stage = a_stage(a_plan(after(running_at_once("web"), "db"), running_at_once("db"), NULL));

    (void)state;
    fake_obey(true);
    process_stop(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "db"), PROCESS_STOPPED);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void ignoring_does_not_cover_a_stop(void **state)
{
    struct program *web = requiring(running_at_once("web"), "db");
    struct stage *stage;

    (void)state;
    program_own(web)->on_dependency = ON_DEPENDENCY_IGNORE;
    stage = a_stage(a_plan(web, running_at_once("db"), NULL));
    fake_obey(true);
    process_stop(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_stop_of_one_that_has_ended_counts_too(void **state)
{
    struct program *db = running_at_once("db");
    struct stage *stage;

    (void)state;
    program_own(db)->autorestart = AUTORESTART_NEVER;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    fake_obey(true);
    child_ends(stage, "db", 0);
    assert_state(the(stage, "db"), PROCESS_EXITED);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    process_stop(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void one_of_several_may_be_stopped_alone(void **state)
{
    struct program *db = running_at_once("db");
    struct stage *stage;

    (void)state;
    program_own(db)->numprocs = 2;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    fake_obey(true);
    process_stop(the(stage, "db:1"));
    fake_turn();
    assert_state(the(stage, "db:1"), PROCESS_STOPPED);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    process_stop(the(stage, "db:2"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_shutdown_goes_backwards_along_the_order(void **state)
{
    struct program *web = after(running_at_once("web"), "db"), *db = requiring(running_at_once("db"), "disk");
    struct stage *stage;

    (void)state;
    program_own(web)->priority = 1; /* which alone would stop it last */
    stage = a_stage(a_plan(web, db, running_at_once("disk"), running_at_once("other"), NULL));
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_true(fake_signals(process_pid(the(stage, "web"))) > 0);
    assert_true(fake_signals(process_pid(the(stage, "other"))) > 0);
    assert_int_equal(fake_signals(process_pid(the(stage, "db"))), 0);
    child_ends(stage, "web", 0);
    assert_true(fake_signals(process_pid(the(stage, "db"))) > 0);
    assert_int_equal(fake_signals(process_pid(the(stage, "disk"))), 0);
    child_ends(stage, "db", 0);
    assert_true(fake_signals(process_pid(the(stage, "disk"))) > 0);
    fake_obey(true);
    stage_ends(stage);
}

static void what_waits_for_its_start_holds_no_shutdown_up(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), a_program("db"), NULL));

    (void)state;
    fake_obey(true);
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_true(fake_loop_ended());
    assert_int_equal(fake_started(), 1);
    stage_ends(stage);
}

/* -- restarting ------------------------------------------------------------------------------------------------- */

static void a_restart_takes_those_along_who_require_it(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), a_program("db"), NULL));
    struct process *db = the(stage, "db"), *web = the(stage, "web");
    pid_t old;

    (void)state;
    fake_clock_advance(1000);
    old = process_pid(web);
    process_restart(db);
    fake_turn();
    assert_int_equal(fake_signals(process_pid(db)), 0);
    child_ends(stage, "web", 0);
    assert_true(waits(stage, "web"));
    child_ends(stage, "db", 0);
    assert_state(db, PROCESS_STARTING);
    assert_true(waits(stage, "web"));
    fake_clock_advance(1000);
    assert_state(web, PROCESS_RUNNING);
    assert_int_not_equal(process_pid(web), old);
    assert_int_equal(fake_started(), 4);
    stage_ends(stage);
}

static void a_crash_counts_once_it_is_back(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), a_program("db"), NULL));
    pid_t old;

    (void)state;
    fake_obey(true);
    fake_clock_advance(20000);
    old = process_pid(the(stage, "web"));
    child_ends(stage, "db", 1);
    assert_state(the(stage, "db"), PROCESS_STARTING);
    assert_int_equal(process_pid(the(stage, "web")), old);
    fake_clock_advance(1000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_int_not_equal(process_pid(the(stage, "web")), old);
    fake_clock_advance(100000);
    assert_int_equal(fake_started(), 4);
    stage_ends(stage);
}

static void a_restart_goes_on_to_those_who_require_those(void **state)
{
    struct program *web = requiring(running_at_once("web"), "api"), *api = requiring(running_at_once("api"), "db");
    struct stage *stage = a_stage(a_plan(web, api, running_at_once("db"), NULL));
    pid_t old = process_pid(the(stage, "web"));

    (void)state;
    fake_obey(true);
    process_restart(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_int_not_equal(process_pid(the(stage, "web")), old);
    assert_int_equal(fake_started(), 6);
    stage_ends(stage);
}

static void it_can_be_ignored(void **state)
{
    struct program *web = requiring(running_at_once("web"), "db");
    struct stage *stage;
    pid_t old;

    (void)state;
    program_own(web)->on_dependency = ON_DEPENDENCY_IGNORE;
    stage = a_stage(a_plan(web, running_at_once("db"), NULL));
    fake_obey(true);
    old = process_pid(the(stage, "web"));
    process_restart(the(stage, "db"));
    fake_turn();
    child_ends(stage, "db", 1);
    fake_clock_advance(100000);
    assert_int_equal(process_pid(the(stage, "web")), old);
    stage_ends(stage);
}

static void others_of_the_program_hold_the_place(void **state)
{
    struct program *db = running_at_once("db");
    struct stage *stage;
    pid_t old;

    (void)state;
    program_own(db)->numprocs = 2;
    stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), db, NULL));
    fake_obey(true);
    old = process_pid(the(stage, "web"));
    child_ends(stage, "db:1", 1);
    process_restart(the(stage, "db:2"));
    supervisor_scale(stage->supervisor, db, 3, false);
    fake_clock_advance(100000);
    assert_int_equal(process_pid(the(stage, "web")), old);
    stage_ends(stage);
}

/* -- reload ----------------------------------------------------------------------------------------------------- */

static void a_changed_dependency_restarts_nothing(void **state)
{
    struct stage *stage = a_stage(a_plan(running_at_once("web"), running_at_once("db"), NULL));
    pid_t web = process_pid(the(stage, "web")), db = process_pid(the(stage, "db"));

    (void)state;
    assert_true(
        stage_reload(stage, a_plan(requiring(running_at_once("web"), "db"), running_at_once("db"), NULL), NULL));
    assert_int_equal(process_pid(the(stage, "web")), web);
    assert_int_equal(process_pid(the(stage, "db")), db);
    fake_obey(true);
    process_stop(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_reload_can_release_who_waits(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), a_program("db"), NULL));

    (void)state;
    assert_true(waits(stage, "web"));
    assert_true(stage_reload(stage, a_plan(running_at_once("web"), a_program("db"), NULL), NULL));
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void those_who_are_removed_stop_in_order(void **state)
{
    struct stage *stage = a_stage(a_plan(requiring(running_at_once("web"), "db"), running_at_once("db"), NULL));
    pid_t web = process_pid(the(stage, "web")), db = process_pid(the(stage, "db"));

    (void)state;
    assert_true(stage_reload(stage, a_plan(running_at_once("other"), NULL), NULL));
    assert_true(fake_signals(web) > 0);
    assert_int_equal(fake_signals(db), 0);
    fake_child_exits(web, 0);
    assert_true(fake_signals(db) > 0);
    fake_child_exits(db, 0);
    stage_ends(stage);
}

static void a_name_is_taken_until_its_last_bearer_has_ended(void **state)
{
    struct program *three = running_at_once("web"), *again = running_at_once("web");
    struct stage *stage;
    pid_t last;

    (void)state;
    program_own(three)->numprocs = program_own(again)->numprocs = 3;
    stage = a_stage(a_plan(three, NULL));
    last = process_pid(the(stage, "web:3"));
    supervisor_scale(stage->supervisor, three, 2, false);
    supervisor_scale(stage->supervisor, three, 3, false);
    fake_turn();
    assert_true(waits(stage, "web:3"));
    assert_description(the(stage, "web:3"), "waiting for the end of the one before it");
    fake_child_exits(last, 0);
    assert_state(the(stage, "web:3"), PROCESS_RUNNING);

    last = process_pid(the(stage, "web:3"));
    assert_true(stage_reload(stage, a_plan(running_at_once("other"), NULL), NULL));
    assert_true(stage_reload(stage, a_plan(running_at_once("other"), again, NULL), NULL));
    assert_true(waits(stage, "web:3"));
    fake_child_exits(last, 0);
    assert_state(the(stage, "web:3"), PROCESS_RUNNING);
    assert_true(waits(stage, "web:2"));
    fake_obey(true);
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_starts_after_another_is_ready),
        cmocka_unit_test(all_that_are_waited_for_are_named),
        cmocka_unit_test(all_processes_of_a_program_count),
        cmocka_unit_test(who_was_scaled_away_is_not_waited_for),
        cmocka_unit_test(a_program_without_processes_is_ready),
        cmocka_unit_test(after_waits_only_for_what_is_to_start),
        cmocka_unit_test(what_is_required_is_started_too),
        cmocka_unit_test(a_fatal_one_releases_after_but_not_requires),
        cmocka_unit_test(a_users_start_tries_a_fatal_requirement_again),
        cmocka_unit_test(a_oneshot_is_ready_when_it_is_done),
        cmocka_unit_test(a_oneshot_is_done_by_any_end_that_is_expected),
        cmocka_unit_test(a_failed_oneshot_is_tried_once_and_not_for_ever),
        cmocka_unit_test(a_command_to_all_is_seen_as_a_whole),
        cmocka_unit_test(asking_again_for_one_that_waits_costs_nothing),
        cmocka_unit_test(one_that_waits_can_be_stopped),
        cmocka_unit_test(a_long_chain_is_up_at_once),
        cmocka_unit_test(who_requires_it_stops_first),
        cmocka_unit_test(who_only_comes_after_it_runs_on),
        cmocka_unit_test(ignoring_does_not_cover_a_stop),
        cmocka_unit_test(a_stop_of_one_that_has_ended_counts_too),
        cmocka_unit_test(one_of_several_may_be_stopped_alone),
        cmocka_unit_test(a_shutdown_goes_backwards_along_the_order),
        cmocka_unit_test(what_waits_for_its_start_holds_no_shutdown_up),
        cmocka_unit_test(a_restart_takes_those_along_who_require_it),
        cmocka_unit_test(a_crash_counts_once_it_is_back),
        cmocka_unit_test(a_restart_goes_on_to_those_who_require_those),
        cmocka_unit_test(it_can_be_ignored),
        cmocka_unit_test(others_of_the_program_hold_the_place),
        cmocka_unit_test(a_changed_dependency_restarts_nothing),
        cmocka_unit_test(a_reload_can_release_who_waits),
        cmocka_unit_test(those_who_are_removed_stop_in_order),
        cmocka_unit_test(a_name_is_taken_until_its_last_bearer_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
