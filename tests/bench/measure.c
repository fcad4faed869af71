/* measure: starts a supervisor and prints what it is worth, as lines "FIGURE VALUE".
 *
 *   measure [-k SIGNAL] [-p PATIENCE] [-r RESTARTS] ITEM LEDGER COUNT FOLDER COMMAND ARGUMENT...
 *
 * The supervisor is COMMAND and all its processes that are no children of ours; the SIGNAL (15) ends it. If it has not
 * stopped everything within PATIENCE (60) seconds, that takes ">60000" ms, and it is killed.
 * COMMAND supervises COUNT of our children, which know LEDGER; the logs are in FOLDER. The ITEM is
 *   restart  how long a dead program is away            rate     how often in a second one can end
 *   fleet    start, memory and wake-ups when idle, stop  churn    restarts and what each of them costs
 *   log      the output of one that writes all it can    lines    the lines of many */
#include "ledger.h"
#include "logs.h"
#include "usage.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { RESTARTS_MOST = 100, PROCESSES_MOST = 20000, AWAIT = 60, GIGABYTE = 1000000000 };

static struct ledger *ledger;
static unsigned count;
static const char *folder;
static pid_t supervisor;
static int stop_signal = SIGTERM;
static int restarts = 30;
static int patience = 60;
static int64_t launched;
static int64_t let_go; /* when the writers began */

static void print(const char *figure, double value)
{
    printf("%s %.6g\n", figure, value);
}

static void pause_for(double seconds)
{
    struct timespec t = { (time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9) };

    nanosleep(&t, NULL);
}

/* ---- the supervisor ---- */

static void launch(char **argv)
{
    extern char **environ;

    launched = nanoseconds();
    if (posix_spawnp(&supervisor, argv[0], NULL, NULL, argv, environ) != 0) {
        perror(argv[0]);
        exit(1);
    }
}

static bool all_gone(void)
{
    for (unsigned i = 0; i < ledger_count(ledger); i++)
        if (kill(ledger->entries[i].pid, 0) == 0)
            return false;
    return true;
}

static int64_t in_seconds(int seconds)
{
    return nanoseconds() + (int64_t)seconds * 1000000000;
}

/* Whether the supervisor ends before `latest`. */
static bool await_end(int64_t latest, struct rusage *usage)
{
    struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, supervisor, 0), .events = POLLIN };
    int64_t rest = latest - nanoseconds();
    bool ended = poll(&end, 1, rest > 0 ? (int)(rest / 1000000) : 0) == 1;

    close(end.fd);
    return ended && wait4(supervisor, NULL, 0, usage) == supervisor;
}

struct crowd {
    pid_t pid[PROCESSES_MOST];
    size_t number;
};

static void add_to_crowd(pid_t pid, void *arg)
{
    struct crowd *crowd = arg;

    if (crowd->number < PROCESSES_MOST)
        crowd->pid[crowd->number++] = pid;
}

/* The supervisor and all below it, which go on without it otherwise. It is the first. */
static void kill_everybody(void)
{
    static struct crowd crowd;

    usage_each(supervisor, add_to_crowd, &crowd);
    for (size_t i = 0; i < crowd.number; i++)
        kill(crowd.pid[i], SIGKILL);
}

/* Ask for everything to stop, and wait until it has. False: our patience was over before. In `*cpu` the processor time
 * in nanoseconds that all of it used from first to last. */
static bool stop(int64_t *cpu)
{
    int64_t latest = in_seconds(patience);
    struct rusage r = { 0 };

    kill(supervisor, stop_signal);
    if (!await_end(latest, &r)) {
        kill_everybody();
        await_end(in_seconds(AWAIT), &r);
        return false;
    }
    while (!all_gone() && nanoseconds() < latest) /* the supervisor may be the first to go */
        pause_for(0.001);
    *cpu = ((int64_t)r.ru_utime.tv_sec + r.ru_stime.tv_sec) * 1000000000 +
           ((int64_t)r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1000;
    return all_gone();
}

static void end(void)
{
    int64_t cpu;

    stop(&cpu);
}

static void give_up(const char *what)
{
    fprintf(stderr, "%s: %u began, %u ended\n", what, ledger_count(ledger), ledger->ended);
    kill_everybody();
    exit(1);
}

/* Wait until `done` says yes, for a minute. */
static void await(bool (*done)(void), const char *what)
{
    int64_t latest = in_seconds(AWAIT);

    while (!done()) {
        if (nanoseconds() > latest)
            give_up(what);
        if (waitpid(supervisor, NULL, WNOHANG) == supervisor)
            give_up("the supervisor ended");
        pause_for(0.001);
    }
}

static bool all_began(void)
{
    return ledger_count(ledger) >= count && ledger->entries[count - 1].began != 0;
}

static bool all_ended(void)
{
    return ledger->ended >= count;
}

static bool restarted_enough(void)
{
    return (int)ledger_count(ledger) > restarts && ledger->entries[restarts].began != 0;
}

static bool all_written(void)
{
    for (unsigned i = 0; i < count; i++)
        if (logs_last(folder, i) < ledger->entries[0].lines - 1)
            return false;
    return true;
}

/* ---- the items ---- */

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return (difference > 0) - (difference < 0);
}

static void measure_restart(void)
{
    double away[RESTARTS_MOST];

    await(restarted_enough, "too few restarts");
    for (int i = 0; i < restarts; i++)
        away[i] = (double)(ledger->entries[i + 1].began - ledger->entries[i].ended) / 1e3;
    end();
    qsort(away, (size_t)restarts, sizeof *away, compare);
    print("restart_us", away[restarts / 2]);
}

static void measure_rate(void)
{
    unsigned before;
    int64_t began;

    await(all_began, "no start");
    before = ledger_count(ledger);
    began = nanoseconds();
    pause_for(1.5);
    print("restarts_per_s", (double)(ledger_count(ledger) - before) * 1e9 / (double)(nanoseconds() - began));
    end();
}

static int64_t last_began(void)
{
    int64_t last = 0;

    for (unsigned i = 0; i < count; i++)
        if (ledger->entries[i].began > last)
            last = ledger->entries[i].began;
    return last;
}

struct usage {
    int64_t cpu, pss, switches;
};

static bool is_child(pid_t pid)
{
    for (unsigned i = 0; i < ledger_count(ledger); i++)
        if (ledger->entries[i].pid == pid)
            return true;
    return false;
}

static void add_cpu(pid_t pid, void *arg)
{
    *(int64_t *)arg += usage_cpu(pid);
}

static void add_usage(pid_t pid, void *arg)
{
    struct usage *u = arg;

    if (is_child(pid))
        return;
    u->cpu += usage_cpu(pid);
    u->pss += usage_pss(pid);
    u->switches += usage_switches(pid);
}

static int64_t cpu_of_all(void)
{
    int64_t cpu = 0;

    usage_each(supervisor, add_cpu, &cpu);
    return cpu;
}

static struct usage usage_of_supervisor(void)
{
    struct usage u = { 0 };

    usage_each(supervisor, add_usage, &u);
    return u;
}

static void measure_idle(void)
{
    struct usage before = usage_of_supervisor();

    print("idle_pss_mib", (double)before.pss / 1024);
    pause_for(3);
    print("idle_switches", (double)(usage_of_supervisor().switches - before.switches));
}

static void measure_fleet(void)
{
    int64_t began, before, used;

    await(all_began, "not all started");
    print("start_ms", (double)(last_began() - launched) / 1e6);
    pause_for(0.5);
    print("start_cpu_ms", (double)cpu_of_all() / 1e6);
    measure_idle();
    before = cpu_of_all();
    began = nanoseconds();
    if (!stop(&used)) {
        printf("stop_ms >%d\n", patience * 1000);
        return;
    }
    print("stop_ms", (double)(nanoseconds() - began) / 1e6);
    print("stop_cpu_ms", (double)(used - before) / 1e6);
}

/* Let those write that wait for it, until the last line is in its file. The supervisor's processor time. */
static int64_t let_them_write(void)
{
    int64_t cpu;

    await(all_began, "not all started");
    pause_for(0.2);
    cpu = usage_of_supervisor().cpu;
    let_go = nanoseconds();
    ledger_go(ledger);
    await(all_ended, "not all wrote");
    await(all_written, "not all lines arrived");
    return usage_of_supervisor().cpu - cpu;
}

static int64_t lost_lines(void)
{
    int64_t lost = 0;

    for (unsigned i = 0; i < count; i++)
        lost += logs_lost(folder, i, ledger->entries[0].lines);
    return lost;
}

static void measure_log(void)
{
    int64_t cpu = let_them_write();
    double seconds = (double)(nanoseconds() - let_go) / 1e9;
    double gigabytes = (double)ledger->entries[0].lines * LOGS_LINE / GIGABYTE;

    print("log_mb_per_s", gigabytes * 1000 / seconds);
    print("log_cpu_s_per_gb", (double)cpu / 1e9 / gigabytes);
    print("log_lost", (double)lost_lines());
    end();
}

static void measure_lines(void)
{
    int64_t cpu = let_them_write();

    print("lines_cpu_us_per_1000", (double)cpu / (double)(ledger->entries[0].lines * count));
    print("lines_lost", (double)lost_lines());
    end();
}

static void measure_churn(void)
{
    const double seconds = 4;
    unsigned before;
    int64_t cpu;

    await(all_began, "not all started");
    pause_for(1);
    before = ledger_count(ledger);
    cpu = usage_of_supervisor().cpu;
    pause_for(seconds);
    before = ledger_count(ledger) - before;
    cpu = usage_of_supervisor().cpu - cpu;
    print("churn_per_s", before / seconds);
    print("churn_cpu_us", (double)cpu / 1e3 / before);
    end();
}

int main(int argc, char **argv)
{
    static const struct item {
        const char *name;
        void (*measure)(void);
    } items[] = {
        { "restart", measure_restart }, { "rate", measure_rate },   { "fleet", measure_fleet },
        { "log", measure_log },         { "lines", measure_lines }, { "churn", measure_churn },
    };

    int c;

    while ((c = getopt(argc, argv, "+k:p:r:")) != -1) {
        if (c == 'k')
            stop_signal = atoi(optarg);
        else if (c == 'p')
            patience = atoi(optarg);
        else if (c == 'r')
            restarts = atoi(optarg);
        else
            return 2;
    }
    argc -= optind - 1;
    argv += optind - 1;
    if (argc < 6 || patience < 1 || restarts < 1 || restarts > RESTARTS_MOST)
        return 2;
    ledger = ledger_open(argv[2]);
    count = (unsigned)atoi(argv[3]);
    folder = argv[4];
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        if (strcmp(argv[1], items[i].name) == 0) {
            launch(argv + 5);
            items[i].measure();
            return 0;
        }
    }
    return 2;
}
