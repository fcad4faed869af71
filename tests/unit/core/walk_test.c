/* A random walk over every interleaving of start, stop, restart, reload, scale, exit, ready and timeout. Whatever the
 * order, there are never two living children of one process, none is lost, and nothing gets stuck.
 *
 *     walk_test [STEPS [SEED]] */
#include "stage.h"

#include "base/log.h"

#include <stdio.h>
#include <time.h>

enum { PROGRAMS = 4, WALKS = 200 };

static unsigned long long seed, random_state;
static long steps = 1000000;

/* xorshift: the same walk for the same seed on every machine. */
static unsigned pick(unsigned below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 11) % below;
}

static struct program *a_random_program(int i)
{
    static const char *const names[PROGRAMS] = { "a", "b", "c", "d" };
    struct program *p = a_program(names[i]);

    if (pick(4) == 0)
        words_add(&p->cmd, "-v");
    p->numprocs = (int)pick(4);
    p->min_procs = 0;
    p->starttime = pick(3) == 0 ? 0 : 1000;
    p->startretries = (int)pick(3);
    p->autorestart = (int)pick(3);
    p->autostart = pick(4) != 0;
    p->oneshot = pick(6) == 0;
    p->priority = (int)pick(3);
    p->stop_to = (int)pick(2);
    p->kill_group = pick(5) != 0;
    p->max_age = pick(4) == 0 ? 20000 : 0;
    if (pick(4) == 0)
        p->backoff = (struct backoff){ .factor = 1 };
    if (pick(4) == 0)
        p->respawn_limit = (int)pick(4);
    return p;
}

static struct plan *a_random_plan(void)
{
    struct plan *plan = plan_new();

    for (int i = 0; i < PROGRAMS; i++)
        if (pick(5) != 0)
            plan_add(plan, a_random_program(i), NULL);
    return plan;
}

static struct process *any_process(struct supervisor *s)
{
    static const char *const targets[] = { "a", "b", "c", "d", "a:1", "b:2", "c:3", "all" };
    struct process *p = NULL;
    bool known;

    supervisor_each(s, targets[pick(8)], keep_first, &p, &known);
    return p;
}

static void one_child_ends(void)
{
    pid_t pid;

    if (fake_living() == 0)
        return;
    pid = fake_living_pid(pick((unsigned)fake_living()));
    if (pick(6) == 0)
        fake_group_survives(pid);
    if (pick(3) == 0)
        fake_child_dies(pid, pick(2) ? SIGTERM : SIGSEGV);
    else
        fake_child_exits(pid, (int)pick(3));
}

static void time_passes(void)
{
    static const msec times[] = { 0, 1, 499, 500, 1000, 3000, 10000, 60000 };

    fake_clock_advance(times[pick(8)]);
}

static void scale_one(struct supervisor *s)
{
    struct plan *plan = supervisor_plan(s);

    if (plan->program_count > 0)
        supervisor_scale(s, plan->programs[pick((unsigned)plan->program_count)], (int)pick(5), pick(2));
}

static void one_step(struct stage *stage)
{
    struct supervisor *s = stage->supervisor;
    struct process *p = any_process(s);

    switch (pick(12)) {
    case 0:
    case 1:
        if (p != NULL)
            process_start(p);
        break;
    case 2:
        if (p != NULL)
            process_stop(p);
        break;
    case 3:
        if (p != NULL)
            process_restart(p);
        break;
    case 4:
        if (pick(8) == 0)
            stage_reload(stage, pick(8) == 0 ? NULL : a_random_plan(), NULL);
        break;
    case 5:
        if (pick(4) == 0)
            scale_one(s);
        break;
    case 6:
        fake_spawn_fails((int)pick(3), "fork: Resource temporarily unavailable");
        break;
    case 7:
        fake_obey(pick(2));
        break;
    case 8:
    case 9:
        one_child_ends();
        break;
    default:
        time_passes();
    }
}

/* -- what must always hold -------------------------------------------------------------------------------------- */

static void count_living(struct process *p, void *arg)
{
    bool alive = process_is_alive(p);

    switch (process_state(p)) {
    case PROCESS_STARTING:
    case PROCESS_RUNNING:
    case PROCESS_STOPPING:
        assert_true(alive);
        break;
    default:
        assert_false(alive);
    }
    if (process_pid(p) != 0)
        ++*(size_t *)arg;
}

static void check_invariants(struct stage *stage, bool sure_nobody_leaves)
{
    size_t living = 0;
    bool known;

    supervisor_each(stage->supervisor, "all", count_living, &living, &known);
    if (sure_nobody_leaves)
        assert_int_equal(living, fake_living()); /* none is lost, no process has two */
    else
        assert_true(living <= fake_living());
}

static void find_restless(struct process *p, void *arg)
{
    enum process_state state = process_state(p);
    bool at_rest = process_wanted(p) ? state == PROCESS_RUNNING || state == PROCESS_FATAL : process_is_settled(p);

    if (!at_rest)
        *(bool *)arg = true;
}

/* Left alone, everything finds its place: nothing waits for ever. (Several looks: one that is restarted for its age is
 * on its way at some moments.) */
static void calm_down(struct stage *stage)
{
    bool known, restless = true;

    fake_spawn_fails(0, "");
    fake_obey(true);
    fake_clock_advance(60000);
    for (int look = 0; restless && look < 10; look++) {
        fake_clock_advance(1337);
        restless = false;
        supervisor_each(stage->supervisor, "all", find_restless, &restless, &known);
    }
    assert_false(restless);
    check_invariants(stage, true);
}

static void no_walk_ends_badly(void **state)
{
    (void)state;
    for (int walk = 0; walk < WALKS; walk++) {
        struct stage *stage = a_stage(a_random_plan());

        for (long i = 0; i < steps / WALKS; i++) {
            one_step(stage);
            fake_turn();
            check_invariants(stage, false);
            if (supervisor_is_ending(stage->supervisor))
                break;
        }
        calm_down(stage);
        stage_ends(stage);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_walk_ends_badly) };
    struct error e;
    int failed;

    seed = argc > 2 ? strtoull(argv[2], NULL, 0) : (unsigned long long)time(NULL) * 2654435761u + 1;
    if (argc > 1)
        steps = strtol(argv[1], NULL, 10);
    random_state = seed;
    log_open(NULL, 0, LOG_EMERG, LOG_DAEMON, &e);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (failed > 0)
        fprintf(stderr, "to see it again: %s %ld %llu\n", argv[0], steps, seed);
    return failed;
}
