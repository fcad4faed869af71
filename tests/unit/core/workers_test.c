/* Pools of workers: their indices, their end, their heartbeat, how many are idle. */
#include "stage.h"

#include "os/board.h"

enum { WORKERS_MOST = 100 };

/* What the workers that were born began with, in the order of their births. */
static struct worker_start born[WORKERS_MOST];
static size_t born_count;

static int keep_start(void *arg, const struct worker_start *start, const struct function *body)
{
    (void)arg;
    assert_int_equal(body->reference, 7);
    assert_true(born_count < WORKERS_MOST);
    born[born_count++] = *start;
    return 0;
}

static struct program *a_worker(const char *name, int count)
{
    struct program *p = a_program(name);
    struct value body = { .kind = VALUE_FUNCTION, .function = function_new(7, 8, "f:1") };

    words_free(&p->cmd);
    assert_true(setting_read(setting_find(&program_record, "run"), p, &body, NULL));
    value_clear(&body);
    program_own(p)->stopsignal.step = xcalloc(1, sizeof *p->common->stopsignal.step);
    p->common->stopsignal.step[0] = (struct stop_step){ SIGQUIT, -1 };
    program_own(p)->starttime = 0;
    program_own(p)->numprocs = count;
    return p;
}

/* Its snapshot is made when a handover is near: bodies, which run in the test itself, leave their parent's. */
static struct stage *a_stage_with_bodies(struct plan *plan)
{
    born_count = 0;
    stage_is_poor = true;
    return a_stage_with(&(struct supervisor_upward){ .body = keep_start }, plan);
}

static struct stage *a_crowd(struct program *work)
{
    return a_stage_with_bodies(a_plan(work, NULL));
}

static void add_index(struct process *p, void *arg)
{
    buffer_addf(arg, " %d", process_index(p));
}

/* The indices of those that are kept. */
static void assert_indices(struct stage *stage, const char *expected)
{
    struct buffer list = { 0 };
    bool known;

    buffer_add_text(&list, "");
    supervisor_each(stage->supervisor, "work", add_index, &list, &known);
    assert_string_equal(list.data, expected);
    buffer_free(&list);
}

static void scale(struct stage *stage, int count)
{
    supervisor_scale(stage->supervisor, process_program(the(stage, "work")), count, false);
    fake_turn();
}

/* -- indices ---------------------------------------------------------------------------------------------------- */

static void new_workers_get_new_indices_and_the_oldest_go_first(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 3));

    (void)state;
    fake_obey(true);
    assert_indices(stage, " 1 2 3");
    scale(stage, 2);
    assert_indices(stage, " 2 3");
    scale(stage, 4);
    assert_indices(stage, " 2 3 4 5");
    scale(stage, 1);
    assert_indices(stage, " 5");
    scale(stage, 2);
    assert_indices(stage, " 5 6");
    stage_ends(stage);
}

static void a_respawn_keeps_its_index_and_its_age(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 3));
    pid_t first = process_pid(the(stage, "work:1"));

    (void)state;
    fake_child_dies(first, SIGKILL);
    assert_indices(stage, " 1 2 3");
    assert_int_not_equal(process_pid(the(stage, "work:1")), first);
    assert_int_equal(process_index(born[3].process), 1);
    scale(stage, 2);
    assert_indices(stage, " 2 3");
    stage_ends(stage);
}

static void indices_are_not_reused_after_a_reload_either(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 3));

    (void)state;
    assert_true(stage_reload(stage, a_plan(a_worker("work", 2), NULL), NULL));
    assert_indices(stage, " 2 3");
    assert_true(stage_reload(stage, a_plan(a_worker("work", 3), NULL), NULL));
    assert_indices(stage, " 2 3 4");
    stage_ends(stage);
}

static void indices_are_not_reused_in_the_next_life_either(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 3));

    (void)state;
    fake_obey(true);
    supervisor_scale(stage->supervisor, process_program(the(stage, "work")), 0, true);
    stage_handover(stage, true);
    supervisor_scale(stage->supervisor, plan_find(supervisor_plan(stage->supervisor), "work"), 1, false);
    assert_indices(stage, " 4");
    stage_ends(stage);
}

static void a_parked_pool_is_brought_back_one_by_one(void **state)
{
    struct program *work = a_worker("work", 3);
    struct stage *stage = a_crowd(work);

    (void)state;
    fake_obey(true);
    assert_int_equal(supervisor_scale(stage->supervisor, work, 0, true), 0);
    fake_turn();
    assert_int_equal(fake_living(), 0);
    assert_false(fake_loop_ended());
    assert_int_equal(supervisor_scale(stage->supervisor, work, 1, false), 1);
    fake_turn();
    assert_indices(stage, " 4");
    stage_ends(stage);
}

/* -- the end ---------------------------------------------------------------------------------------------------- */

static void a_stop_asks_a_worker_to_end(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 1));
    pid_t pid = process_pid(the(stage, "work"));

    (void)state;
    process_stop(the(stage, "work"));
    assert_int_equal(fake_last_signal(pid), SIGQUIT);
    fake_clock_advance(10000);
    assert_state(the(stage, "work"), PROCESS_STOPPED);
    stage_ends(stage);
}

static void a_hasty_end_is_term_to_workers_and_a_graceful_one_is_not(void **state)
{
    struct stage *stage = a_crowd(a_worker("work", 1));

    (void)state;
    supervisor_shutdown(stage->supervisor, 0, false, "SIGTERM");
    fake_turn();
    assert_int_equal(fake_last_signal(fake_living_pid(0)), SIGTERM);
    stage_ends(stage);
    stage = a_crowd(a_worker("work", 1));
    supervisor_shutdown(stage->supervisor, 0, true, "SIGQUIT");
    fake_turn();
    assert_int_equal(fake_last_signal(fake_living_pid(0)), SIGQUIT);
    stage_ends(stage);
}

/* Whose turn comes in that life. */
static void a_graceful_end_is_graceful_in_the_next_life_too(void **state)
{
    struct program *first = a_worker("first", 1), *last = a_worker("last", 1);
    struct stage *stage;

    (void)state;
    program_own(first)->priority = 1;
    stage = a_stage_with_bodies(a_plan(first, last, NULL));
    supervisor_shutdown(stage->supervisor, 0, true, "SIGQUIT");
    stage_handover(stage, false);
    fake_child_exits(process_pid(the(stage, "last")), 0);
    assert_int_equal(fake_last_signal(process_pid(the(stage, "first"))), SIGQUIT);
    stage_ends(stage);
}

static void a_worker_that_cannot_be_forked_is_a_failed_start(void **state)
{
    struct program *work = a_worker("work", 1);
    struct stage *stage;

    (void)state;
    program_own(work)->startretries = 0;
    stage = a_crowd(work);
    fake_spawn_fails(1, "fork: no memory");
    fake_child_dies(fake_living_pid(0), SIGKILL);
    assert_state(the(stage, "work"), PROCESS_FATAL);
    assert_string_equal(process_last_exit(the(stage, "work"))->reason, "exec: fork: no memory");
    stage_ends(stage);
}

/* -- heartbeat -------------------------------------------------------------------------------------------------- */

static void beats_on_the_board_count_and_wake_nobody(void **state)
{
    struct program *work = a_worker("work", 1);
    struct stage *stage;
    pid_t first;

    (void)state;
    program_own(work)->watchdog = 10000;
    stage = a_crowd(work);
    first = process_pid(the(stage, "work"));
    for (int i = 0; i < 10; i++) {
        fake_clock_advance(9000);
        board_beat(born[0].line);
    }
    assert_int_equal(process_pid(the(stage, "work")), first);
    assert_true(fake_next_timer() > 0);
    fake_clock_advance(9999);
    assert_int_equal(process_pid(the(stage, "work")), first);
    fake_clock_advance(1);
    assert_string_equal(process_last_exit(the(stage, "work"))->reason, "no heartbeat for 10s");
    assert_int_not_equal(process_pid(the(stage, "work")), first);
    assert_state(the(stage, "work"), PROCESS_RUNNING);
    stage_ends(stage);
}

static void a_worker_that_never_beats_is_judged_from_its_start(void **state)
{
    struct program *work = a_worker("work", 1);
    struct stage *stage;

    (void)state;
    program_own(work)->watchdog = 2000;
    program_own(work)->autorestart = AUTORESTART_NEVER;
    stage = a_crowd(work);
    fake_clock_advance(1999);
    assert_state(the(stage, "work"), PROCESS_RUNNING);
    fake_clock_advance(1);
    assert_state(the(stage, "work"), PROCESS_EXITED);
    stage_ends(stage);
}

/* -- spares ----------------------------------------------------------------------------------------------------- */

static struct program *a_worker_with_spares(int count, int min, int max)
{
    struct program *p = a_worker("work", count);

    program_own(p)->spare_procs = (struct spares){ min, max };
    program_own(p)->max_procs = 8;
    return p;
}

/* The worker of that index. */
static void be(int index, bool busy)
{
    for (size_t i = born_count; i-- > 0;)
        if (process_index(born[i].process) == index) {
            board_set_busy(born[i].board, born[i].line, busy);
            fake_turn();
            return;
        }
    fail_msg("there is no worker %d", index);
}

static void as_many_as_wanted_are_idle(void **state)
{
    struct stage *stage = a_crowd(a_worker_with_spares(1, 2, 3));

    (void)state;
    fake_obey(true);
    assert_indices(stage, " 1 2");
    be(1, true);
    assert_indices(stage, " 1 2 3");
    be(2, true);
    be(3, true);
    assert_indices(stage, " 1 2 3 4 5");
    assert_int_equal(supervisor_busy(stage->supervisor, process_program(the(stage, "work"))), 3);
    be(1, false);
    assert_indices(stage, " 1 2 3 4 5");
    be(2, false);
    assert_indices(stage, " 2 3 4 5"); /* the oldest of those that are idle */
    be(2, true);
    assert_indices(stage, " 2 3 4 5");
    stage_ends(stage);
}

static void spares_stay_within_the_bounds(void **state)
{
    struct program *work = a_worker_with_spares(3, 0, 1);
    struct stage *stage;

    (void)state;
    program_own(work)->min_procs = 2;
    stage = a_crowd(work);
    fake_obey(true);
    assert_indices(stage, " 2 3");
    stage_ends(stage);
    stage = a_crowd(a_worker_with_spares(7, 2, 8));
    for (int i = 1; i <= 7; i++)
        be(i, true);
    assert_indices(stage, " 1 2 3 4 5 6 7 8");
    stage_ends(stage);
}

static void what_fails_is_no_reason_to_start_more(void **state)
{
    struct program *work = a_worker_with_spares(2, 2, 3);
    struct stage *stage;

    (void)state;
    program_own(work)->startretries = 0;
    program_own(work)->starttime = 1000;
    stage = a_crowd(work);
    while (fake_living() > 0)
        fake_child_exits(fake_living_pid(0), 1);
    fake_turn();
    assert_state(the(stage, "work:1"), PROCESS_FATAL);
    assert_indices(stage, " 1 2");
    stage_ends(stage);
}

static void what_a_user_parked_or_stopped_has_no_spares(void **state)
{
    struct program *work = a_worker_with_spares(2, 2, 3);
    struct stage *stage = a_crowd(work);

    (void)state;
    fake_obey(true);
    process_stop(the(stage, "work:1"));
    process_stop(the(stage, "work:2"));
    fake_turn();
    assert_int_equal(fake_living(), 0);
    assert_indices(stage, " 1 2");
    supervisor_scale(stage->supervisor, work, 0, true);
    fake_turn();
    assert_indices(stage, "");
    supervisor_scale(stage->supervisor, work, 1, false);
    fake_turn();
    assert_indices(stage, " 3 4");
    stage_ends(stage);
}

static void what_a_user_parked_has_no_spares_in_the_next_life_either(void **state)
{
    struct program *work = a_worker_with_spares(2, 2, 3);
    struct stage *stage = a_crowd(work);

    (void)state;
    fake_obey(true);
    supervisor_scale(stage->supervisor, work, 0, true);
    stage_handover(stage, true);
    assert_indices(stage, "");
    stage_ends(stage);
}

/* The file says now how many there are. */
static void a_parked_pool_has_spares_again_by_another_count(void **state)
{
    struct program *work = a_worker_with_spares(2, 2, 3);
    struct stage *stage = a_crowd(work);

    (void)state;
    fake_obey(true);
    supervisor_scale(stage->supervisor, work, 0, true);
    fake_turn();
    assert_true(stage_reload(stage, a_plan(a_worker_with_spares(1, 2, 3), NULL), NULL));
    assert_indices(stage, " 3 4");
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_workers_get_new_indices_and_the_oldest_go_first),
        cmocka_unit_test(a_respawn_keeps_its_index_and_its_age),
        cmocka_unit_test(indices_are_not_reused_after_a_reload_either),
        cmocka_unit_test(indices_are_not_reused_in_the_next_life_either),
        cmocka_unit_test(a_parked_pool_is_brought_back_one_by_one),
        cmocka_unit_test(a_stop_asks_a_worker_to_end),
        cmocka_unit_test(a_hasty_end_is_term_to_workers_and_a_graceful_one_is_not),
        cmocka_unit_test(a_graceful_end_is_graceful_in_the_next_life_too),
        cmocka_unit_test(a_worker_that_cannot_be_forked_is_a_failed_start),
        cmocka_unit_test(beats_on_the_board_count_and_wake_nobody),
        cmocka_unit_test(a_worker_that_never_beats_is_judged_from_its_start),
        cmocka_unit_test(as_many_as_wanted_are_idle),
        cmocka_unit_test(spares_stay_within_the_bounds),
        cmocka_unit_test(what_fails_is_no_reason_to_start_more),
        cmocka_unit_test(what_a_user_parked_or_stopped_has_no_spares),
        cmocka_unit_test(what_a_user_parked_has_no_spares_in_the_next_life_either),
        cmocka_unit_test(a_parked_pool_has_spares_again_by_another_count),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
