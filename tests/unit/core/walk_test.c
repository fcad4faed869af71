/* A random walk over every interleaving of start, stop, restart, reload, scale, exit, ready and timeout, of programs
 * that wait for one another. Whatever the order, there are never two living children of one process, none is lost,
 * nobody overtakes whom he requires, and nothing gets stuck.
 *
 *     walk_test [STEPS [SEED]]
 *
 * Without a seed it is the same walk each time, so that a change is to blame for what it breaks; `random` as the seed
 * goes where nobody has been. */
#include "questions.h"

#include "base/log.h"

#include <dirent.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 6, WALKS = 200 };

static const char *const names[PROGRAMS] = { "a", "b", "c", "d", "e", "f" };

/* Of pid files, in memory if possible: they are synced. */
static char folder[] = "/dev/shm/walk_test.XXXXXX";

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

static void add_name(struct name_list **list, const char *name)
{
    if (*list == NULL)
        *list = xcalloc(1, sizeof **list);
    words_add(&(*list)->words, name);
}

/* On those before it in the alphabet, which may not be there. */
static void depend_at_random(struct program *p, int i, const struct plan *plan)
{
    for (int k = 0; k < i; k++)
        if (pick(4) == 0 && plan_find(plan, names[k]) != NULL)
            add_name(pick(2) ? &p->requires : &p->after, names[k]);
    p->on_dependency = (int)pick(2);
}

static void be_cared_for_at_random(struct program *p)
{
    if (pick(4) == 0) {
        p->ready = xcalloc(1, sizeof *p->ready);
        record_init(p->ready, &ready_record);
        p->ready->kind = pick(2) ? READY_NOTIFY : READY_TCP;
        p->ready->tcp = xstrdup("127.0.0.1:80");
        p->ready_timeout = 1000 + pick(10000);
    }
    if (pick(6) == 0)
        p->watchdog = 1000 + pick(5000);
    if (pick(4) == 0) {
        p->health = xcalloc(1, sizeof *p->health);
        record_init(p->health, &health_record);
        p->health->tcp = xstrdup("127.0.0.1:80");
        p->health->every = 1 + pick(3000);
        p->health->action = (int)pick(3);
    }
}

static void path_of(const char *name, char *to, size_t size)
{
    snprintf(to, size, "%s/%s.pid", folder, name);
}

static void go_to_the_background(struct program *p)
{
    char path[80];

    path_of(p->name, path, sizeof path);
    p->forks = true;
    words_add(&p->cmd, "&"); /* so that the fake knows, too */
    p->pidfile = xstrdup(path);
    p->ready_timeout = 2000;
    p->numprocs = p->numprocs > 0;
    p->max_procs = 1;
    p->oneshot = false;
    if (p->ready != NULL)
        p->ready->kind = READY_TCP;
}

static struct program *a_random_program(int i, const struct plan *plan)
{
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
    depend_at_random(p, i, plan);
    be_cared_for_at_random(p);
    if (pick(5) == 0)
        go_to_the_background(p);
    p->detached = pick(5) == 0;
    if (p->detached || p->forks) /* as the check wants it */
        p->watchdog = 0;
    if (pick(6) == 0)
        give_function(p, "before_start");
    if (pick(6) == 0)
        give_function(p, "before_stop");
    return p;
}

static struct plan *a_random_plan(void)
{
    struct plan *plan = plan_new();

    plan->settings.state_dir = xstrdup(folder);
    for (int i = 0; i < PROGRAMS; i++)
        if (pick(5) != 0)
            plan_add(plan, a_random_program(i, plan), NULL);
    return plan;
}

static struct process *any_process(struct supervisor *s)
{
    static const char *const targets[] = { "a", "b", "c", "d", "e", "f", "a:1", "b:2", "c:3", "all" };
    struct process *p = NULL;
    bool known;

    supervisor_each(s, targets[pick(10)], keep_first, &p, &known);
    return p;
}

static void write_pid(const char *program, pid_t pid)
{
    char path[80];
    FILE *f;

    path_of(program, path, sizeof path);
    f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "%d\n", (int)pid);
    fclose(f);
}

struct search {
    pid_t pid;
    struct process *found;
};

static void find_pid(struct process *p, void *arg)
{
    struct search *search = arg;

    if (process_pid(p) == search->pid)
        search->found = p;
}

/* If it is the starter of one; its pid file may lie, or be late. */
static void leave_a_daemon(struct supervisor *s, pid_t pid)
{
    struct search search = { .pid = pid };
    bool known;
    pid_t daemon;

    supervisor_each(s, "all", find_pid, &search, &known);
    if (search.found == NULL || !fake_is_starter(pid))
        return;
    daemon = fake_daemonizes(pid);
    write_pid(process_program(search.found)->name, pick(8) != 0 ? daemon : 99999);
}

static void one_child_ends(struct supervisor *s)
{
    pid_t pid;

    if (fake_living() == 0)
        return;
    pid = fake_living_pid(pick((unsigned)fake_living()));
    if (pick(6) == 0)
        fake_group_survives(pid);
    if (pick(4) != 0)
        leave_a_daemon(s, pid);
    if (pick(3) == 0)
        fake_child_dies(pid, pick(2) ? SIGTERM : SIGSEGV);
    else if (pick(6) == 0)
        fake_child_vanishes(pid);
    else
        fake_child_exits(pid, (int)pick(3));
}

static void time_passes(void)
{
    static const msec times[] = { 0, 1, 499, 500, 1000, 3000, 10000, 60000 };

    fake_clock_advance(times[pick(8)]);
}

static void one_child_says(void)
{
    static const char *const texts[] = { "READY=1",
                                         "WATCHDOG=1",
                                         "STATUS=busy\nREADY=1",
                                         "WATCHDOG=trigger",
                                         "EXTEND_TIMEOUT_USEC=5000000",
                                         "WATCHDOG_USEC=700000",
                                         "MAINPID=1" };

    if (fake_living() > 0)
        fake_notify(fake_living_pid(pick((unsigned)fake_living())), texts[pick(7)]);
}

/* A verb with several targets. */
static void do_to_all(struct process *p, void *arg)
{
    void (*const *verb)(struct process *) = arg;

    (*verb)(p);
}

static void do_at_random_to_all(struct supervisor *s)
{
    static void (*verbs[])(struct process *) = { process_start, process_stop, process_restart };
    bool known;

    supervisor_each(s, "all", do_to_all, &verbs[pick(3)], &known);
}

static void scale_one(struct supervisor *s)
{
    struct plan *plan = supervisor_plan(s);

    if (plan->program_count > 0)
        supervisor_scale(s, plan->programs[pick((unsigned)plan->program_count)], (int)pick(5), pick(2));
}

static void one_function_answers(void)
{
    if (question_count > 0)
        answer_question(questions[pick((unsigned)question_count)], pick(2), pick(4) == 0 ? "it cannot be" : NULL);
}

static void one_step(struct stage *stage)
{
    struct supervisor *s = stage->supervisor;
    struct process *p = any_process(s);

    switch (pick(17)) {
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
        one_child_ends(s);
        break;
    case 10:
        one_child_says();
        break;
    case 11:
        fake_dial_refused(pick(2) ? "Connection refused" : NULL);
        break;
    case 15:
    case 16:
        one_function_answers();
        break;
    case 12:
        if (pick(4) == 0)
            do_at_random_to_all(s);
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
        assert_true(alive ? !process_is_held(p) && !process_is_at_gate(p)
                          : process_is_held(p) || process_is_at_gate(p) || process_program(p)->forks);
        break;
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
    bool waits = state == PROCESS_STARTING && supervisor_blockers(process_supervisor(p), p, NULL, 0) > 0;
    bool at_rest =
        process_wanted(p) ? state == PROCESS_RUNNING || state == PROCESS_FATAL || waits : process_is_settled(p);

    if (!at_rest)
        *(bool *)arg = true;
}

static void all_are_well(msec time)
{
    for (msec past = 0; past < time; past += 500) {
        while (question_count > 0)
            answer_question(questions[0], true, NULL);
        for (size_t i = 0; i < fake_living(); i++)
            fake_notify(fake_living_pid(i), "READY=1\nWATCHDOG=1");
        fake_clock_advance(500);
    }
}

/* Left alone, everything finds its place: nothing waits for ever. (Several looks: one that is restarted for its age is
 * on its way at some moments.) */
static void calm_down(struct stage *stage)
{
    bool known, restless = true;

    fake_spawn_fails(0, "");
    fake_obey(true);
    fake_dial_refused(NULL);
    all_are_well(90000);
    for (int look = 0; restless && look < 10; look++) {
        all_are_well(1500);
        restless = false;
        supervisor_each(stage->supervisor, "all", find_restless, &restless, &known);
    }
    assert_false(restless);
    check_invariants(stage, true);
}

static void stop_one(struct process *p, void *arg)
{
    (void)arg;
    process_stop(p);
}

static void no_walk_ends_badly(void **state)
{
    bool known;

    (void)state;
    for (int walk = 0; walk < WALKS; walk++) {
        struct stage *stage = a_stage_with_questions(a_random_plan());

        for (long i = 0; i < steps / WALKS; i++) {
            one_step(stage);
            fake_turn();
            check_invariants(stage, false);
            if (supervisor_is_ending(stage->supervisor))
                break;
        }
        calm_down(stage);
        supervisor_each(stage->supervisor, "all", stop_one, NULL, &known); /* detached ones, too */
        fake_clock_advance(60000);
        assert_int_equal(fake_strays(), 0);
        stage_ends(stage);
    }
}

static int make_folder(void **state)
{
    (void)state;
    if (access("/dev/shm", W_OK) < 0)
        strcpy(folder, "/tmp/walk_test.XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    char path[300];
    struct dirent *entry;
    DIR *all = opendir(folder);

    (void)state;
    while (all != NULL && (entry = readdir(all)) != NULL) {
        snprintf(path, sizeof path, "%.30s/%.250s", folder, entry->d_name);
        unlink(path); /* not . and .. */
    }
    closedir(all);
    return rmdir(folder);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(no_walk_ends_badly) };
    struct error e;
    int failed;

    seed = argc <= 2                        ? 1
           : strcmp(argv[2], "random") == 0 ? (unsigned long long)time(NULL) * 2654435761u + 1
                                            : strtoull(argv[2], NULL, 0);
    if (argc > 1)
        steps = strtol(argv[1], NULL, 10);
    random_state = seed;
    log_open(NULL, 0, LOG_EMERG, LOG_DAEMON, &e);
    failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    if (failed > 0)
        fprintf(stderr, "to see it again: %s %ld %llu\n", argv[0], steps, seed);
    return failed;
}
