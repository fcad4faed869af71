/* A random walk over every interleaving of start, stop, restart, reload, scale, exit, ready, timeout and handover, of
 * programs that wait for one another. Whatever the order, there are never two living children of one process, none is
 * lost, nobody overtakes whom he requires, and nothing gets stuck.
 *
 *     walk_test [STEPS [SEED]]
 *
 * Without a seed it is the same walk each time, so that a change is to blame for what it breaks; `random` as the seed
 * goes where nobody has been. Each walk is one of a child's, so that one that ends badly can be walked again without
 * some of its steps: the shortest one that is still bad is told. */
#include "questions.h"

#include "base/log.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PROGRAMS = 6, WALKS = 200 };

/* A walk: the plan that it begins with, and its steps, each a seed of its own. */
struct walk {
    unsigned long long plan;
    unsigned long long *steps; /* owned */
    size_t count;
};

static const struct walk *walk;
static bool telling;    /* what each step does */
static size_t *stepped; /* shared with the child that walks: how far it came */

static const char *const names[PROGRAMS] = { "a", "b", "c", "d", "e", "f" };

/* Of pid files, in memory if possible: they are synced. */
static char folder[] = "/dev/shm/walk_test.XXXXXX";

static unsigned long long random_state;
static char again[60]; /* the arguments */

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
    program_own(p)->on_dependency = (int)pick(2);
}

static void be_cared_for_at_random(struct program *p)
{
    if (pick(4) == 0) {
        p->ready = xcalloc(1, sizeof *p->ready);
        record_init(p->ready, &ready_record);
        p->ready->kind = pick(2) ? READY_NOTIFY : READY_TCP;
        p->ready->tcp = xstrdup("127.0.0.1:80");
        program_own(p)->ready_timeout = 1000 + pick(10000);
    }
    if (pick(6) == 0)
        program_own(p)->watchdog = 1000 + pick(5000);
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
    program_own(p)->forks = true;
    words_add(&p->cmd, "&"); /* so that the fake knows, too */
    p->pidfile = xstrdup(path);
    program_own(p)->ready_timeout = 2000;
    program_own(p)->numprocs = p->common->numprocs > 0;
    program_own(p)->max_procs = 1;
    program_own(p)->oneshot = false;
    if (p->ready != NULL)
        p->ready->kind = READY_TCP;
}

static struct program *a_random_program(int i, const struct plan *plan)
{
    struct program *p = a_program(names[i]);

    if (pick(4) == 0)
        words_add(&p->cmd, "-v");
    program_own(p)->numprocs = (int)pick(4);
    program_own(p)->min_procs = 0;
    program_own(p)->starttime = pick(3) == 0 ? 0 : 1000;
    program_own(p)->startretries = (int)pick(3);
    program_own(p)->autorestart = (int)pick(3);
    program_own(p)->autostart = pick(4) != 0;
    program_own(p)->oneshot = pick(6) == 0;
    program_own(p)->priority = (int)pick(3);
    program_own(p)->stop_to = (int)pick(2);
    program_own(p)->kill_group = pick(5) != 0;
    program_own(p)->max_age = pick(4) == 0 ? 20000 : 0;
    if (pick(4) == 0)
        program_own(p)->backoff = (struct backoff){ .factor = 1 };
    if (pick(4) == 0)
        program_own(p)->respawn_limit = (int)pick(4);
    depend_at_random(p, i, plan);
    be_cared_for_at_random(p);
    if (pick(5) == 0)
        go_to_the_background(p);
    program_own(p)->detached = pick(5) == 0;
    if (p->common->detached || p->common->forks) /* as the check wants it */
        program_own(p)->watchdog = 0;
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

static void __attribute__((format(printf, 1, 2))) say(const char *format, ...)
{
    va_list arguments;

    if (!telling)
        return;
    fputs("    ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
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
    say("pid %d ends", (int)pid);
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
    msec time = times[pick(8)];

    say("%lld ms pass", (long long)time);
    fake_clock_advance(time);
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
    const char *text = texts[pick(7)];
    pid_t pid;

    if (fake_living() == 0)
        return;
    pid = fake_living_pid(pick((unsigned)fake_living()));
    say("pid %d says %s", (int)pid, text);
    fake_notify(pid, text);
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
    unsigned verb = pick(3);
    bool known;

    say("all of them: verb %u of start, stop, restart", verb);
    supervisor_each(s, "all", do_to_all, &verbs[verb], &known);
}

static void scale_one(struct supervisor *s)
{
    struct plan *plan = supervisor_plan(s);
    struct program *program;
    int count = (int)pick(5);

    if (plan->program_count == 0)
        return;
    program = plan->programs[pick((unsigned)plan->program_count)];
    say("%s is scaled to %d", program->name, count);
    supervisor_scale(s, program, count, pick(2));
}

static void one_function_answers(void)
{
    if (question_count == 0)
        return;
    say("a function answers");
    answer_question(questions[pick((unsigned)question_count)], pick(2), pick(4) == 0 ? "it cannot be" : NULL);
}

static void one_wish(struct process *p)
{
    unsigned verb = pick(4);

    if (p == NULL)
        return;
    say("%s, which is %s, is to %s", process_name(p), process_state_name(process_state(p)),
        verb < 2    ? "start"
        : verb == 2 ? "stop"
                    : "restart");
    (verb < 2 ? process_start : verb == 2 ? process_stop : process_restart)(p);
}

static void reload_at_random(struct stage *stage)
{
    bool broken = pick(8) == 0;
    enum reload_mode mode = pick(3) == 0 ? RELOAD_ROLLING : RELOAD_PLAIN;

    say("a reload%s%s", mode == RELOAD_ROLLING ? " that leaves behind who runs" : "",
        broken ? ", of a broken file" : "");
    stage_reload_by(stage, mode, broken ? NULL : a_random_plan(), NULL);
}

static void hand_over_at_random(struct stage *stage)
{
    bool whole = pick(2);

    if (supervisor_is_ending(stage->supervisor))
        return;
    say("%s", whole ? "an upgrade" : "a crash");
    stage_handover(stage, whole);
}

static void the_world_changes(void)
{
    switch (pick(3)) {
    case 0:
        say("some spawns fail");
        fake_spawn_fails((int)pick(3), "fork: Resource temporarily unavailable");
        break;
    case 1:
        say("children do as they are told, or not");
        fake_obey(pick(2));
        break;
    case 2:
        say("who is dialled refuses, or not");
        fake_dial_refused(pick(2) ? "Connection refused" : NULL);
        break;
    }
}

static void one_step(struct stage *stage)
{
    switch (pick(18)) {
    case 0:
    case 1:
    case 2:
    case 3:
        one_wish(any_process(stage->supervisor));
        break;
    case 4:
        if (pick(8) == 0)
            reload_at_random(stage);
        break;
    case 5:
        if (pick(4) == 0)
            scale_one(stage->supervisor);
        break;
    case 6:
    case 7:
        the_world_changes();
        break;
    case 8:
    case 9:
    case 10:
        one_child_ends(stage->supervisor);
        break;
    case 11:
        one_child_says();
        break;
    case 12:
    case 13:
        one_function_answers();
        break;
    case 14:
        if (pick(4) == 0)
            do_at_random_to_all(stage->supervisor);
        break;
    case 15:
        if (pick(8) == 0)
            hand_over_at_random(stage);
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
        assert_true(alive ? !process_is_held(p) && p->gate == NULL
                          : process_is_held(p) || p->gate != NULL || process_program(p)->common->forks);
        break;
    case PROCESS_RUNNING:
    case PROCESS_STOPPING:
        assert_true(alive);
        break;
    default:
        assert_false(alive || process_is_behind(p));
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

    if (!at_rest && telling)
        fprintf(stderr, "  %s is %s for ever%s%s%s%s%s\n", process_name(p), process_state_name(state),
                p->ended ? ", ended" : "", p->group_lives ? ", its group lives" : "", p->held ? ", held" : "",
                p->timer != NULL ? ", with a timer" : "", p->gate != NULL ? ", at its gate" : "");
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

/* ---- walks ------------------------------------------------------------------------------------- */

static void stop_one(struct process *p, void *arg)
{
    (void)arg;
    process_stop(p);
}

static void it_ends_well(void **state)
{
    struct stage *stage;
    bool known;

    (void)state;
    random_state = walk->plan;
    stage = a_stage_with_questions(a_random_plan());
    for (*stepped = 0; *stepped < walk->count && !supervisor_is_ending(stage->supervisor);) {
        random_state = walk->steps[(*stepped)++];
        one_step(stage);
        fake_turn();
        check_invariants(stage, false);
    }
    calm_down(stage);
    supervisor_each(stage->supervisor, "all", stop_one, NULL, &known); /* detached ones, too */
    fake_clock_advance(60000);
    assert_int_equal(fake_strays(), 0);
    stage_ends(stage);
}

static void be_silent(void)
{
    int null = open("/dev/null", O_WRONLY);

    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    close(null);
}

/* In a child: whatever it does, we go on. */
static bool ends_well(const struct walk *w)
{
    const struct CMUnitTest test[] = { cmocka_unit_test(it_ends_well) };
    int status = 0;
    pid_t pid;

    walk = w;
    fflush(NULL);
    pid = telling ? 0 : fork(); /* the one that is told is walked for a debugger, too */
    if (pid == 0) {
        if (!telling)
            be_silent();
        _exit(cmocka_run_group_tests(test, NULL, NULL) != 0);
    }
    return waitpid(pid, &status, 0) == pid && status == 0;
}

/* ---- the shortest bad one ---------------------------------------------------------------------- */

static struct walk without(const struct walk *w, size_t from, size_t count)
{
    struct walk shorter = { .plan = w->plan, .steps = xcalloc(w->count + 1, sizeof *w->steps) };

    for (size_t i = 0; i < w->count; i++)
        if (i < from || i >= from + count)
            shorter.steps[shorter.count++] = w->steps[i];
    return shorter;
}

/* Leave out `count` steps wherever it stays bad; whether it could be done. */
static bool leave_out(struct walk *w, size_t count)
{
    bool done = false;

    for (size_t from = 0; from < w->count;) {
        struct walk shorter = without(w, from, count);
        bool good = ends_well(&shorter);

        if (!good) {
            free(w->steps);
            *w = shorter;
            done = true;
        } else {
            free(shorter.steps);
            from += count;
        }
    }
    return done;
}

static void shrink(struct walk *w)
{
    for (size_t count = w->count / 2; count > 0; count /= 2)
        while (leave_out(w, count) && count == 1)
            ;
}

static void tell(struct walk *w)
{
    size_t before = w->count;

    shrink(w);
    fprintf(stderr, "to see it again: walk_test %s\n", again);
    fprintf(stderr, "a walk of %zu steps ends badly, and so do these %zu:\n", before, w->count);
    telling = true;
    ends_well(w);
}

/* ---- all of them ------------------------------------------------------------------------------- */

static bool all_end_well(unsigned long long seed, long steps)
{
    struct walk w = { .steps = xcalloc((size_t)steps / WALKS + 1, sizeof *w.steps) };
    bool good = true;

    for (int i = 0; good && i < WALKS; i++) {
        random_state = seed + (unsigned long long)i * 0x9e3779b97f4a7c15u;
        pick(2);
        w.plan = random_state;
        for (w.count = 0; w.count < (size_t)steps / WALKS; w.count++) {
            pick(2);
            w.steps[w.count] = random_state * 0x2545f4914f6cdd1du | 1;
        }
        good = ends_well(&w);
        if (!good) {
            w.count = *stepped; /* what came after that is not to blame */
            tell(&w);
        }
    }
    free(w.steps);
    return good;
}

static bool make_folder(void)
{
    if (access("/dev/shm", W_OK) < 0)
        strcpy(folder, "/tmp/walk_test.XXXXXX");
    return mkdtemp(folder) != NULL;
}

static void remove_folder(void)
{
    char path[300];
    struct dirent *entry;
    DIR *all = opendir(folder);

    while (all != NULL && (entry = readdir(all)) != NULL) {
        snprintf(path, sizeof path, "%.30s/%.250s", folder, entry->d_name);
        unlink(path); /* not . and .. */
    }
    closedir(all);
    rmdir(folder);
}

int main(int argc, char **argv)
{
    long steps = argc > 1 ? strtol(argv[1], NULL, 10) : 1000000;
    unsigned long long seed = 1;
    struct error e;
    bool good;

    if (argc > 2)
        seed = strcmp(argv[2], "random") == 0 ? (unsigned long long)time(NULL) * 2654435761u + 1
                                              : strtoull(argv[2], NULL, 0);
    snprintf(again, sizeof again, "%ld %llu", steps, seed);
    stepped = mmap(NULL, sizeof *stepped, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    log_open(NULL, 0, LOG_EMERG, LOG_DAEMON, &e);
    good = make_folder() && all_end_well(seed, steps);
    remove_folder();
    munmap(stepped, sizeof *stepped);
    return good ? 0 : 1;
}
