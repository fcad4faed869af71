/* One life ends, another one goes on: at any moment of a process's life nobody can tell. */
#include "questions.h"

#include "base/log.h"
#include "fake/fake_private.h"

static struct stage *stage;

static struct process *web(void)
{
    return the(stage, "web");
}

/* A living child of the one process there is. */
static pid_t pid(void)
{
    assert_int_equal(fake_living(), 1);
    return fake_living_pid(0);
}

/* ---- a process in each state ------------------------------------------------------------------- */

static void begin_with(struct plan *plan)
{
    stage = a_stage_with_questions(plan);
}

static void begin(struct program *program)
{
    begin_with(a_plan(program, NULL));
}

static struct program *a_patient_program(void)
{
    struct program *program = a_program("web");

    program_own(program)->backoff = (struct backoff){ .first = 500, .factor = 2, .max = 30000 };
    return program;
}

static void to_starting(void)
{
    begin(a_patient_program());
    fake_clock_advance(400);
    assert_state(web(), PROCESS_STARTING);
}

static void to_running(void)
{
    to_starting();
    fake_clock_advance(600);
    assert_state(web(), PROCESS_RUNNING);
}

static void to_backoff(void)
{
    to_starting();
    fake_child_exits(pid(), 3);
    fake_clock_advance(100);
    assert_state(web(), PROCESS_BACKOFF);
}

static void to_stopping(void)
{
    to_running();
    process_stop(web());
    process_keep_wish(web());
    fake_clock_advance(3000);
    assert_state(web(), PROCESS_STOPPING);
}

static void to_stopping_again(void)
{
    to_running();
    process_restart(web());
    assert_state(web(), PROCESS_STOPPING);
}

/* The first signal was not enough. */
static void to_second_step(void)
{
    struct program *program = a_patient_program();

    program_own(program)->stopsignal.step = xcalloc(2, sizeof(struct stop_step)); /* the default one is shared */
    program->common->stopsignal.step[0] = (struct stop_step){ SIGINT, 1000 };
    program->common->stopsignal.step[1] = (struct stop_step){ SIGUSR1, 4000 };
    program_own(program)->stopsignal.count = 2;
    begin(program);
    process_stop(web());
    fake_clock_advance(2000);
    assert_int_equal(fake_signals(pid()), 4); /* each with a CONT */
}

static void to_stopped(void)
{
    to_stopping();
    fake_child_dies(pid(), SIGTERM);
    assert_state(web(), PROCESS_STOPPED);
}

static void to_exited(void)
{
    struct program *program = a_patient_program();

    program_own(program)->autorestart = AUTORESTART_NEVER;
    begin(program);
    fake_clock_advance(1000);
    fake_child_exits(pid(), 0);
    assert_state(web(), PROCESS_EXITED);
}

static void to_fatal(void)
{
    struct program *program = a_patient_program();

    program_own(program)->startretries = 0;
    begin(program);
    fake_child_exits(pid(), 1);
    assert_state(web(), PROCESS_FATAL);
}

static struct program *a_program_that_requires_db(void)
{
    struct program *program = a_patient_program();

    program->requires = xcalloc(1, sizeof *program->requires);
    words_add(&program->requires->words, "db");
    return program;
}

static void to_waiting(void)
{
    struct program *db = a_program("db");

    program_own(db)->autostart = false;
    begin_with(a_plan(db, a_program_that_requires_db(), NULL));
    fake_child_exits(pid(), 1);
    assert_true(process_is_held(web()));
}

static void to_gate(void)
{
    struct program *program = a_patient_program();

    give_function(program, "before_start");
    begin(program);
    assert_non_null(web()->gate);
}

static void to_stop_gate(void)
{
    struct program *program = a_patient_program();

    give_function(program, "before_stop");
    begin(program);
    fake_clock_advance(1000);
    process_stop(web());
    assert_non_null(web()->gate);
}

static void to_group(void)
{
    to_running();
    fake_group_survives(pid());
    process_stop(web());
    fake_child_dies(pid(), SIGTERM);
    assert_state(web(), PROCESS_STOPPING);
}

static void to_unready(void)
{
    struct program *program = a_patient_program();

    program->ready = xcalloc(1, sizeof *program->ready);
    record_init(program->ready, &ready_record);
    program->ready->kind = READY_NOTIFY;
    program_own(program)->ready_timeout = 5000;
    begin(program);
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_STARTING);
}

static void to_watched(void)
{
    struct program *program = a_patient_program();

    program_own(program)->watchdog = 3000;
    begin(program);
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_RUNNING);
}

static void to_blamed(void)
{
    to_unready();
    fake_clock_advance(3000);
    assert_state(web(), PROCESS_STOPPING);
}

static void to_aging(void)
{
    struct program *program = a_patient_program();

    program_own(program)->max_age = 6000;
    begin(program);
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_RUNNING);
}

/* To fewer than the file says. */
static void to_scaled(void)
{
    struct program *program = a_patient_program();

    program_own(program)->numprocs = 2;
    begin(program);
    fake_clock_advance(2000);
    supervisor_scale(stage->supervisor, process_program(web()), 1, true);
    supervisor_keep_count(stage->supervisor, process_program(web()));
    fake_child_dies(fake_living_pid(1), SIGTERM);
    fake_turn();
    assert_int_equal(supervisor_process_count(stage->supervisor), 1);
}

/* The next restart would be one too many. */
static void to_last_respawn(void)
{
    struct program *program = a_patient_program();

    program_own(program)->respawn_limit = 1;
    begin(program);
    fake_clock_advance(2000);
    fake_child_dies(pid(), SIGSEGV);
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_RUNNING);
}

static void to_last_respawn_of_all(void)
{
    struct plan *plan = a_plan(a_patient_program(), NULL);

    plan->settings.respawn_limit = 1;
    begin_with(plan);
    fake_clock_advance(2000);
    fake_child_dies(pid(), SIGSEGV);
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_RUNNING);
}

/* Whoever is left is killed before its own time is over. */
static void to_ending(void)
{
    struct plan *plan = a_plan(a_patient_program(), NULL);

    plan->settings.stop_timeout = 4000;
    begin_with(plan);
    fake_clock_advance(1000);
    assert_state(web(), PROCESS_RUNNING);
    supervisor_shutdown(stage->supervisor, 3, true, "by wish");
    fake_turn();
    assert_state(web(), PROCESS_STOPPING);
}

/* ---- what may happen then ---------------------------------------------------------------------- */

static void nothing(void)
{
}

static void a_start(void)
{
    process_start(web());
}

static void a_stop(void)
{
    process_stop(web());
}

static void a_restart(void)
{
    process_restart(web());
}

static void a_clean_exit(void)
{
    if (fake_living() > 0)
        fake_child_exits(fake_living_pid(0), 0);
}

static void a_crash(void)
{
    if (fake_living() > 0)
        fake_child_dies(fake_living_pid(0), SIGSEGV);
}

static void a_second(void)
{
    fake_clock_advance(1000);
}

static void a_minute(void)
{
    fake_clock_advance(60000);
}

static void a_notice(void)
{
    if (fake_living() > 0)
        fake_notify(fake_living_pid(0), "READY=1\nWATCHDOG=1\nSTATUS=fine");
}

static void more_time(void)
{
    if (fake_living() > 0)
        fake_notify(fake_living_pid(0), "EXTEND_TIMEOUT_USEC=9000000");
}

static void another_beat(void)
{
    if (fake_living() > 0)
        fake_notify(fake_living_pid(0), "WATCHDOG_USEC=9000000");
}

static void an_answer(void)
{
    if (question_count > 0)
        answer_question(questions[0], true, NULL);
}

static void a_failed_spawn(void)
{
    fake_spawn_fails(1, "fork: Resource temporarily unavailable");
    process_restart(web());
}

static void an_empty_group(void)
{
    if (process_state(web()) == PROCESS_STOPPING && fake_living() == 0)
        fake_group_ends(101);
}

static void a_reload(void)
{
    static const char *const gates[] = { "before_start", "before_stop" };
    struct program *program = a_patient_program();

    words_add(&program->cmd, "--other");
    for (size_t i = 0; i < 2; i++)
        if (program_function(process_program(web()), gates[i]) != NULL)
            give_function(program, gates[i]);
    stage_reload(stage, a_plan(program, NULL), NULL);
}

static void a_scaling(void)
{
    supervisor_scale(stage->supervisor, process_program(web()), 3, true);
}

static void an_end(void)
{
    supervisor_shutdown(stage->supervisor, 0, false, "by wish");
}

typedef void scene_fn(void);

#define SCENE(fn)                                                                                                      \
    {                                                                                                                  \
#fn, fn                                                                                                        \
    }
static const struct {
    const char *name;
    scene_fn *fn;
} beginnings[] = {
    SCENE(to_starting), SCENE(to_running),   SCENE(to_backoff),   SCENE(to_stopping), SCENE(to_stopping_again),
    SCENE(to_second_step), SCENE(to_stopped),   SCENE(to_exited),    SCENE(to_fatal),    SCENE(to_waiting),
    SCENE(to_gate),     SCENE(to_stop_gate), SCENE(to_group),     SCENE(to_unready),  SCENE(to_watched),
    SCENE(to_blamed), SCENE(to_aging), SCENE(to_ending), SCENE(to_scaled), SCENE(to_last_respawn),
    SCENE(to_last_respawn_of_all),
}, events[] = {
    SCENE(nothing),   SCENE(a_start),  SCENE(a_stop),   SCENE(a_restart), SCENE(a_clean_exit),   SCENE(a_crash),
    SCENE(a_second),  SCENE(a_minute), SCENE(a_notice), SCENE(an_answer), SCENE(a_failed_spawn), SCENE(an_empty_group),
    SCENE(a_reload),  SCENE(a_scaling), SCENE(an_end), SCENE(more_time), SCENE(another_beat),
};

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* ---- and what is to be seen -------------------------------------------------------------------- */

static void add_end(const struct process_exit *e, struct buffer *out)
{
    if (e != NULL)
        buffer_addf(out, ": %s, %d %d, attempt %d, %d restarts, uptime %lld, at %lld%s%s%s", e->reason, e->code,
                    e->signal, e->attempt, e->restarts, (long long)e->uptime, (long long)e->at,
                    e->expected ? ", expected" : "", e->stopped ? ", stopped" : "", e->failed_start ? ", failed" : "");
}

static void add_process(struct process *p, void *arg)
{
    struct buffer *out = arg;

    buffer_addf(out, "%s %s pid %d%s, %d restarts, id %u, since %lld", process_name(p),
                process_state_name(process_state(p)), process_pid(p) - (process_pid(p) > 0 ? 100 : 0),
                process_wanted(p)         ? ", wanted"
                : process_wish_is_kept(p) ? ", stopped for good"
                                          : "",
                process_restarts(p), process_id(p), (long long)p->since);
    process_describe(p, out);
    for (size_t i = 0; process_end(p, i) != NULL; i++)
        add_end(process_end(p, i), out);
    buffer_add_char(out, '\n');
}

static void add_all(struct buffer *out)
{
    bool known;

    supervisor_each(stage->supervisor, "all", add_process, out, &known);
    buffer_addf(out, "%zu living of %zu, %zu questions", fake_living(), fake_started(), question_count);
    if (stage->supervisor->pools[0].kept)
        buffer_add_text(out, ", count kept");
    if (supervisor_is_ending(stage->supervisor))
        buffer_addf(out, ", ending with %d", supervisor_exit_code(stage->supervisor));
    /* A gate begins again, and with it its time; the watchdog's timer may go off too early, and is set again. */
    if (question_count == 0 && process_program(web())->common->watchdog == 0)
        buffer_addf(out, ", next timer in %lld", (long long)fake_next_timer());
    buffer_add_char(out, '\n');
    for (size_t i = 0; i < fake_living(); i++)
        buffer_addf(out, "%d got %d, %zu in all\n", (int)fake_living_pid(i), fake_last_signal(fake_living_pid(i)),
                    fake_signals(fake_living_pid(i)));
}

enum { NEVER, BEFORE = 1, AFTER = 2, WHOLE = 4 };

/* What is to be seen right behind an event, and when all has settled. */
static char *tell(scene_fn *beginning, scene_fn *event, int handover)
{
    struct buffer out = { 0 };

    beginning();
    if (handover & BEFORE)
        stage_handover(stage, handover & WHOLE);
    event();
    fake_turn();
    if (handover & AFTER)
        stage_handover(stage, handover & WHOLE);
    add_all(&out);
    for (int i = 0; i < 4; i++) {
        fake_clock_advance(2500);
        add_all(&out);
    }
    stage_ends(stage);
    return buffer_take(&out);
}

static void fail_at_difference(const char *beginning, const char *event, const char *alone, const char *twice)
{
    const char *a = alone, *b = twice;

    while (strcspn(a, "\n") == strcspn(b, "\n") && strncmp(a, b, strcspn(a, "\n")) == 0) {
        a += strcspn(a, "\n") + 1;
        b += strcspn(b, "\n") + 1;
    }
    fail_msg("%s, %s: '%.*s', but with a handover '%.*s'", beginning, event, (int)strcspn(a, "\n"), a,
             (int)strcspn(b, "\n"), b);
}

static void nobody_can_tell(int handover)
{
    for (size_t i = 0; i < COUNT(beginnings); i++)
        for (size_t k = 0; k < COUNT(events); k++) {
            char *alone, *twice;

            if (!(handover & WHOLE) && beginnings[i].fn == to_watched)
                continue; /* heartbeats are too many to be written down: they count anew */
            alone = tell(beginnings[i].fn, events[k].fn, NEVER);
            twice = tell(beginnings[i].fn, events[k].fn, handover);
            if (strcmp(alone, twice) != 0)
                fail_at_difference(beginnings[i].name, events[k].name, alone, twice);
            free(alone);
            free(twice);
        }
}

static void an_upgrade_before_any_event_changes_nothing(void **state)
{
    (void)state;
    nobody_can_tell(BEFORE | WHOLE);
}

static void an_upgrade_after_any_event_changes_nothing(void **state)
{
    (void)state;
    nobody_can_tell(AFTER | WHOLE);
}

static void a_crash_before_and_after_any_event_changes_nothing(void **state)
{
    (void)state;
    nobody_can_tell(BEFORE | AFTER);
}

static void a_life_without_memory_for_the_next_one_catches_up(void **state)
{
    (void)state;
    stage_is_poor = true;
    nobody_can_tell(BEFORE | AFTER);
    stage_is_poor = false;
}

static void a_beat_of_its_own_outlives_a_crash(void **state)
{
    (void)state;
    to_watched();
    another_beat();
    stage_handover(stage, false);
    fake_clock_advance(8999);
    assert_null(process_last_exit(web()));
    fake_clock_advance(1);
    assert_string_equal(process_last_exit(web())->reason, "no heartbeat for 9s");
    stage_ends(stage);
}

/* ---- a crash between two callbacks ------------------------------------------------------------- */

static struct former *at_the_crash;

static bool (*is_moment)(void);

static void write_until_the_moment(void *arg)
{
    if (at_the_crash != NULL)
        return;
    stage_write(arg);
    if (is_moment())
        at_the_crash = copy_of_snapshot(stage->snapshot);
}

/* This life ends behind the first callback after which this is true. */
static void await_crash(bool (*moment)(void))
{
    at_the_crash = NULL;
    is_moment = moment;
    loop_set_guard(stage->loop, &(struct loop_guard){ .next = write_until_the_moment, .arg = stage });
}

static void to_required(msec starttime)
{
    struct program *db = a_program("db");

    program_own(db)->starttime = starttime;
    begin_with(a_plan(db, a_program_that_requires_db(), NULL));
    fake_clock_advance(2000);
    assert_state(web(), PROCESS_RUNNING);
}

static bool db_falls(void)
{
    return stage->supervisor->pools[0].falls;
}

static void who_falls_takes_others_along_all_the_same(void **state)
{
    (void)state;
    to_required(0);
    await_crash(db_falls);
    process_stop(the(stage, "db"));
    fake_callback_over();
    fake_turn();
    stage_next_life(stage, at_the_crash);
    assert_state(web(), PROCESS_STOPPING);
    stage_ends(stage);
}

static bool db_is_back(void)
{
    return stage->supervisor->pools[0].back != 0;
}

static void who_comes_back_restarts_others_all_the_same(void **state)
{
    (void)state;
    to_required(1000);
    await_crash(db_is_back);
    fake_child_dies(process_pid(the(stage, "db")), SIGSEGV);
    fake_clock_advance(1000);
    stage_next_life(stage, at_the_crash);
    assert_state(web(), PROCESS_STOPPING);
    stage_ends(stage);
}

/* The number of its start is a later one than theirs. */
static void who_comes_back_in_the_next_life_restarts_others(void **state)
{
    (void)state;
    to_required(0);
    stage_handover(stage, false);
    fake_child_dies(process_pid(the(stage, "db")), SIGSEGV);
    assert_state(web(), PROCESS_STOPPING);
    stage_ends(stage);
}

static bool one_has_gone(void)
{
    return process_is_settled(stage->supervisor->leaving.process[0]);
}

static void who_was_let_go_and_has_ended_is_forgotten(void **state)
{
    struct program *program = a_patient_program();

    (void)state;
    program_own(program)->numprocs = 2;
    begin(program);
    fake_clock_advance(1000);
    supervisor_scale(stage->supervisor, program, 1, true);
    fake_turn();
    await_crash(one_has_gone);
    fake_child_dies(fake_living_pid(1), SIGTERM);
    stage_next_life(stage, at_the_crash);
    assert_int_equal(stage->supervisor->all.count, 1);
    stage_ends(stage);
}

static void a_life_can_end_before_its_first_callback(void **state)
{
    struct former *former;

    (void)state;
    to_running();
    stage_write(stage);
    stage_begin_next_life(stage, copy_of_snapshot(stage->snapshot));
    former = copy_of_snapshot(stage->snapshot);
    fake_turn();
    stage_next_life(stage, former);
    assert_state(web(), PROCESS_RUNNING);
    assert_int_equal(process_pid(web()), pid());
    stage_ends(stage);
}

static void no_number_is_given_twice(void **state)
{
    (void)state;
    to_running();
    a_scaling();
    stage_handover(stage, false);
    supervisor_scale(stage->supervisor, process_program(web()), 4, true);
    for (size_t i = 1; i < 4; i++)
        assert_true(process_id(stage->supervisor->all.process[i - 1]) < process_id(stage->supervisor->all.process[i]));
    stage_ends(stage);
}

/* By WINCH, when there were none already. */
static void what_is_parked_stays_so_under_other_bounds(void **state)
{
    struct program *program = a_patient_program();

    (void)state;
    program_own(program)->min_procs = 0;
    begin(program);
    supervisor_scale(stage->supervisor, program, 0, false);
    fake_child_dies(pid(), SIGTERM);
    supervisor_scale(stage->supervisor, program, 0, true);
    stage_handover(stage, false);
    assert_true(stage_reload(stage, a_plan(a_patient_program(), NULL), NULL));
    assert_int_equal(stage->supervisor->all.count, 0);
    stage_ends(stage);
}

/* By a reload, long after its end. */
static void why_it_was_given_up_is_known(void **state)
{
    struct program *program = a_patient_program();

    (void)state;
    to_backoff();
    program_own(program)->startretries = 0;
    assert_true(stage_reload(stage, a_plan(program, NULL), NULL));
    fake_clock_advance(1);
    assert_state(web(), PROCESS_FATAL);
    stage_handover(stage, false);
    assert_string_equal(process_given_up(web()), "1 failed start");
    stage_ends(stage);
}

/* It is written where there is room. */
static void the_order_is_that_of_the_numbers(void **state)
{
    struct program *first = a_program_that_requires_db();

    (void)state;
    free(first->name);
    first->name = xstrdup("first");
    begin_with(a_plan(first, a_program("db"), NULL));
    fake_clock_advance(1000);
    stage_handover(stage, false);
    assert_ptr_equal(stage->supervisor->all.process[0], the(stage, "first"));
    stage_ends(stage);
}

static void a_former_plan_is_written_too_as_soon_as_there_is_memory(void **state)
{
    (void)state;
    stage_is_poor = true;
    to_running();
    assert_true(stage_reload(stage, a_plan(a_program("other"), NULL), NULL));
    stage_handover(stage, false);
    stage_is_poor = false;
    assert_int_equal(stage->supervisor->leaving.count, 1);
    stage_ends(stage);
}

/* ---- a crash in the middle of a reload --------------------------------------------------------- */

/* Behind the signals, before the end of the turn, which says what plan is in force. */
static void crash_before_all_is_written(void *arg, struct plan *before, struct plan *now)
{
    const struct stage *its = arg;

    (void)now;
    if (before != NULL)
        at_the_crash = copy_of_snapshot(its->snapshot);
}

/* The plan is written, and of the processes only whom a signal went to. */
static void crash_before_processes_are_written(void *arg, struct plan *before, struct plan *now)
{
    struct stage *its = arg;

    (void)now;
    if (before == NULL)
        return;
    its->supervisor->touched.count = 0;
    supervisor_write(its->supervisor, false);
    at_the_crash = copy_of_snapshot(its->snapshot);
}

static struct program *a_program_with(const char *name, int umask)
{
    struct program *program = a_patient_program();

    free(program->name);
    program->name = xstrdup(name);
    program_own(program)->umask = umask;
    return program;
}

/* One program is the same, one has changed, one is gone; then their old children end. */
static void reload_and_crash(void (*crash)(void *, struct plan *, struct plan *))
{
    stage = a_stage_with(
        &(struct supervisor_upward){ .applied = crash },
        a_plan(a_program_with("same", 022), a_program_with("other", 022), a_program_with("gone", 022), NULL));
    fake_clock_advance(2000);
    assert_int_equal(fake_living(), 3);
    assert_true(stage_reload(stage, a_plan(a_program_with("same", 022), a_program_with("other", 077), NULL), NULL));
    stage->upward.applied = NULL;
    stage_next_life(stage, at_the_crash);
    fake_child_dies(fake_living_pid(1), SIGTERM);
    fake_child_dies(fake_living_pid(1), SIGTERM);
    fake_clock_advance(2000);
}

static void a_reload_that_a_crash_cuts_short_is_undone(void **state)
{
    (void)state;
    reload_and_crash(crash_before_all_is_written);
    assert_int_equal(supervisor_process_count(stage->supervisor), 3);
    assert_state(the(stage, "same"), PROCESS_RUNNING);
    assert_state(the(stage, "other"), PROCESS_RUNNING);
    assert_state(the(stage, "gone"), PROCESS_RUNNING);
    assert_int_equal(fake_living(), 3);
    stage_ends(stage);
}

static void a_reload_that_is_half_written_goes_on(void **state)
{
    (void)state;
    reload_and_crash(crash_before_processes_are_written);
    assert_int_equal(supervisor_process_count(stage->supervisor), 2);
    assert_state(the(stage, "same"), PROCESS_RUNNING);
    assert_state(the(stage, "other"), PROCESS_RUNNING);
    assert_int_equal(fake_living(), 2);
    stage_ends(stage);
}

/* It waits for those that required it, so no signal went to it. */
static void who_is_gone_though_nobody_wrote_so_is_let_go(void **state)
{
    struct program *db = a_program("db");
    pid_t of_db, of_web;

    (void)state;
    stage = a_stage_with(&(struct supervisor_upward){ .applied = crash_before_processes_are_written },
                         a_plan(a_program_with("same", 022), db, a_program_that_requires_db(), NULL));
    fake_clock_advance(2000);
    of_db = process_pid(the(stage, "db"));
    of_web = process_pid(web());
    assert_true(stage_reload(stage, a_plan(a_program_with("same", 022), NULL), NULL));
    stage->upward.applied = NULL;
    stage_next_life(stage, at_the_crash);
    assert_int_equal(fake_signals(of_db), 0);
    fake_child_dies(of_web, SIGTERM);
    assert_int_equal(fake_last_signal(of_db), SIGTERM);
    fake_child_dies(of_db, SIGTERM);
    assert_int_equal(stage->supervisor->all.count, 1);
    stage_ends(stage);
}

/* A user had started it, and that wish went with it. */
static void who_comes_anew_starts_by_itself_only_if_the_file_says_so(void **state)
{
    struct program *program = a_program_with("other", 022);

    (void)state;
    program_own(program)->autostart = false;
    stage = a_stage_with(&(struct supervisor_upward){ .applied = crash_before_all_is_written },
                         a_plan(a_program_with("same", 022), program, NULL));
    process_start(the(stage, "other"));
    fake_clock_advance(2000);
    assert_true(stage_reload(stage, a_plan(a_program_with("same", 022), NULL), NULL));
    stage->upward.applied = NULL;
    stage_next_life(stage, at_the_crash);
    assert_int_equal(fake_living(), 2);
    fake_child_dies(fake_living_pid(1), SIGTERM);
    assert_state(the(stage, "other"), PROCESS_STOPPED);
    stage_ends(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upgrade_before_any_event_changes_nothing),
        cmocka_unit_test(an_upgrade_after_any_event_changes_nothing),
        cmocka_unit_test(a_crash_before_and_after_any_event_changes_nothing),
        cmocka_unit_test(a_life_without_memory_for_the_next_one_catches_up),
        cmocka_unit_test(a_beat_of_its_own_outlives_a_crash),
        cmocka_unit_test(who_falls_takes_others_along_all_the_same),
        cmocka_unit_test(who_comes_back_restarts_others_all_the_same),
        cmocka_unit_test(who_comes_back_in_the_next_life_restarts_others),
        cmocka_unit_test(who_was_let_go_and_has_ended_is_forgotten),
        cmocka_unit_test(a_life_can_end_before_its_first_callback),
        cmocka_unit_test(no_number_is_given_twice),
        cmocka_unit_test(why_it_was_given_up_is_known),
        cmocka_unit_test(what_is_parked_stays_so_under_other_bounds),
        cmocka_unit_test(the_order_is_that_of_the_numbers),
        cmocka_unit_test(a_former_plan_is_written_too_as_soon_as_there_is_memory),
        cmocka_unit_test(a_reload_that_a_crash_cuts_short_is_undone),
        cmocka_unit_test(a_reload_that_is_half_written_goes_on),
        cmocka_unit_test(who_is_gone_though_nobody_wrote_so_is_let_go),
        cmocka_unit_test(who_comes_anew_starts_by_itself_only_if_the_file_says_so),
    };
    struct error e;

    log_open(NULL, 0, LOG_EMERG, LOG_DAEMON, &e);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
