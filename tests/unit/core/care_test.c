/* How a process is seen to be ready and well, and what it says of itself. */
#include "base/log.h"
#include "stage.h"

#include <fcntl.h>

static struct program *asked(struct program *p, enum ready_kind kind)
{
    p->ready = xcalloc(1, sizeof *p->ready);
    record_init(p->ready, &ready_record);
    p->ready->kind = kind;
    if (kind == READY_TCP)
        p->ready->tcp = xstrdup("127.0.0.1:5432");
    if (kind == READY_FILE)
        p->ready->file = xstrdup("/nonexistent/ready");
    if (kind == READY_EXEC)
        words_add(&p->ready->exec, "/bin/true");
    return p;
}

static struct program *checked(struct program *p, enum health_action action)
{
    program_own(p)->starttime = 0;
    p->health = xcalloc(1, sizeof *p->health);
    record_init(p->health, &health_record);
    p->health->tcp = xstrdup("127.0.0.1:80");
    p->health->action = action;
    return p;
}

static struct program *watched(struct program *p, msec limit)
{
    program_own(p)->starttime = 0;
    program_own(p)->watchdog = limit;
    return p;
}

static void says(struct process *p, const char *text)
{
    fake_notify(process_pid(p), text);
}

static void assert_described(struct process *p, const char *expected)
{
    struct buffer text = { 0 };

    process_describe(p, &text);
    assert_non_null(strstr(text.data, expected));
    buffer_free(&text);
}

static void assert_ended_by(struct process *p, const char *reason)
{
    assert_non_null(process_last_exit(p));
    assert_string_equal(process_last_exit(p)->reason, reason);
    assert_false(process_last_exit(p)->stopped);
    assert_false(process_last_exit(p)->expected);
}

/* -- readiness -------------------------------------------------------------------------------------------------- */

static void it_is_running_when_it_says_so(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));

    (void)state;
    fake_clock_advance(50000);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    says(the(stage, "web"), "READY=1");
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    fake_clock_advance(100000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void strangers_say_nothing(void **state)
{
    struct stage *stage =
        a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), asked(a_program("db"), READY_NOTIFY), NULL));

    (void)state;
    fake_notify(1, "READY=1");
    fake_notify(99999, "READY=1");
    says(the(stage, "web"), "ready=1\nREADY=0\nREADY\n=1\n");
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    says(the(stage, "db"), "X=y\nREADY=1\n");
    fake_clock_advance(1);
    assert_state(the(stage, "db"), PROCESS_RUNNING);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    stage_ends(stage);
}

static void not_being_ready_in_time_is_a_failed_start(void **state)
{
    struct program *web = asked(a_program("web"), READY_NOTIFY);
    struct stage *stage;

    (void)state;
    fake_obey(true);
    program_own(web)->startretries = 1;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(60000);
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_ended_by(the(stage, "web"), "not ready within 60s");
    assert_true(process_last_exit(the(stage, "web"))->failed_start);
    fake_clock_advance(500);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    fake_clock_advance(60000);
    assert_state(the(stage, "web"), PROCESS_FATAL);
    stage_ends(stage);
}

/* Though it has run: also when its policy changes while it waits for the next try. */
static void a_oneshot_that_is_not_ready_has_failed_to_start(void **state)
{
    struct program *job = asked(a_program("job"), READY_NOTIFY), *strict = asked(a_program("job"), READY_NOTIFY);
    struct stage *stage;

    (void)state;
    program_own(job)->oneshot = program_own(strict)->oneshot = true;
    program_own(job)->ready_timeout = program_own(strict)->ready_timeout = 1000;
    program_own(strict)->startretries = 0;
    stage = a_stage(a_plan(job, NULL));
    fake_obey(true);
    fake_clock_advance(1000);
    assert_state(the(stage, "job"), PROCESS_BACKOFF);
    assert_true(process_last_exit(the(stage, "job"))->failed_start);
    assert_true(stage_reload(stage, a_plan(strict, NULL), NULL));
    fake_clock_advance(0);
    assert_state(the(stage, "job"), PROCESS_FATAL);
    stage_ends(stage);
}

static void an_end_before_it_is_ready_is_a_failed_start(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));

    (void)state;
    fake_clock_advance(5000);
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_state(the(stage, "web"), PROCESS_BACKOFF);
    assert_true(process_last_exit(the(stage, "web"))->failed_start);
    stage_ends(stage);
}

static void a_user_may_stop_what_is_not_ready(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_TCP), NULL));

    (void)state;
    fake_dial_refused("Connection refused");
    fake_obey(true);
    process_stop(the(stage, "web"));
    fake_turn();
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    assert_true(process_last_exit(the(stage, "web"))->stopped);
    stage_ends(stage);
}

static void a_user_may_stop_what_failed_to_be_ready(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));

    (void)state;
    fake_clock_advance(60000);
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    process_stop(the(stage, "web"));
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_port_is_tried_until_it_answers(void **state)
{
    struct stage *stage;

    (void)state;
    stage = a_stage(a_plan(asked(a_program("web"), READY_TCP), NULL));
    fake_dial_refused("Connection refused");
    fake_clock_advance(1000);
    assert_true(fake_dials() >= 9);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    fake_dial_refused(NULL);
    fake_clock_advance(110);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_file_that_never_comes_is_waited_for_in_vain(void **state)
{
    struct program *web = asked(a_program("web"), READY_FILE);
    struct stage *stage;

    (void)state;
    program_own(web)->ready_timeout = 2000;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_clock_advance(2000);
    assert_ended_by(the(stage, "web"), "not ready within 2s: file /nonexistent/ready: No such file or directory");
    stage_ends(stage);
}

static void a_command_says_yes_by_its_status(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_EXEC), NULL));
    pid_t web = process_pid(the(stage, "web"));

    (void)state;
    assert_int_equal(fake_living(), 2);
    fake_child_exits(fake_living_pid(1), 1);
    assert_int_equal(fake_living(), 1);
    fake_clock_advance(100);
    assert_int_equal(fake_living(), 2);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    fake_child_exits(fake_living_pid(1), 0);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_int_equal(process_pid(the(stage, "web")), web);
    stage_ends(stage);
}

static void more_time_can_be_asked_for(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));

    (void)state;
    fake_clock_advance(59000);
    says(the(stage, "web"), "EXTEND_TIMEOUT_USEC=5000000");
    says(the(stage, "web"), "EXTEND_TIMEOUT_USEC=1000");
    says(the(stage, "web"), "EXTEND_TIMEOUT_USEC=-1\nEXTEND_TIMEOUT_USEC=99999999999999999999");
    fake_clock_advance(4999);
    assert_state(the(stage, "web"), PROCESS_STARTING);
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    stage_ends(stage);
}

static void a_stop_can_take_more_time_too(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));

    (void)state;
    says(the(stage, "web"), "READY=1");
    fake_clock_advance(1);
    process_stop(the(stage, "web"));
    fake_clock_advance(9000);
    says(the(stage, "web"), "STOPPING=1\nEXTEND_TIMEOUT_USEC=20000000");
    fake_clock_advance(19999);
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void nobody_asks_for_less_time_than_its_step_has(void **state)
{
    struct program *web = asked(a_program("web"), READY_NOTIFY);
    struct stage *stage;

    (void)state;
    program_own(web)->stopsignal.step = xcalloc(1, sizeof(struct stop_step)); /* the default one is shared */
    program_own(web)->stopsignal.step[0] = (struct stop_step){ SIGINT, 30000 };
    stage = a_stage(a_plan(web, NULL));
    says(the(stage, "web"), "READY=1");
    fake_clock_advance(1);
    process_stop(the(stage, "web"));
    fake_clock_advance(1000);
    says(the(stage, "web"), "EXTEND_TIMEOUT_USEC=15000000");
    fake_clock_advance(28999);
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    fake_clock_advance(1);
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void what_it_says_stands_behind_its_uptime(void **state)
{
    struct stage *stage = a_stage(a_plan(asked(a_program("web"), READY_NOTIFY), NULL));
    struct process *web = the(stage, "web");

    (void)state;
    says(web, "STATUS=reading 3 of 9\nREADY=1");
    fake_clock_advance(1);
    assert_described(web, ", uptime 0:00:00, reading 3 of 9");
    says(web, "STATUS=bell \a, tab \t");
    assert_described(web, ", bell  , tab  ");
    fake_child_exits(process_pid(web), 1);
    fake_clock_advance(1000);
    assert_state(web, PROCESS_STARTING);
    stage_ends(stage);
}

/* -- heartbeat -------------------------------------------------------------------------------------------------- */

static void silence_is_ended_by_force_and_the_policy_decides(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 10000), NULL));
    struct process *web = the(stage, "web");
    pid_t first = process_pid(web);

    (void)state;
    for (int i = 0; i < 10; i++) {
        fake_clock_advance(9000);
        says(web, "WATCHDOG=1");
    }
    assert_int_equal(process_pid(web), first);
    fake_clock_advance(10000);
    assert_ended_by(web, "no heartbeat for 10s");
    assert_state(web, PROCESS_RUNNING);
    assert_int_not_equal(process_pid(web), first);
    assert_int_equal(process_restarts(web), 1);
    stage_ends(stage);
}

static void one_that_never_beats_is_judged_from_its_start(void **state)
{
    struct program *web = watched(a_program("web"), 2000);
    struct stage *stage;

    (void)state;
    program_own(web)->autorestart = AUTORESTART_NEVER;
    stage = a_stage(a_plan(web, NULL));
    fake_clock_advance(2000);
    assert_state(the(stage, "web"), PROCESS_EXITED);
    stage_ends(stage);
}

static void beats_cost_no_wake_up(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 10000), NULL));

    (void)state;
    for (int i = 0; i < 8; i++) {
        fake_clock_advance(1000);
        says(the(stage, "web"), "WATCHDOG=1");
    }
    assert_int_equal(fake_next_timer(), 2000);
    fake_clock_advance(2000);
    assert_int_equal(fake_next_timer(), 8000);
    stage_ends(stage);
}

static void it_can_pull_its_own_trigger(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 10000), NULL));

    (void)state;
    says(the(stage, "web"), "WATCHDOG=trigger");
    assert_ended_by(the(stage, "web"), "its watchdog was triggered by itself");
    stage_ends(stage);
}

/* However early it says so: the watchdog of one that is not ready has not begun. */
static void it_sets_its_own_time_for_this_life(void **state)
{
    static const char *const words[] = { "WATCHDOG_USEC=3000000\nREADY=1", "READY=1\nWATCHDOG_USEC=500000" };
    static const int limits[] = { 3000, 500 };
    struct stage *stage = a_stage(a_plan(watched(asked(a_program("web"), READY_NOTIFY), 1000), NULL));
    struct process *web = the(stage, "web");

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        pid_t first = process_pid(web);

        says(web, words[i]);
        fake_clock_advance(1);
        assert_state(web, PROCESS_RUNNING);
        fake_clock_advance(limits[i] - 2);
        assert_int_equal(process_pid(web), first);
        fake_clock_advance(2);
        assert_ended_by(web, i == 0 ? "no heartbeat for 3s" : "no heartbeat for 0.5s");
        fake_clock_advance(1000);
        assert_int_not_equal(process_pid(web), first);
    }
    says(web, "READY=1");
    fake_clock_advance(1001);
    assert_ended_by(web, "no heartbeat for 1s");
    stage_ends(stage);
}

/* Whoever was not told to beat cannot know. */
static void a_reload_asks_no_heartbeat_of_who_was_told_of_none(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 0), NULL));
    pid_t first = process_pid(the(stage, "web"));

    (void)state;
    assert_true(stage_reload(stage, a_plan(watched(a_program("web"), 2000), NULL), NULL));
    fake_clock_advance(5000);
    assert_int_equal(process_pid(the(stage, "web")), first);
    fake_child_exits(first, 1);
    fake_clock_advance(0);
    first = process_pid(the(stage, "web"));
    fake_clock_advance(2000);
    assert_int_not_equal(process_pid(the(stage, "web")), first);
    assert_ended_by(the(stage, "web"), "no heartbeat for 2s");
    stage_ends(stage);
}

static void a_reload_makes_no_heartbeat_faster(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 10000), NULL));
    pid_t first = process_pid(the(stage, "web"));

    (void)state;
    assert_true(stage_reload(stage, a_plan(watched(a_program("web"), 2000), NULL), NULL));
    fake_clock_advance(9999);
    says(the(stage, "web"), "WATCHDOG=1");
    assert_int_equal(process_pid(the(stage, "web")), first);
    assert_true(stage_reload(stage, a_plan(watched(a_program("web"), 20000), NULL), NULL));
    fake_clock_advance(19999);
    assert_int_equal(process_pid(the(stage, "web")), first);
    fake_clock_advance(1);
    assert_ended_by(the(stage, "web"), "no heartbeat for 20s");
    stage_ends(stage);
}

static void a_reload_is_no_heartbeat(void **state)
{
    struct stage *stage = a_stage(a_plan(watched(a_program("web"), 10000), NULL));

    (void)state;
    fake_clock_advance(9000);
    assert_true(stage_reload(stage, a_plan(watched(a_program("web"), 10000), NULL), NULL));
    fake_clock_advance(1000);
    assert_ended_by(the(stage, "web"), "no heartbeat for 10s");
    stage_ends(stage);
}

/* -- health ----------------------------------------------------------------------------------------------------- */

static void failures_in_a_row_restart_it(void **state)
{
    struct stage *stage = a_stage(a_plan(checked(a_program("web"), HEALTH_RESTART), NULL));
    struct process *web = the(stage, "web");
    pid_t first = process_pid(web);

    (void)state;
    fake_obey(true);
    fake_clock_advance(60000);
    assert_int_equal(process_pid(web), first);
    fake_dial_refused("Connection refused");
    fake_clock_advance(20000);
    fake_dial_refused(NULL);
    fake_clock_advance(10000);
    fake_dial_refused("Connection refused");
    fake_clock_advance(20000);
    assert_int_equal(process_pid(web), first);
    assert_true(process_is_well(web));
    fake_clock_advance(10000);
    assert_ended_by(web, "unhealthy: tcp 127.0.0.1:80: Connection refused");
    assert_int_not_equal(process_pid(web), first);
    stage_ends(stage);
}

static void health_can_stop_it_for_good(void **state)
{
    struct stage *stage = a_stage(a_plan(checked(a_program("web"), HEALTH_STOP), NULL));

    (void)state;
    fake_obey(true);
    fake_dial_refused("Connection refused");
    fake_clock_advance(60000);
    assert_state(the(stage, "web"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void health_can_be_just_known(void **state)
{
    struct stage *stage = a_stage(a_plan(checked(a_program("web"), HEALTH_NONE), NULL));

    (void)state;
    fake_dial_refused("Connection refused");
    fake_clock_advance(60000);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_false(process_is_well(the(stage, "web")));
    fake_dial_refused(NULL);
    fake_clock_advance(11000);
    assert_true(process_is_well(the(stage, "web")));
    stage_ends(stage);
}

static void an_unhealthy_end_is_unexpected_whatever_its_status(void **state)
{
    struct stage *stage = a_stage(a_plan(checked(a_program("web"), HEALTH_RESTART), NULL));

    (void)state;
    fake_dial_refused("Connection refused");
    fake_clock_advance(30000);
    assert_state(the(stage, "web"), PROCESS_STOPPING);
    fake_child_exits(process_pid(the(stage, "web")), 0);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_int_equal(process_restarts(the(stage, "web")), 1);
    stage_ends(stage);
}

static struct program *checked_by_command(const char *name, const char *env_file)
{
    struct program *p = a_program(name);

    program_own(p)->starttime = 0;
    p->env_file = xstrdup(env_file);
    p->health = xcalloc(1, sizeof *p->health);
    record_init(p->health, &health_record);
    words_add(&p->health->exec, "/bin/check");
    p->health->action = HEALTH_RESTART;
    return p;
}

static int errors_told;

static void count_errors(int level, const char *line, size_t length, void *arg)
{
    (void)line;
    (void)length;
    (void)arg;
    errors_told += level == LOG_ERR;
}

static void a_check_that_cannot_be_made_says_nothing_of_the_process(void **state)
{
    char env_file[] = "/tmp/reeve-care.XXXXXX";
    struct stage *stage;
    pid_t pid;

    (void)state;
    assert_int_equal(close(mkstemp(env_file)), 0);
    stage = a_stage(a_plan(checked_by_command("web", env_file), NULL));
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    pid = process_pid(the(stage, "web"));
    unlink(env_file);
    log_listen(count_errors, NULL);
    errors_told = 0;
    fake_clock_advance(100000);
    log_listen(NULL, NULL);
    assert_int_equal(errors_told, 1);
    assert_int_equal(process_pid(the(stage, "web")), pid);
    assert_state(the(stage, "web"), PROCESS_RUNNING);
    assert_true(process_is_well(the(stage, "web")));
    close(open(env_file, O_CREAT | O_WRONLY | O_EXCL, 0600));
    for (int i = 0; i < 10 && fake_living() < 2; i++)
        fake_clock_advance(1000);
    assert_int_equal(fake_living(), 2); /* the check */
    fake_child_exits(fake_living_pid(1), 0);
    unlink(env_file);
    stage_ends(stage);
}

static void too_much_memory_is_like_a_failed_check(void **state)
{
    struct program *web = checked(a_program("web"), HEALTH_RESTART);
    struct stage *stage;

    (void)state;
    web->health->max_memory = 100 << 20;
    stage = a_stage(a_plan(web, NULL));
    fake_obey(true);
    fake_memory(100 << 20);
    fake_clock_advance(100000);
    assert_null(process_last_exit(the(stage, "web")));
    fake_memory(300 << 20);
    fake_clock_advance(40000);
    assert_ended_by(the(stage, "web"), "unhealthy: it uses 300 MB of memory, more than max_memory");
    stage_ends(stage);
}

static void health_settings_apply_at_once(void **state)
{
    struct stage *stage = a_stage(a_plan(a_program("web"), NULL));
    pid_t pid;

    (void)state;
    fake_clock_advance(1000);
    pid = process_pid(the(stage, "web"));
    assert_true(stage_reload(stage, a_plan(checked(a_program("web"), HEALTH_NONE), NULL), NULL));
    fake_clock_advance(30000);
    assert_int_equal(fake_dials(), 3);
    assert_true(stage_reload(stage, a_plan(a_program("web"), NULL), NULL));
    fake_clock_advance(30000);
    assert_int_equal(fake_dials(), 3);
    assert_int_equal(process_pid(the(stage, "web")), pid);
    stage_ends(stage);
}

static void nobody_is_asked_before_the_delay(void **state)
{
    struct program *web = checked(a_program("web"), HEALTH_NONE);
    struct stage *stage;

    (void)state;
    web->health->start_delay = 60000;
    stage = a_stage(a_plan(web, NULL));
    fake_clock_advance(59999);
    assert_int_equal(fake_dials(), 0);
    fake_clock_advance(10001);
    assert_int_equal(fake_dials(), 1);
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_running_when_it_says_so),
        cmocka_unit_test(strangers_say_nothing),
        cmocka_unit_test(not_being_ready_in_time_is_a_failed_start),
        cmocka_unit_test(a_oneshot_that_is_not_ready_has_failed_to_start),
        cmocka_unit_test(an_end_before_it_is_ready_is_a_failed_start),
        cmocka_unit_test(a_user_may_stop_what_is_not_ready),
        cmocka_unit_test(a_user_may_stop_what_failed_to_be_ready),
        cmocka_unit_test(a_port_is_tried_until_it_answers),
        cmocka_unit_test(a_file_that_never_comes_is_waited_for_in_vain),
        cmocka_unit_test(a_command_says_yes_by_its_status),
        cmocka_unit_test(more_time_can_be_asked_for),
        cmocka_unit_test(a_stop_can_take_more_time_too),
        cmocka_unit_test(nobody_asks_for_less_time_than_its_step_has),
        cmocka_unit_test(what_it_says_stands_behind_its_uptime),
        cmocka_unit_test(silence_is_ended_by_force_and_the_policy_decides),
        cmocka_unit_test(one_that_never_beats_is_judged_from_its_start),
        cmocka_unit_test(beats_cost_no_wake_up),
        cmocka_unit_test(it_can_pull_its_own_trigger),
        cmocka_unit_test(it_sets_its_own_time_for_this_life),
        cmocka_unit_test(a_reload_asks_no_heartbeat_of_who_was_told_of_none),
        cmocka_unit_test(a_reload_makes_no_heartbeat_faster),
        cmocka_unit_test(a_reload_is_no_heartbeat),
        cmocka_unit_test(failures_in_a_row_restart_it),
        cmocka_unit_test(health_can_stop_it_for_good),
        cmocka_unit_test(health_can_be_just_known),
        cmocka_unit_test(an_unhealthy_end_is_unexpected_whatever_its_status),
        cmocka_unit_test(a_check_that_cannot_be_made_says_nothing_of_the_process),
        cmocka_unit_test(too_much_memory_is_like_a_failed_check),
        cmocka_unit_test(health_settings_apply_at_once),
        cmocka_unit_test(nobody_is_asked_before_the_delay),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
