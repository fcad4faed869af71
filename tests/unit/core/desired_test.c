/* What users want holds in the next life of reeve too. */
#include "core/desired.h"
#include "os/file.h"
#include "stage.h"

#include <stdio.h>
#include <unistd.h>

static char folder[] = "/tmp/desired_test.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/desired", folder);
    fake_reset();
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    fake_reset();
    return rmdir(folder);
}

static const char *kept(void)
{
    static struct buffer text;

    buffer_free(&text);
    buffer_add_text(&text, "");
    if (access(path, F_OK) == 0)
        assert_true(file_read(path, 4096, &text, NULL));
    return text.data;
}

static struct stage *a_life(struct plan *plan)
{
    struct stage *stage = xcalloc(1, sizeof *stage);

    plan->settings.state_dir = xstrdup(folder);
    stage->loop = loop_new();
    stage->supervisor = supervisor_new(stage->loop, &(struct supervisor_upward){ .arg = stage, .load = stage_load });
    assert_true(supervisor_keep_state(stage->supervisor, folder, NULL));
    supervisor_start(stage->supervisor, plan);
    fake_clock_advance(1000);
    return stage;
}

static struct program *a_program_of(const char *name, int count, bool autostart)
{
    struct program *p = a_program(name);

    program_own(p)->numprocs = count;
    program_own(p)->autostart = autostart;
    return p;
}

/* `web` has one process and starts by itself, `pool` has three, `cron` waits for a user. */
static struct stage *the_life(void)
{
    return a_life(
        a_plan(a_program_of("web", 1, true), a_program_of("pool", 3, true), a_program_of("cron", 1, false), NULL));
}

static void user_starts(struct process *p)
{
    process_start(p);
    process_keep_wish(p);
}

static void user_stops(struct process *p)
{
    process_stop(p);
    process_keep_wish(p);
}

static void end_life(struct stage *stage)
{
    fake_obey(true);
    stage_ends(stage);
}

static void what_a_user_stopped_stays_stopped(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    assert_string_equal(kept(), "");
    user_stops(the(stage, "web"));
    user_stops(the(stage, "pool:2"));
    fake_turn();
    assert_string_equal(kept(), "down web\ndown pool 2\n");
    end_life(stage);
    assert_string_equal(kept(), "down web\ndown pool 2\n");

    stage = the_life();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    assert_state(the(stage, "pool:1"), PROCESS_RUNNING);
    assert_state(the(stage, "pool:2"), PROCESS_STOPPED);
    assert_state(the(stage, "pool:3"), PROCESS_RUNNING);
    user_starts(the(stage, "web"));
    user_starts(the(stage, "pool:2"));
    fake_turn();
    assert_string_equal(kept(), "");
    end_life(stage);
}

static void what_a_user_started_is_started(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    user_starts(the(stage, "cron"));
    fake_turn();
    assert_string_equal(kept(), "up cron\n");
    end_life(stage);
    stage = the_life();
    assert_state(the(stage, "cron"), PROCESS_RUNNING);
    end_life(stage);
}

static void what_a_user_started_stays_so_however_often_it_is_restarted(void **state)
{
    struct stage *stage = the_life();
    struct program *changed = a_program_of("cron", 1, false);
    pid_t first;

    (void)state;
    fake_obey(true);
    user_starts(the(stage, "cron"));
    fake_clock_advance(1000);
    first = process_pid(the(stage, "cron"));
    words_add(&changed->cmd, "more");
    assert_true(
        stage_reload(stage, a_plan(a_program_of("web", 1, true), a_program_of("pool", 3, true), changed, NULL), NULL));
    fake_clock_advance(1000);
    assert_int_not_equal(process_pid(the(stage, "cron")), first);
    assert_string_equal(kept(), "up cron\n");
    process_restart(the(stage, "cron"));
    fake_clock_advance(1000);
    assert_string_equal(kept(), "up cron\n");
    process_stop(the(stage, "cron"));
    process_start(the(stage, "cron"));
    fake_clock_advance(1000);
    assert_string_equal(kept(), "");
    end_life(stage);
}

static void a_stop_in_the_same_turn_as_the_end_is_kept(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    user_stops(the(stage, "web"));
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    end_life(stage);
    assert_string_equal(kept(), "down web\n");
}

static void an_end_by_itself_is_no_wish(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_state(the(stage, "web"), PROCESS_EXITED);
    assert_string_equal(kept(), "");
    user_starts(the(stage, "cron"));
    fake_clock_advance(1000);
    assert_string_equal(kept(), "up cron\n");
    fake_child_exits(process_pid(the(stage, "cron")), 0);
    fake_turn();
    assert_string_equal(kept(), "");
    user_stops(the(stage, "web"));
    fake_turn();
    assert_string_equal(kept(), "down web\n");
    end_life(stage);
}

static void a_oneshot_is_not_run_once_more(void **state)
{
    struct program *job = a_program_of("job", 1, false);
    struct stage *stage;

    (void)state;
    program_own(job)->oneshot = true;
    stage = a_life(a_plan(job, NULL));
    user_starts(the(stage, "job"));
    fake_turn();
    assert_string_equal(kept(), "");
    end_life(stage);
}

static void a_scaled_count_holds_until_the_file_says_another(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    supervisor_scale(stage->supervisor, process_program(the(stage, "pool:1")), 5, false);
    supervisor_keep_count(stage->supervisor, process_program(the(stage, "pool:1")));
    fake_turn();
    assert_string_equal(kept(), "count pool 5 3\n");
    end_life(stage);
    stage = the_life();
    assert_int_equal(supervisor_count(stage->supervisor, process_program(the(stage, "pool:1"))), 5);
    assert_state(the(stage, "pool:5"), PROCESS_RUNNING);
    assert_string_equal(kept(), "count pool 5 3\n");
    end_life(stage);
    stage = a_life(a_plan(a_program_of("pool", 4, true), NULL));
    assert_int_equal(supervisor_count(stage->supervisor, process_program(the(stage, "pool:1"))), 4);
    assert_string_equal(kept(), "");
    end_life(stage);
}

/* Its wish came with an older file. */
static void who_left_the_plan_begins_anew(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    user_stops(the(stage, "web"));
    fake_turn();
    end_life(stage);
    stage = a_life(a_plan(a_program_of("pool", 3, true), NULL));
    assert_string_equal(kept(), "");
    assert_true(stage_reload(stage, a_plan(a_program_of("pool", 3, true), a_program_of("web", 1, true), NULL), NULL));
    assert_true(process_wanted(the(stage, "web")));
    end_life(stage);
}

static void what_makes_no_sense_is_passed_over(void **state)
{
    FILE *f = fopen(path, "w");
    struct stage *stage;

    (void)state;
    assert_non_null(f);
    fputs("down\nsideways web\ncount pool\ncount pool -4 3\ndown web 1 2\n\nup cron\ndown pool 1", f);
    fclose(f);
    stage = the_life();
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_state(the(stage, "pool:1"), PROCESS_STOPPED);
    assert_state(the(stage, "cron"), PROCESS_RUNNING);
    assert_string_equal(kept(), "down pool 1\nup cron\n");
    end_life(stage);
}

/* A hook, a server: whoever wishes so will do it again. */
static void wishes_of_others_are_not_kept(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    process_stop(the(stage, "web"));
    process_start(the(stage, "cron"));
    supervisor_scale(stage->supervisor, process_program(the(stage, "pool:1")), 5, false);
    fake_turn();
    assert_string_equal(kept(), "");
    user_stops(the(stage, "web"));
    fake_turn();
    assert_string_equal(kept(), "down web\n");
    process_start(the(stage, "web"));
    process_stop(the(stage, "web"));
    fake_turn();
    assert_string_equal(kept(), "");
    end_life(stage);
}

static void who_goes_along_is_kept_too(void **state)
{
    struct program *api = a_program_of("api", 1, true);
    struct stage *stage;

    (void)state;
    api->requires = xcalloc(1, sizeof *api->requires);
    words_add(&api->requires->words, "db");
    stage = a_life(a_plan(a_program_of("db", 1, true), api, NULL));
    fake_clock_advance(1000);
    fake_obey(true);
    user_stops(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "api"), PROCESS_STOPPED);
    assert_string_equal(kept(), "down db\ndown api\n");
    user_starts(the(stage, "api"));
    fake_clock_advance(3000);
    assert_state(the(stage, "db"), PROCESS_RUNNING);
    assert_string_equal(kept(), "");
    process_stop(the(stage, "db"));
    fake_turn();
    assert_state(the(stage, "api"), PROCESS_STOPPED);
    assert_string_equal(kept(), "");
    end_life(stage);
}

static void crashes_write_nothing(void **state)
{
    struct stage *stage = the_life();

    (void)state;
    user_stops(the(stage, "pool:2"));
    fake_turn();
    unlink(path);
    for (int i = 0; i < 5; i++) {
        fake_child_dies(process_pid(the(stage, "web")), SIGSEGV);
        fake_clock_advance(60000);
    }
    assert_int_equal(access(path, F_OK), -1);
    end_life(stage);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_user_stopped_stays_stopped),
        TEST(what_a_user_started_is_started),
        TEST(what_a_user_started_stays_so_however_often_it_is_restarted),
        TEST(a_stop_in_the_same_turn_as_the_end_is_kept),
        TEST(an_end_by_itself_is_no_wish),
        TEST(a_oneshot_is_not_run_once_more),
        TEST(a_scaled_count_holds_until_the_file_says_another),
        TEST(who_left_the_plan_begins_anew),
        TEST(what_makes_no_sense_is_passed_over),
        TEST(wishes_of_others_are_not_kept),
        TEST(who_goes_along_is_kept_too),
        TEST(crashes_write_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
