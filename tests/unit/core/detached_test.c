#include "core/detached.h"
#include "os/pidfile.h"
#include "stage.h"

#include <stdio.h>
#include <unistd.h>

enum { STRANGER = 77, START = 5 };

static char folder[] = "/tmp/detached_test.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/d.pid", folder);
    return 0;
}

static int remove_folder(void **state)
{
    char noted[64];

    (void)state;
    snprintf(noted, sizeof noted, "%s/d.daemon", folder);
    unlink(noted);
    unlink(path);
    return rmdir(folder);
}

static struct program *a_detached_program(void)
{
    struct program *p = a_program("d");

    program_own(p)->detached = true;
    program_own(p)->deathsig = 0;
    return p;
}

/* It writes its own pid file. */
static struct program *a_forking_program(void)
{
    struct program *p = a_program("d");

    program_own(p)->forks = true;
    p->pidfile = xstrdup(path);
    return p;
}

static struct stage *a_stage_with_state(struct program *program)
{
    struct plan *plan = a_plan(program, NULL);

    plan->settings.state_dir = xstrdup(folder);
    return a_stage(plan);
}

static void write_pid(pid_t pid)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fprintf(f, "%d\n", (int)pid);
    fclose(f);
}

static bool is_noted(pid_t pid)
{
    struct process_mark who;

    return pidfile_find(path, &who, NULL) && who.pid == pid;
}

/* Everything ends, but for so many. */
static void stage_ends_without(struct stage *stage, size_t left)
{
    supervisor_shutdown(stage->supervisor, 0, false, "the test is over");
    fake_clock_advance(1000000);
    assert_true(fake_loop_ended());
    assert_int_equal(fake_living(), left);
    stage_free(stage);
}

/* -- who outlives reeve ----------------------------------------------------------------------------------------- */

static void the_shutdown_leaves_it_alone(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());
    pid_t pid = process_pid(the(stage, "d"));

    (void)state;
    fake_clock_advance(1000);
    assert_state(the(stage, "d"), PROCESS_RUNNING);
    assert_true(is_noted(pid));
    stage_ends_without(stage, 1);
    assert_int_equal(fake_signals(pid), 0);
    assert_true(is_noted(pid));
    fake_reset();
}

static void one_that_is_just_starting_is_left_alone_too(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());

    (void)state;
    assert_state(the(stage, "d"), PROCESS_STARTING);
    stage_ends_without(stage, 1);
    fake_reset();
}

static void a_second_request_to_end_leaves_it_alone(void **state)
{
    struct stage *stage = a_stage(a_plan(a_detached_program(), a_program("other"), NULL));

    (void)state;
    fake_clock_advance(1000);
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    stage_ends_without(stage, 1);
    fake_reset();
}

static void the_end_of_reeve_is_no_time_to_grow_old(void **state)
{
    struct program *d = a_detached_program();
    struct stage *stage;
    pid_t pid;

    (void)state;
    program_own(d)->max_age = 5000;
    stage = a_stage(a_plan(d, a_program("slow"), NULL));
    fake_clock_advance(1000);
    pid = process_pid(the(stage, "d"));
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    fake_clock_advance(9000);
    assert_state(the(stage, "slow"), PROCESS_STOPPING);
    assert_int_equal(fake_signals(pid), 0);
    stage_ends_without(stage, 1);
    fake_reset();
}

static void its_stop_is_awaited_by_the_shutdown(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());
    pid_t pid = process_pid(the(stage, "d"));

    (void)state;
    fake_clock_advance(1000);
    process_stop(the(stage, "d"));
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    fake_turn();
    assert_false(fake_loop_ended());
    assert_int_equal(fake_last_signal(pid), SIGTERM);
    fake_child_exits(pid, 0);
    stage_ends_without(stage, 0);
    fake_reset();
}

static void what_it_requires_may_go_without_it(void **state)
{
    struct program *d = a_detached_program();
    struct stage *stage;

    (void)state;
    d->requires = xcalloc(1, sizeof *d->requires);
    words_add(&d->requires->words, "db");
    stage = a_stage(a_plan(d, a_program("db"), NULL));
    fake_clock_advance(3000);
    assert_state(the(stage, "d"), PROCESS_RUNNING);
    stage_ends_without(stage, 1);
    fake_reset();
}

static bool is_there(const char *ending)
{
    char *noted = xasprintf("%s/%s", folder, ending);
    bool there = access(noted, F_OK) == 0;

    free(noted);
    return there;
}

static void a_reload_leaves_no_pid_file_behind(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());
    struct program *moved = a_detached_program(), *attached = a_program("d");
    struct plan *plans[] = { a_plan(moved, NULL), a_plan(attached, NULL) };
    pid_t first = process_pid(the(stage, "d"));

    (void)state;
    fake_clock_advance(1000);
    moved->pidfile = xasprintf("%s/moved", folder);
    for (int i = 0; i < 2; i++)
        plans[i]->settings.state_dir = xstrdup(folder);
    assert_true(stage_reload(stage, plans[0], NULL));
    assert_false(is_noted(first));
    assert_true(is_there("moved")); /* it is stopping, and could still be lost */
    fake_obey(true);
    fake_child_exits(first, 0);
    fake_clock_advance(1000);
    assert_state(the(stage, "d"), PROCESS_RUNNING);
    assert_true(is_there("moved"));
    assert_true(stage_reload(stage, plans[1], NULL));
    fake_clock_advance(1000);
    assert_state(the(stage, "d"), PROCESS_RUNNING);
    assert_false(is_there("moved"));
    stage_ends_without(stage, 0);
    fake_reset();
}

static void a_stop_ends_it_and_its_pid_file(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());
    struct process *p = the(stage, "d");

    (void)state;
    fake_clock_advance(1000);
    fake_obey(true);
    process_stop(p);
    fake_turn();
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(access(path, F_OK), -1);
    stage_ends(stage);
}

static void each_process_has_a_pid_file_of_its_own(void **state)
{
    struct program *program = a_detached_program();
    struct stage *stage;
    char second[64];

    (void)state;
    program_own(program)->numprocs = 2;
    stage = a_stage_with_state(program);
    snprintf(second, sizeof second, "%s/d:2.pid", folder);
    assert_true(is_noted(process_pid(the(stage, "d:1"))));
    assert_int_equal(access(second, F_OK), 0);
    fake_obey(true);
    process_stop(the(stage, "d:1"));
    process_stop(the(stage, "d:2"));
    fake_turn();
    assert_int_equal(access(second, F_OK), -1);
    stage_ends(stage);
}

static void one_that_leaves_the_plan_is_stopped(void **state)
{
    struct stage *stage = a_stage_with_state(a_detached_program());
    pid_t pid = process_pid(the(stage, "d"));

    (void)state;
    fake_clock_advance(1000);
    fake_obey(true);
    assert_true(stage_reload(stage, a_plan(a_program("other"), NULL), NULL));
    assert_int_equal(fake_last_signal(pid), 0); /* it has ended */
    assert_int_equal(fake_living(), 1);
    assert_int_equal(access(path, F_OK), -1);
    stage_ends(stage);
}

/* One file names one process. */
static void a_program_with_a_pid_file_is_not_scaled(void **state)
{
    struct stage *stage = a_stage(a_plan(a_forking_program(), NULL));
    struct process *p = the(stage, "d");

    (void)state;
    assert_int_equal(supervisor_scale(stage->supervisor, process_program(p), 5, true), 1);
    assert_int_equal(supervisor_process_count(stage->supervisor), 1);
    stage_ends(stage);
}

/* Nobody could find it again. */
static void without_its_pid_file_it_does_not_run(void **state)
{
    struct program *program = a_detached_program();
    struct stage *stage;

    (void)state;
    program->pidfile = xstrdup("/proc/nope/d.pid");
    program_own(program)->startretries = 0;
    stage = a_stage(a_plan(program, NULL));
    assert_state(the(stage, "d"), PROCESS_FATAL);
    assert_non_null(strstr(process_last_exit(the(stage, "d"))->reason, "pid file"));
    fake_turn();
    assert_int_equal(fake_living(), 0);
    stage_ends(stage);
}

/* -- who is found again ----------------------------------------------------------------------------------------- */

static void note_stranger(int64_t start)
{
    const struct process_mark who = { STRANGER, start };
    struct error e;

    assert_true(pidfile_record(path, &who, &e));
}

/* The stranger lives when the stage begins. */
static struct stage *a_second_life(struct program *program)
{
    struct plan *plan = a_plan(program, NULL);
    struct stage *stage = xcalloc(1, sizeof *stage);

    plan->settings.state_dir = xstrdup(folder);
    fake_reset();
    fake_process(STRANGER, START);
    stage->loop = loop_new();
    stage->supervisor = supervisor_new(stage->loop, &(struct supervisor_upward){ .arg = stage, .load = stage_load });
    supervisor_start(stage->supervisor, plan);
    fake_turn();
    return stage;
}

static void it_is_found_again_and_not_started_twice(void **state)
{
    struct stage *stage;
    struct process *p;

    (void)state;
    note_stranger(START);
    stage = a_second_life(a_detached_program());
    p = the(stage, "d");
    assert_state(p, PROCESS_RUNNING);
    assert_int_equal(process_pid(p), STRANGER);
    assert_int_equal(process_uptime(p), 5000);
    assert_int_equal(fake_started(), 0);
    stage_ends_without(stage, 1);
    fake_reset();
}

static void who_is_found_again_is_as_old_as_it_is(void **state)
{
    struct program *program = a_detached_program();
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->max_age = 8000;
    note_stranger(START);
    stage = a_second_life(program);
    p = the(stage, "d");
    assert_int_equal(process_uptime(p), 5000);
    fake_clock_advance(2999);
    assert_state(p, PROCESS_RUNNING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_STOPPING);
    fake_child_vanishes(STRANGER);
    fake_clock_advance(1000);
    stage_ends_without(stage, 1);
    fake_reset();
}

static void it_is_found_again_though_nothing_would_start_it(void **state)
{
    struct program *program = a_detached_program();
    struct stage *stage;

    (void)state;
    program_own(program)->autostart = false;
    note_stranger(START);
    stage = a_second_life(program);
    assert_state(the(stage, "d"), PROCESS_RUNNING);
    assert_true(process_wanted(the(stage, "d")));
    stage_ends_without(stage, 1);
    fake_reset();
}

static void a_pid_that_is_anothers_by_now_is_not_believed(void **state)
{
    struct stage *stage;
    struct process *p;

    (void)state;
    note_stranger(START - 1);
    stage = a_second_life(a_detached_program());
    p = the(stage, "d");
    assert_state(p, PROCESS_STARTING);
    assert_int_not_equal(process_pid(p), STRANGER);
    assert_int_equal(fake_signals(STRANGER), 0);
    assert_true(is_noted(process_pid(p)));
    fake_obey(true);
    process_stop(p);
    fake_turn();
    stage_ends(stage);
}

static void its_end_is_unexpected_when_nobody_knows_its_status(void **state)
{
    struct stage *stage;
    struct process *p;

    (void)state;
    note_stranger(START);
    stage = a_second_life(a_detached_program());
    p = the(stage, "d");
    fake_child_vanishes(STRANGER);
    assert_string_equal(process_last_exit(p)->reason, "exited with status unknown");
    assert_int_equal(process_last_exit(p)->code, -1);
    assert_false(process_last_exit(p)->expected);
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(fake_started(), 1);
    fake_obey(true);
    process_stop(p);
    fake_turn();
    stage_ends(stage);
}

static void a_stop_of_one_that_was_found_ends_it(void **state)
{
    struct stage *stage;
    struct process *p;

    (void)state;
    note_stranger(START);
    stage = a_second_life(a_detached_program());
    p = the(stage, "d");
    process_stop(p);
    assert_state(p, PROCESS_STOPPING);
    fake_child_vanishes(STRANGER);
    assert_state(p, PROCESS_STOPPED);
    assert_true(process_last_exit(p)->stopped);
    assert_int_equal(access(path, F_OK), -1);
    stage_ends(stage);
}

/* -- who forks -------------------------------------------------------------------------------------------------- */

static void the_pid_file_says_who_runs_when_the_starter_has_ended(void **state)
{
    struct stage *stage = a_stage_with_state(a_forking_program());
    struct process *p = the(stage, "d");

    (void)state;
    fake_clock_advance(2000);
    assert_state(p, PROCESS_STARTING);
    fake_child_exits(process_pid(p), 0);
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(process_pid(p), 0);
    fake_clock_advance(200);
    fake_process(STRANGER, START);
    write_pid(STRANGER);
    fake_clock_advance(50);
    assert_int_equal(process_pid(p), STRANGER);
    fake_clock_advance(999);
    assert_state(p, PROCESS_STARTING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_RUNNING);
    fake_child_dies(STRANGER, SIGSEGV);
    assert_string_equal(process_last_exit(p)->reason, "killed by SIGSEGV");
    stage_ends(stage);
}

static void a_bad_end_of_the_starter_is_a_failed_start(void **state)
{
    struct stage *stage = a_stage(a_plan(a_forking_program(), NULL));
    struct process *p = the(stage, "d");

    (void)state;
    fake_child_exits(process_pid(p), 3);
    assert_state(p, PROCESS_BACKOFF);
    assert_true(process_last_exit(p)->failed_start);
    assert_string_equal(process_last_exit(p)->reason, "exited with status 3");
    stage_ends(stage);
}

static void a_pid_file_that_does_not_come_is_a_failed_start(void **state)
{
    struct program *program = a_forking_program();
    struct stage *stage;
    struct process *p;

    (void)state;
    program_own(program)->ready_timeout = 5000;
    stage = a_stage(a_plan(program, NULL));
    p = the(stage, "d");
    fake_clock_advance(1000);
    fake_child_exits(process_pid(p), 0);
    fake_clock_advance(3999);
    assert_state(p, PROCESS_STARTING);
    fake_clock_advance(1);
    assert_state(p, PROCESS_BACKOFF);
    assert_non_null(strstr(process_last_exit(p)->reason, "not in the background within 5s: pid file"));
    assert_non_null(strstr(process_last_exit(p)->reason, path));
    stage_ends(stage);
}

static void a_starter_that_stays_is_a_failed_start(void **state)
{
    struct program *program = a_forking_program();
    struct stage *stage;
    struct process *p;
    pid_t starter;

    (void)state;
    program_own(program)->ready_timeout = 5000;
    stage = a_stage(a_plan(program, NULL));
    p = the(stage, "d");
    starter = process_pid(p);
    fake_clock_advance(5000);
    assert_state(p, PROCESS_STOPPING);
    fake_child_dies(starter, SIGTERM);
    assert_state(p, PROCESS_BACKOFF);
    assert_string_equal(process_last_exit(p)->reason, "not in the background within 5s");
    stage_ends(stage);
}

static void a_stop_while_its_pid_file_is_awaited_calls_it_off(void **state)
{
    struct stage *stage = a_stage(a_plan(a_forking_program(), NULL));
    struct process *p = the(stage, "d");

    (void)state;
    fake_child_exits(process_pid(p), 0);
    process_stop(p);
    assert_state(p, PROCESS_STOPPED);
    assert_int_equal(fake_timers(), 0);
    stage_ends(stage);
}

static void a_stop_while_it_starts_reaches_the_daemon(void **state)
{
    struct stage *stage = a_stage(a_plan(a_forking_program(), NULL));
    struct process *p = the(stage, "d");
    pid_t starter = process_pid(p);

    (void)state;
    process_stop(p);
    fake_process(STRANGER, START);
    write_pid(STRANGER);
    fake_child_exits(starter, 0);
    assert_state(p, PROCESS_STOPPING);
    assert_int_equal(process_pid(p), STRANGER);
    assert_int_not_equal(fake_last_signal(STRANGER), 0);
    fake_child_vanishes(STRANGER);
    assert_state(p, PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_daemon_that_runs_already_is_not_started_again(void **state)
{
    struct stage *stage;
    struct process *p;

    (void)state;
    write_pid(STRANGER);
    stage = a_second_life(a_forking_program());
    p = the(stage, "d");
    assert_state(p, PROCESS_RUNNING);
    assert_int_equal(process_pid(p), STRANGER);
    assert_int_equal(fake_started(), 0);
    fake_process(0, 0);
    fake_child_dies(STRANGER, SIGTERM);
    stage_ends(stage);
}

/* Its own file is gone, or was touched; reeve knew it before. */
static void a_daemon_that_was_noted_is_found_without_its_file(void **state)
{
    struct stage *stage;
    struct process *p;
    struct process_mark who;

    (void)state;
    write_pid(STRANGER);
    stage = a_second_life(a_forking_program());
    p = the(stage, "d");
    unlink(path);
    assert_true(detached_find(p, &who, NULL));
    assert_int_equal(who.pid, STRANGER);
    fake_process(0, 0);
    fake_child_dies(STRANGER, SIGTERM);
    assert_false(detached_find(p, &who, NULL));
    stage_ends(stage);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_shutdown_leaves_it_alone),
        TEST(one_that_is_just_starting_is_left_alone_too),
        TEST(a_second_request_to_end_leaves_it_alone),
        TEST(the_end_of_reeve_is_no_time_to_grow_old),
        TEST(its_stop_is_awaited_by_the_shutdown),
        TEST(what_it_requires_may_go_without_it),
        TEST(a_stop_ends_it_and_its_pid_file),
        TEST(a_reload_leaves_no_pid_file_behind),
        TEST(each_process_has_a_pid_file_of_its_own),
        TEST(one_that_leaves_the_plan_is_stopped),
        TEST(a_program_with_a_pid_file_is_not_scaled),
        TEST(without_its_pid_file_it_does_not_run),
        TEST(it_is_found_again_and_not_started_twice),
        TEST(who_is_found_again_is_as_old_as_it_is),
        TEST(it_is_found_again_though_nothing_would_start_it),
        TEST(a_pid_that_is_anothers_by_now_is_not_believed),
        TEST(its_end_is_unexpected_when_nobody_knows_its_status),
        TEST(a_stop_of_one_that_was_found_ends_it),
        TEST(the_pid_file_says_who_runs_when_the_starter_has_ended),
        TEST(a_bad_end_of_the_starter_is_a_failed_start),
        TEST(a_pid_file_that_does_not_come_is_a_failed_start),
        TEST(a_starter_that_stays_is_a_failed_start),
        TEST(a_stop_while_its_pid_file_is_awaited_calls_it_off),
        TEST(a_stop_while_it_starts_reaches_the_daemon),
        TEST(a_daemon_that_runs_already_is_not_started_again),
        TEST(a_daemon_that_was_noted_is_found_without_its_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
