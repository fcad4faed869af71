/* The next life after one that ended without a word. */
#include "core/census.h"
#include "os/file.h"
#include "os/pidfile.h"
#include "stage.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SURVIVOR = 77, START = 5, HOLDER = 55 };

static char folder[] = "/tmp/survivors_test.XXXXXX";
static char path[64], pidfile[64];

static int make_folder(void **state)
{
    (void)state;
    strcpy(strrchr(folder, '.'), ".XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/census", folder);
    snprintf(pidfile, sizeof pidfile, "%s/web.pid", folder);
    fake_reset();
    return 0;
}

static int remove_folder(void **state)
{
    char desired[64];

    (void)state;
    snprintf(desired, sizeof desired, "%s/desired", folder);
    unlink(desired);
    unlink(pidfile);
    unlink(path);
    fake_reset();
    return rmdir(folder);
}

static void write_life(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static const char *read_life(void)
{
    static char text[4096];
    FILE *f = fopen(path, "r");
    size_t length = 0;

    if (f != NULL) {
        length = fread(text, 1, sizeof text - 1, f);
        fclose(f);
    }
    text[length] = '\0';
    return text;
}

/* A supervisor that keeps its state, with the program `web`. */
static struct stage *a_life(struct program *web)
{
    struct plan *plan = a_plan(web, NULL);
    struct stage *stage = xcalloc(1, sizeof *stage);
    struct error e;

    plan->settings.state_dir = xstrdup(folder);
    stage->loop = loop_new();
    stage->supervisor = supervisor_new(stage->loop, &(struct supervisor_upward){ .arg = stage, .load = stage_load });
    if (!supervisor_keep_state(stage->supervisor, folder, &e))
        fail_msg("%s", e.text);
    supervisor_start(stage->supervisor, plan);
    fake_turn();
    return stage;
}

/* An earlier life had started `web`, which lives. */
static struct stage *a_life_after(struct program *web)
{
    write_life("life 55 3 this-boot 55.1\nprocess 77 5 web\n");
    fake_process(SURVIVOR, START);
    return a_life(web);
}

static void who_is_started_is_noted(void **state)
{
    struct stage *stage = a_life(a_program("web"));
    char line[64];

    (void)state;
    snprintf(line, sizeof line, "\nprocess %d %d web\n", process_pid(the(stage, "web")),
             process_pid(the(stage, "web")));
    assert_non_null(strstr(read_life(), line));
    stage_ends(stage);
}

static void a_good_end_leaves_nothing_behind(void **state)
{
    (void)state;
    stage_ends(a_life(a_program("web")));
    assert_int_equal(access(path, F_OK), -1);
}

static void a_survivor_is_ended_before_anybody_is_started(void **state)
{
    struct stage *stage = a_life_after(a_program("web"));
    struct process *p = the(stage, "web");
    struct buffer text = { 0 };

    (void)state;
    assert_state(p, PROCESS_STARTING);
    assert_int_equal(fake_started(), 0);
    assert_int_equal(fake_last_signal(SURVIVOR), SIGTERM);
    process_describe(p, &text);
    assert_string_equal(text.data, "waiting for those who are left from an earlier life of reeve");
    buffer_free(&text);
    fake_clock_advance(5000);
    assert_int_equal(fake_started(), 0);
    fake_child_vanishes(SURVIVOR);
    fake_clock_advance(0);
    assert_int_equal(fake_started(), 1);
    assert_null(strstr(read_life(), "process 77"));
    stage_ends(stage);
}

static void one_that_does_not_stop_is_killed_after_its_stoptime(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->stoptime = 3000;
    stage = a_life_after(web);
    fake_clock_advance(2999);
    assert_int_equal(fake_living(), 1);
    assert_int_equal(fake_started(), 0);
    fake_clock_advance(1); /* KILL always ends a fake one */
    assert_int_equal(fake_last_signal(SURVIVOR), 0);
    assert_int_equal(fake_started(), 1);
    stage_ends(stage);
}

static void a_number_that_is_anothers_by_now_is_left_alone(void **state)
{
    struct stage *stage;

    (void)state;
    write_life("life 55 3 this-boot 55.1\nprocess 77 4 web\n");
    fake_process(SURVIVOR, START);
    stage = a_life(a_program("web"));
    assert_int_equal(fake_started(), 1);
    assert_int_equal(fake_signals(SURVIVOR), 0);
    stage_ends(stage);
}

static void after_a_boot_nobody_is_left(void **state)
{
    struct stage *stage;

    (void)state;
    write_life("life 55 3 another-boot 55.1\nprocess 77 5 web\n");
    fake_process(SURVIVOR, START);
    stage = a_life(a_program("web"));
    assert_int_equal(fake_started(), 1);
    assert_int_equal(fake_signals(SURVIVOR), 0);
    stage_ends(stage);
}

static void a_detached_one_is_found_again_and_not_ended(void **state)
{
    const struct process_mark who = { SURVIVOR, START };
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->detached = true;
    assert_true(pidfile_record(pidfile, &who, NULL));
    stage = a_life_after(web);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_int_equal(process_pid(the(stage, "web")), SURVIVOR);
    assert_int_equal(fake_signals(SURVIVOR), 0);
    fake_obey(true);
    process_stop(the(stage, "web"));
    fake_turn();
    stage_ends(stage);
}

/* Reeve was killed before it could write the pid file: a second one must not be started beside it. */
static void a_detached_one_that_nobody_could_find_is_ended(void **state)
{
    struct program *web = a_program("web");
    struct stage *stage;

    (void)state;
    program_own(web)->detached = true;
    stage = a_life_after(web);
    assert_int_equal(fake_last_signal(SURVIVOR), SIGTERM);
    assert_int_equal(fake_started(), 0);
    fake_child_vanishes(SURVIVOR);
    fake_clock_advance(0);
    assert_int_equal(fake_started(), 1);
    fake_obey(true);
    process_stop(the(stage, "web"));
    fake_turn();
    stage_ends(stage);
}

static void the_program_of_a_survivor_may_be_gone(void **state)
{
    struct stage *stage = a_life_after(a_program("api"));

    (void)state;
    assert_int_equal(fake_last_signal(SURVIVOR), SIGTERM);
    fake_clock_advance(9999);
    assert_int_equal(fake_started(), 0);
    fake_clock_advance(1);
    assert_int_equal(fake_started(), 1);
    stage_ends(stage);
}

static void a_shutdown_meanwhile_kills_them(void **state)
{
    struct stage *stage = a_life_after(a_program("web"));

    (void)state;
    supervisor_shutdown(stage->supervisor, 0, false, "TERM");
    fake_turn();
    assert_true(fake_loop_ended());
    supervisor_free(stage->supervisor);
    fake_turn();
    assert_int_equal(fake_living(), 0);
    assert_int_equal(fake_started(), 0);
    loop_free(stage->loop);
    free(stage);
}

static void a_reeve_that_lives_keeps_its_folder(void **state)
{
    struct error e;

    (void)state;
    write_life("life 55 3 this-boot 55.1\n");
    fake_process(HOLDER, 3);
    assert_int_equal(census_holder(folder), HOLDER);
    assert_null(census_begin(folder, "1.1", &e));
    assert_non_null(strstr(e.text, "pid 55"));
    assert_non_null(strstr(e.text, folder));
    fake_process(HOLDER, 4);
    assert_int_equal(census_holder(folder), 0);
    unlink(path);
}

/* It failed, and the next one may have to look again. */
static void a_life_that_ends_early_leaves_the_earlier_ones_for_the_next(void **state)
{
    struct census *c;

    (void)state;
    write_life("life 55 3 this-boot 55.1\nprocess 77 5 web\nprocess 78 5 gone\nlife 5");
    fake_process(SURVIVOR, START);
    c = census_begin(folder, "66.1", NULL);
    assert_non_null(c);
    assert_non_null(strstr(read_life(), "66.1\n"));
    census_end(c);
    assert_string_equal(read_life(), "life 55 3 this-boot 55.1\nprocess 77 5 web\n");
}

static void a_long_life_has_a_short_file(void **state)
{
    struct census *c = census_begin(folder, "66.1", NULL);
    struct stat st;

    (void)state;
    assert_non_null(c);
    fake_process(SURVIVOR, START);
    for (int i = 0; i < 50000; i++)
        census_note(c, SURVIVOR, "web");
    fake_process(HOLDER, 3);
    for (int i = 0; i < 50000; i++)
        census_note(c, HOLDER, "web");
    fake_process(SURVIVOR, 6);
    for (int i = 0; i < 3000; i++)
        census_note(c, SURVIVOR, "web");
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 5000000);
    census_end(c);
    assert_int_equal(access(path, F_OK), -1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_started_is_noted),
        TEST(a_good_end_leaves_nothing_behind),
        TEST(a_survivor_is_ended_before_anybody_is_started),
        TEST(one_that_does_not_stop_is_killed_after_its_stoptime),
        TEST(a_number_that_is_anothers_by_now_is_left_alone),
        TEST(after_a_boot_nobody_is_left),
        TEST(a_detached_one_is_found_again_and_not_ended),
        TEST(a_detached_one_that_nobody_could_find_is_ended),
        TEST(the_program_of_a_survivor_may_be_gone),
        TEST(a_shutdown_meanwhile_kills_them),
        TEST(a_reeve_that_lives_keeps_its_folder),
        TEST(a_life_that_ends_early_leaves_the_earlier_ones_for_the_next),
        TEST(a_long_life_has_a_short_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
