#include "stage.h"

static struct program *an_everlasting_program(const char *name)
{
    struct program *p = a_program(name);

    program_own(p)->starttime = 0;
    return p;
}

/* -- the end ---------------------------------------------------------------------------------------------------- */

static void shutdown_stops_everything_and_ends_the_loop(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("a"), an_everlasting_program("b"), NULL));

    (void)state;
    fake_obey(true);
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_true(fake_loop_ended());
    assert_int_equal(supervisor_exit_code(stage->supervisor), 0);
    stage_ends(stage);
}

static void lower_priority_starts_first_and_stops_last(void **state)
{
    struct program *web = an_everlasting_program("web"), *db = an_everlasting_program("db");
    struct stage *stage;

    (void)state;
    program_own(web)->priority = 20;
    program_own(db)->priority = 10;
    stage = a_stage(a_plan(web, db, NULL));
    assert_true(process_pid(the(stage, "db")) < process_pid(the(stage, "web")));
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    assert_state(the(stage, "db"), PROCESS_RUNNING);
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_state(the(stage, "db"), PROCESS_STOPPING);
    assert_false(fake_loop_ended());
    fake_child_exits(process_pid(the(stage, "db")), 0);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void nothing_restarts_during_a_shutdown(void **state)
{
    struct program *web = an_everlasting_program("web"), *db = an_everlasting_program("db");
    struct stage *stage;

    (void)state;
    program_own(web)->priority = 20;
    program_own(db)->priority = 10;
    program_own(db)->autorestart = AUTORESTART_ALWAYS;
    stage = a_stage(a_plan(web, db, NULL));
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    fake_child_exits(process_pid(the(stage, "db")), 1);
    assert_state(the(stage, "db"), PROCESS_EXITED);
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void a_second_shutdown_kills(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("a"), an_everlasting_program("b"), NULL));

    (void)state;
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_false(fake_loop_ended());
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void stop_timeout_bounds_the_whole_shutdown(void **state)
{
    struct program *slow = an_everlasting_program("slow");
    struct stage *stage;

    (void)state;
    program_own(slow)->stoptime = 3600000;
    stage = a_stage(a_plan(slow, NULL));
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_clock_advance(59999);
    assert_false(fake_loop_ended());
    fake_clock_advance(1);
    assert_true(fake_loop_ended());
    stage_ends(stage);
}

static void the_end_of_an_essential_program_is_everybodys(void **state)
{
    struct program *web = an_everlasting_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->essential = true;
    program_own(web)->autorestart = AUTORESTART_NEVER;
    stage = a_stage(a_plan(web, an_everlasting_program("db"), NULL));
    fake_obey(true);
    fake_child_exits(process_pid(the(stage, "web")), 42);
    assert_true(fake_loop_ended());
    assert_int_equal(supervisor_exit_code(stage->supervisor), 42);
    stage_ends(stage);
}

static void a_users_stop_of_an_essential_program_ends_nothing(void **state)
{
    struct program *web = an_everlasting_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->essential = true;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    process_stop(the(stage, "web"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    assert_false(fake_loop_ended());
    stage_ends(stage);
}

static void an_essential_program_killed_by_a_signal_gives_128_and_its_number(void **state)
{
    struct program *web = an_everlasting_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->essential = true;
    program_own(web)->autorestart = AUTORESTART_NEVER;
    stage = a_stage(a_plan(web, NULL));
    fake_child_dies(process_pid(the(stage, "web")), SIGKILL);
    assert_int_equal(supervisor_exit_code(stage->supervisor), 137);
    stage_ends(stage);
}

/* -- limits ----------------------------------------------------------------------------------------------------- */

static void more_restarts_than_the_limit_give_up_for_the_program(void **state)
{
    struct program *crunch = an_everlasting_program("crunch");
    struct stage *stage;

    (void)state;
    program_own(crunch)->numprocs = 2;
    program_own(crunch)->respawn_limit = 2;
    stage = a_stage(a_plan(crunch, NULL));
    fake_child_exits(process_pid(the(stage, "crunch:1")), 1);
    fake_child_exits(process_pid(the(stage, "crunch:2")), 1);
    assert_state(the(stage, "crunch:1"), PROCESS_RUNNING);
    assert_state(the(stage, "crunch:2"), PROCESS_RUNNING);
    fake_child_exits(process_pid(the(stage, "crunch:2")), 1);
    assert_state(the(stage, "crunch:2"), PROCESS_FATAL);
    process_start(the(stage, "crunch:2")); /* a user's start resets the limit */
    assert_state(the(stage, "crunch:2"), PROCESS_RUNNING);
    fake_child_exits(process_pid(the(stage, "crunch:1")), 1);
    assert_true(process_wanted(the(stage, "crunch:1")));
    assert_int_not_equal(process_state(the(stage, "crunch:1")), PROCESS_FATAL);
    stage_ends(stage);
}

static void the_limit_over_all_programs_can_end_reeve(void **state)
{
    struct plan *plan = a_plan(an_everlasting_program("a"), an_everlasting_program("b"), NULL);
    struct stage *stage;

    (void)state;
    plan->settings.respawn_limit = 1;
    plan->settings.on_giveup = GIVEUP_SHUTDOWN;
    stage = a_stage(plan);
    fake_obey(true);
    fake_child_exits(process_pid(the(stage, "a")), 1);
    assert_false(supervisor_is_ending(stage->supervisor));
    fake_child_exits(process_pid(the(stage, "b")), 1);
    assert_true(fake_loop_ended());
    assert_int_equal(supervisor_exit_code(stage->supervisor), 1);
    stage_ends(stage);
}

static void giving_up_can_shut_everything_down(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->startretries = 0;
    program_own(web)->on_giveup = GIVEUP_SHUTDOWN;
    stage = a_stage(a_plan(web, an_everlasting_program("db"), NULL));
    fake_obey(true);
    fake_child_exits(process_pid(the(stage, "web")), 3);
    assert_true(fake_loop_ended());
    assert_int_equal(supervisor_exit_code(stage->supervisor), 1);
    stage_ends(stage);
}

/* -- targets and scaling ---------------------------------------------------------------------------------------- */

static void count(struct process *p, void *arg)
{
    (void)p;
    ++*(size_t *)arg;
}

static int matches(struct stage *stage, const char *target)
{
    size_t n = 0;
    bool known;

    supervisor_each(stage->supervisor, target, count, &n, &known);
    return known ? (int)n : -1;
}

static void targets_name_what_they_say(void **state)
{
    struct program *work = an_everlasting_program("work"), *none = an_everlasting_program("none");
    struct plan *plan;
    struct words members = { 0 };
    struct stage *stage;

    (void)state;
    program_own(work)->numprocs = 3;
    program_own(none)->numprocs = 0;
    plan = a_plan(an_everlasting_program("web"), work, none, NULL);
    words_add(&members, "web");
    words_add(&members, "work");
    plan_add_group(plan, "backend", &members, "supervisor.lua", 9, NULL);
    words_free(&members);
    stage = a_stage(plan);
    assert_int_equal(matches(stage, "web"), 1);
    assert_int_equal(matches(stage, "web:1"), 1);
    assert_int_equal(matches(stage, "web:*"), 1);
    assert_int_equal(matches(stage, "web:2"), -1);
    assert_int_equal(matches(stage, "work"), 3);
    assert_int_equal(matches(stage, "work:2"), 1);
    assert_int_equal(matches(stage, "work:2x"), -1);
    assert_int_equal(matches(stage, "work:4294967298"), -1);
    assert_int_equal(matches(stage, "work:*"), 3);
    assert_int_equal(matches(stage, "w*"), 4);
    assert_int_equal(matches(stage, "*:[12]"), 2);
    assert_int_equal(matches(stage, "@backend"), 4);
    assert_int_equal(matches(stage, "@nobody"), -1);
    assert_int_equal(matches(stage, "all"), 4);
    assert_int_equal(matches(stage, "none"), 0);
    assert_int_equal(matches(stage, "wbe"), -1);
    assert_int_equal(matches(stage, "x*"), -1);
    stage_ends(stage);
}

static void a_program_with_one_process_has_the_short_name(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));
    struct process *p = the(stage, "web");
    struct program *program = process_program(p);

    (void)state;
    assert_string_equal(process_name(p), "web");
    assert_int_equal(supervisor_scale(stage->supervisor, program, 2, false), 2);
    fake_turn();
    assert_string_equal(process_name(p), "web:1");
    assert_string_equal(process_name(the(stage, "web:2")), "web:2");
    stage_ends(stage);
}

static void scaling_takes_the_lowest_index_and_gives_up_the_highest(void **state)
{
    struct program *work = an_everlasting_program("work");
    struct stage *stage;

    (void)state;
    program_own(work)->numprocs = 3;
    stage = a_stage(a_plan(work, NULL));
    fake_obey(true);
    supervisor_scale(stage->supervisor, work, 2, false);
    fake_turn();
    assert_int_equal(matches(stage, "work:3"), -1);
    assert_int_equal(fake_living(), 2);
    supervisor_scale(stage->supervisor, work, 4, false);
    fake_turn();
    assert_int_equal(matches(stage, "work:4"), 1);
    assert_int_equal(fake_living(), 4);
    stage_ends(stage);
}

/* Two processes; not fewer than one, nor more than three. */
static struct stage *a_stage_with_a_bounded(struct program *work)
{
    program_own(work)->numprocs = 2;
    program_own(work)->min_procs = 1;
    program_own(work)->max_procs = 3;
    return a_stage(a_plan(work, NULL));
}

static void scaling_stays_within_the_bounds(void **state)
{
    struct program *work = an_everlasting_program("work");
    struct stage *stage = a_stage_with_a_bounded(work);

    (void)state;
    fake_obey(true);
    assert_int_equal(supervisor_scale(stage->supervisor, work, 9, false), 3);
    assert_int_equal(supervisor_scale(stage->supervisor, work, 0, false), 1);
    assert_int_equal(supervisor_scale(stage->supervisor, work, 0, true), 0);
    assert_int_equal(supervisor_scale(stage->supervisor, work, -1, false), 0);
    assert_int_equal(supervisor_scale(stage->supervisor, work, 0, false), 0);
    fake_turn();
    assert_int_equal(fake_living(), 0);
    stage_ends(stage);
}

static void a_step_never_goes_the_other_way(void **state)
{
    struct program *work = an_everlasting_program("work");
    struct stage *stage = a_stage_with_a_bounded(work);

    (void)state;
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, 2, false), 3);
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, -9, false), 1);
    supervisor_scale(stage->supervisor, work, 0, true);
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, -1, false), 0);
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, 1, false), 1);
    supervisor_scale(stage->supervisor, work, 5, true);
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, 1, false), 5);
    assert_int_equal(supervisor_scale_by(stage->supervisor, work, -1, false), 3);
    stage_ends(stage);
}

static void scale_to_one(void *arg)
{
    struct stage *stage = arg;

    supervisor_scale(stage->supervisor, supervisor_plan(stage->supervisor)->programs[0], 1, true);
}

static void of_many_processes_all_but_one_go_at_once(void **state)
{
    struct program *work = a_program("work");
    struct stage *stage;

    (void)state;
    program_own(work)->numprocs = 20000;
    program_own(work)->autostart = false;
    stage = a_stage(a_plan(work, NULL));
    loop_later(stage->loop, scale_to_one, stage);
    fake_turn();
    assert_int_equal(stage->supervisor->all.count, 1);
    assert_int_equal(stage->supervisor->leaving.count, 0);
    stage_ends(stage);
}

/* -- reload ----------------------------------------------------------------------------------------------------- */

static void a_broken_file_changes_nothing(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));
    struct plan *plan = supervisor_plan(stage->supervisor);

    (void)state;
    assert_false(stage_reload(stage, NULL, NULL));
    assert_ptr_equal(supervisor_plan(stage->supervisor), plan);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_reload_lists_what_it_did(void **state)
{
    struct stage *stage = a_stage(
        a_plan(an_everlasting_program("gone"), an_everlasting_program("same"), an_everlasting_program("other"), NULL));
    struct program *other = an_everlasting_program("other");
    struct buffer list = { 0 };

    (void)state;
    fake_obey(true);
    words_add(&other->cmd, "-v");
    assert_true(
        stage_reload(stage, a_plan(an_everlasting_program("same"), other, an_everlasting_program("new"), NULL), &list));
    assert_non_null(strstr(list.data, "kept: same\n"));
    assert_non_null(strstr(list.data, "changed: other (cmd; restart)\n"));
    assert_non_null(strstr(list.data, "added: new\n"));
    assert_non_null(strstr(list.data, "removed: gone\n"));
    buffer_free(&list);
    assert_int_equal(matches(stage, "gone"), -1);
    assert_int_equal(fake_living(), 3);
    stage_ends(stage);
}

static void a_kept_program_is_not_touched(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));
    struct process *p = the(stage, "web");
    pid_t pid;

    (void)state;
    fake_child_exits(process_pid(p), 1);
    pid = process_pid(p);
    assert_true(stage_reload(stage, a_plan(an_everlasting_program("web"), NULL), NULL));
    assert_ptr_equal(the(stage, "web"), p);
    assert_int_equal(process_pid(p), pid);
    assert_int_equal(process_restarts(p), 1);
    stage_ends(stage);
}

static void a_live_setting_restarts_nothing_and_holds_at_once(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));
    struct program *after = an_everlasting_program("web");
    pid_t pid = process_pid(the(stage, "web"));

    (void)state;
    program_own(after)->autorestart = AUTORESTART_NEVER;
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    assert_int_equal(process_pid(the(stage, "web")), pid);
    fake_child_exits(pid, 1);
    assert_state(the(stage, "web"), PROCESS_EXITED);
    stage_ends(stage);
}

static void the_backoff_survives_a_reload(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));

    (void)state;
    for (int i = 0; i < 3; i++) {
        fake_child_exits(process_pid(the(stage, "web")), 1);
        fake_clock_advance(fake_next_timer() > 0 ? fake_next_timer() : 0);
        assert_true(stage_reload(stage, a_plan(an_everlasting_program("web"), NULL), NULL));
    }
    fake_child_exits(process_pid(the(stage, "web")), 1);
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_int_equal(fake_next_timer(), 2000);
    stage_ends(stage);
}

/* Its only process has failed to start twice, and waits ten minutes for the third time. */
static struct stage *a_stage_that_waits_long(struct program *program)
{
    struct stage *stage;

    program_own(program)->backoff = (struct backoff){ 600000, 600000, 1, 0 };
    stage = a_stage(a_plan(program, NULL));
    for (int i = 0; i < 2; i++) {
        fake_child_exits(process_pid(the(stage, "web")), 1);
        assert_state(the(stage, "web"), PROCESS_BACKOFF);
        fake_clock_advance(i == 0 ? 600000 : 5000);
    }
    return stage;
}

static void a_new_backoff_holds_for_who_waits_already(void **state)
{
    struct stage *stage = a_stage_that_waits_long(a_program("web"));
    struct program *slower = a_program("web"), *faster = a_program("web"), *same = a_program("web");

    (void)state;
    program_own(slower)->backoff = (struct backoff){ 60000, 60000, 1, 0 };
    assert_true(stage_reload(stage, a_plan(slower, NULL), NULL));
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_int_equal(fake_next_timer(), 55000); /* counted from its end */
    program_own(same)->backoff = slower->common->backoff;
    words_add(&program_own(same)->reload_cmd, "/bin/true");
    fake_clock_advance(5000);
    assert_true(stage_reload(stage, a_plan(same, NULL), NULL));
    assert_int_equal(fake_next_timer(), 50000);
    program_own(faster)->backoff = (struct backoff){ 1000, 1000, 1, 0 };
    assert_true(stage_reload(stage, a_plan(faster, NULL), NULL));
    fake_clock_advance(0);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    assert_int_equal(process_restarts(the(stage, "web")), 2);
    stage_ends(stage);
}

static void fewer_retries_hold_for_who_waits_already(void **state)
{
    struct stage *stage = a_stage_that_waits_long(a_program("web"));
    struct program *strict = a_program("web");

    (void)state;
    program_own(strict)->startretries = 1;
    assert_true(stage_reload(stage, a_plan(strict, NULL), NULL));
    fake_clock_advance(0);
    assert_state(the(stage, "web"), PROCESS_FATAL);
    assert_int_equal(fake_living(), 0);
    stage_ends(stage);
}

static void who_is_not_to_be_restarted_any_more_is_not(void **state)
{
    struct program *eager = an_everlasting_program("web"), *calm = an_everlasting_program("web");
    struct stage *stage = a_stage(a_plan(eager, NULL));

    (void)state;
    for (int i = 0; i < 2; i++)
        fake_child_exits(process_pid(the(stage, "web")), 1);
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    program_own(calm)->autorestart = AUTORESTART_NEVER;
    program_own(calm)->essential = true;
    assert_true(stage_reload(stage, a_plan(calm, NULL), NULL));
    fake_clock_advance(0);
    assert_state(the(stage, "web"), PROCESS_EXITED);
    assert_true(supervisor_is_ending(stage->supervisor));
    stage_ends(stage);
}

static void a_reload_says_and_does_nothing_about_one_that_has_ended(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), an_everlasting_program("done"), NULL));
    struct program *web = an_everlasting_program("web"), *done = an_everlasting_program("done");
    struct buffer list = { 0 };

    (void)state;
    fake_child_exits(process_pid(the(stage, "done")), 0);
    assert_state(the(stage, "done"), PROCESS_EXITED);
    fake_obey(true);
    words_add(&web->cmd, "-v");
    words_add(&done->cmd, "-v");
    assert_true(stage_reload(stage, a_plan(web, done, NULL), &list));
    assert_string_equal(list.data, "changed: web (cmd; restart)\nchanged: done (cmd)\n");
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_state(the(stage, "done"), PROCESS_EXITED);
    buffer_free(&list);
    stage_ends(stage);
}

static void what_a_user_stopped_stays_stopped(void **state)
{
    struct stage *stage = a_stage(a_plan(an_everlasting_program("web"), NULL));
    struct program *after = an_everlasting_program("web");

    (void)state;
    fake_obey(true);
    process_stop(the(stage, "web"));
    fake_turn();
    words_add(&after->cmd, "-v");
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_fatal_program_is_retried_only_when_it_changed(void **state)
{
    struct program *web = a_program("web"), *after;
    struct stage *stage;

    (void)state;
    program_own(web)->startretries = 0;
    stage = a_stage(a_plan(web, NULL));
    fake_child_exits(process_pid(the(stage, "web")), 1);
    assert_state(the(stage, "web"), PROCESS_FATAL);
    after = a_program("web");
    program_own(after)->startretries = 0;
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    assert_state(the(stage, "web"), PROCESS_FATAL);
    assert_true(stage_reload(stage, a_plan(a_program("web"), NULL), NULL));
    assert_state(the(stage, "web"), PROCESS_STARTING);
    stage_ends(stage);
}

static void a_count_changes_by_the_difference(void **state)
{
    struct program *before = an_everlasting_program("work"), *after = an_everlasting_program("work");
    struct stage *stage;
    pid_t first;

    (void)state;
    program_own(before)->numprocs = 3;
    program_own(after)->numprocs = 2;
    stage = a_stage(a_plan(before, NULL));
    fake_obey(true);
    first = process_pid(the(stage, "work:1"));
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    assert_int_equal(process_pid(the(stage, "work:1")), first);
    assert_int_equal(fake_living(), 2);
    stage_ends(stage);
}

static struct program *counted_from(int first, int count)
{
    struct program *p = an_everlasting_program("work");

    program_own(p)->first_index = first;
    program_own(p)->numprocs = count;
    return p;
}

static void who_counts_from_another_number_has_other_names(void **state)
{
    struct stage *stage = a_stage(a_plan(counted_from(1, 3), NULL));
    pid_t first = process_pid(the(stage, "work:1")), third = process_pid(the(stage, "work:3"));

    (void)state;
    fake_obey(true);
    process_stop(the(stage, "work:2"));
    process_keep_wish(the(stage, "work:2"));
    assert_true(stage_reload(stage, a_plan(counted_from(2, 4), NULL), NULL));
    assert_int_equal(matches(stage, "work"), 4);
    assert_int_equal(matches(stage, "work:1"), -1);
    assert_int_not_equal(process_pid(the(stage, "work:2")), first);
    assert_true(process_is_alive(the(stage, "work:2")));
    assert_state(the(stage, "work:3"), PROCESS_STOPPED); /* as the second of them was */
    assert_int_not_equal(process_pid(the(stage, "work:4")), third);
    assert_true(process_is_alive(the(stage, "work:5")));
    assert_true(stage_reload(stage, a_plan(counted_from(0, 1), NULL), NULL));
    assert_int_equal(process_index(the(stage, "work")), 0);
    stage_ends(stage);
}

static struct program *three_of(const char *name, bool autostart)
{
    struct program *p = an_everlasting_program(name);

    program_own(p)->numprocs = 3;
    program_own(p)->autostart = autostart;
    return p;
}

static void those_who_join_are_wanted_as_the_others_are(void **state)
{
    struct program *waits = an_everlasting_program("waits"), *done = an_everlasting_program("done"), *more;
    struct stage *stage;

    (void)state;
    program_own(waits)->autostart = false;
    program_own(done)->oneshot = true;
    stage = a_stage(a_plan(an_everlasting_program("stopped"), an_everlasting_program("up"), waits, done, NULL));
    fake_child_exits(process_pid(the(stage, "done")), 0);
    more = three_of("done", true);
    program_own(more)->oneshot = true;
    fake_obey(true);
    process_stop(the(stage, "stopped"));
    process_keep_wish(the(stage, "stopped"));
    assert_true(stage_reload(
        stage, a_plan(three_of("stopped", true), three_of("up", true), three_of("waits", false), more, NULL), NULL));
    assert_int_equal(matches(stage, "stopped"), 3);
    assert_state(the(stage, "stopped:3"), PROCESS_STOPPED);
    assert_true(process_wish_is_kept(the(stage, "stopped:3")));
    assert_true(process_is_alive(the(stage, "up:3")));
    assert_state(the(stage, "done:1"), PROCESS_EXITED);
    assert_true(process_is_alive(the(stage, "done:3")));
    assert_state(the(stage, "waits:3"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void who_is_to_start_by_now_is_started_unless_a_user_has_spoken(void **state)
{
    struct program *quiet = an_everlasting_program("quiet"), *stopped = an_everlasting_program("stopped");
    struct stage *stage;

    (void)state;
    program_own(quiet)->autostart = program_own(stopped)->autostart = false;
    stage = a_stage(a_plan(quiet, stopped, NULL));
    process_stop(the(stage, "stopped"));
    process_keep_wish(the(stage, "stopped"));
    assert_true(
        stage_reload(stage, a_plan(an_everlasting_program("quiet"), an_everlasting_program("stopped"), NULL), NULL));
    assert_true(process_is_alive(the(stage, "quiet")));
    assert_state(the(stage, "stopped"), PROCESS_STOPPED);
    fake_obey(true);
    stage_ends(stage);
}

static void a_scaled_count_stays_until_the_file_changes_it(void **state)
{
    struct program *work = an_everlasting_program("work"), *after;
    struct stage *stage;

    (void)state;
    stage = a_stage(a_plan(work, NULL));
    fake_obey(true);
    supervisor_scale(stage->supervisor, work, 3, false);
    fake_turn();
    assert_true(stage_reload(stage, a_plan(an_everlasting_program("work"), NULL), NULL));
    assert_int_equal(matches(stage, "work"), 3);
    after = an_everlasting_program("work");
    program_own(after)->numprocs = 2;
    assert_true(stage_reload(stage, a_plan(after, NULL), NULL));
    assert_int_equal(matches(stage, "work"), 2);
    stage_ends(stage);
}

static void a_scaled_count_keeps_to_new_bounds(void **state)
{
    struct program *bounded = an_everlasting_program("work"), *alone = an_everlasting_program("work");
    struct stage *stage = a_stage(a_plan(an_everlasting_program("work"), NULL));

    (void)state;
    fake_obey(true);
    supervisor_scale(stage->supervisor, supervisor_plan(stage->supervisor)->programs[0], 5, true);
    fake_turn();
    program_own(bounded)->max_procs = 3;
    assert_true(stage_reload(stage, a_plan(bounded, NULL), NULL));
    assert_int_equal(matches(stage, "work"), 3);
    program_own(alone)->max_procs = 3;
    alone->pidfile = xstrdup("/nowhere/work.pid"); /* which names one process */
    assert_true(stage_reload(stage, a_plan(alone, NULL), NULL));
    assert_int_equal(matches(stage, "work"), 1);
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shutdown_stops_everything_and_ends_the_loop),
        cmocka_unit_test(lower_priority_starts_first_and_stops_last),
        cmocka_unit_test(nothing_restarts_during_a_shutdown),
        cmocka_unit_test(a_second_shutdown_kills),
        cmocka_unit_test(stop_timeout_bounds_the_whole_shutdown),
        cmocka_unit_test(the_end_of_an_essential_program_is_everybodys),
        cmocka_unit_test(a_users_stop_of_an_essential_program_ends_nothing),
        cmocka_unit_test(an_essential_program_killed_by_a_signal_gives_128_and_its_number),
        cmocka_unit_test(more_restarts_than_the_limit_give_up_for_the_program),
        cmocka_unit_test(the_limit_over_all_programs_can_end_reeve),
        cmocka_unit_test(giving_up_can_shut_everything_down),
        cmocka_unit_test(targets_name_what_they_say),
        cmocka_unit_test(a_program_with_one_process_has_the_short_name),
        cmocka_unit_test(scaling_takes_the_lowest_index_and_gives_up_the_highest),
        cmocka_unit_test(scaling_stays_within_the_bounds),
        cmocka_unit_test(a_step_never_goes_the_other_way),
        cmocka_unit_test(of_many_processes_all_but_one_go_at_once),
        cmocka_unit_test(a_broken_file_changes_nothing),
        cmocka_unit_test(a_reload_lists_what_it_did),
        cmocka_unit_test(a_kept_program_is_not_touched),
        cmocka_unit_test(a_live_setting_restarts_nothing_and_holds_at_once),
        cmocka_unit_test(the_backoff_survives_a_reload),
        cmocka_unit_test(a_new_backoff_holds_for_who_waits_already),
        cmocka_unit_test(fewer_retries_hold_for_who_waits_already),
        cmocka_unit_test(who_is_not_to_be_restarted_any_more_is_not),
        cmocka_unit_test(a_reload_says_and_does_nothing_about_one_that_has_ended),
        cmocka_unit_test(what_a_user_stopped_stays_stopped),
        cmocka_unit_test(a_fatal_program_is_retried_only_when_it_changed),
        cmocka_unit_test(a_count_changes_by_the_difference),
        cmocka_unit_test(who_counts_from_another_number_has_other_names),
        cmocka_unit_test(those_who_join_are_wanted_as_the_others_are),
        cmocka_unit_test(who_is_to_start_by_now_is_started_unless_a_user_has_spoken),
        cmocka_unit_test(a_scaled_count_stays_until_the_file_changes_it),
        cmocka_unit_test(a_scaled_count_keeps_to_new_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
