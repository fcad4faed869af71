/* What hooks cost: a call over the bare event, a task that waits, and what 100,000 events leave behind. */
#include "base/log.h"
#include "core/supervisor.h"
#include "os/clock.h"
#include "script/script.h"
#include "script/task.h"

#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EVENTS = 100000, BATCH = 1000, TASKS = 10000 };

static struct loop *loop;
static struct supervisor *supervisor;
static struct supervisor_upward upward;

static void stop_loop(void *arg)
{
    (void)arg;
    loop_end(loop);
}

/* Let everything that is due happen. */
static void turn(void)
{
    timer_start(loop, 0, stop_loop, NULL);
    loop_run(loop);
}

static void begin(const char *text)
{
    struct problems problems = { 0 };
    struct plan *plan = script_load_text("bench.lua", text, strlen(text), &problems);

    if (plan == NULL) {
        fputs("the configuration is wrong\n", stderr);
        exit(1);
    }
    loop = loop_new();
    script_attach(&upward, "bench.lua");
    supervisor = supervisor_new(loop, &upward);
    script_listen(supervisor);
    supervisor_start(supervisor, plan);
    turn();
}

static void end(void)
{
    supervisor_shutdown(supervisor, 0, false, "the bench ends");
    loop_run(loop);
    script_unlisten();
    supervisor_free(supervisor);
    script_detach(&upward);
    loop_free(loop);
}

static double processor_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Bytes in use of malloc, Lua's among them. */
static size_t memory(void)
{
    struct mallinfo2 info = mallinfo2();

    return info.uordblks + info.hblkhd;
}

static void on_process(struct process *p, void *arg)
{
    *(struct process **)arg = p;
}

static struct process *process_of(const char *name)
{
    struct process *p = NULL;
    bool known;

    supervisor_each(supervisor, name, on_process, &p, &known);
    return p;
}

/* Microseconds for each event. */
static double time_events(void)
{
    struct process_exit exit = { .code = 1, .reason = "exited with status 1", .uptime = 5000, .attempt = 1 };
    struct process *p = process_of("a");
    double start = processor_time();

    for (int i = 0; i < EVENTS; i++) {
        bus_publish(supervisor_bus(supervisor), &(struct event){ .kind = EVENT_EXIT, .process = p, .exit = &exit });
        if (i % BATCH == BATCH - 1)
            turn();
    }
    return (processor_time() - start) * 1e6 / EVENTS;
}

static void measure_calls(void)
{
    double bare, hooked;
    size_t before, after;

    begin("on('ready', function() end) program 'a' { cmd = 'true', autostart = false }");
    time_events();
    bare = time_events();
    end();
    begin("local n = 0 program 'a' { cmd = 'true', autostart = false,\n"
          "on_exit = function(p, e) if not e.expected then n = n + 1 end end }");
    time_events();
    before = memory();
    hooked = time_events();
    after = memory();
    end();
    printf("an event without a hook            %8.2f us\n", bare);
    printf("a hook's call over that            %8.2f us\n", hooked - bare);
    printf("memory after %d events more    %+8ld KB\n", EVENTS, ((long)after - (long)before) / 1024);
}

static void measure_tasks(void)
{
    size_t before, after;
    char text[200];

    begin("on('ready', function() end)");
    before = memory();
    end();
    snprintf(text, sizeof text,
             "local function f(i) reeve.sleep(1000) return i end\n"
             "for i = 1, %d do reeve.task(f, i) end",
             TASKS);
    begin(text);
    after = memory();
    end();
    printf("each of %d tasks that wait      %8zu bytes\n", TASKS, (after - before) / TASKS);
}

/* ---- while a hook never ends ---- */

enum { KILLS = 30, PAUSE = 53 };

/* A thread kills, since the loop stands still just then. */
static struct {
    atomic_int pid; /* 0: killed already */
    _Atomic msec killed;
} victim;

static void *kill_again_and_again(void *arg)
{
    struct timespec pause = { .tv_nsec = PAUSE * 1000000L };

    (void)arg;
    for (int left = KILLS; left > 0;) {
        int pid = victim.pid;

        nanosleep(&pause, NULL);
        if (pid == 0)
            continue;
        victim.killed = clock_now();
        victim.pid = 0;
        kill(pid, SIGKILL);
        left--;
    }
    return NULL;
}

struct watcher {
    unsigned run;
    int left;
    msec longest;
};

static void look(void *arg)
{
    struct watcher *w = arg;
    struct process *p = process_of("b");

    if (process_run(p) != w->run && process_pid(p) > 0) {
        msec took = process_started(p) - victim.killed;

        w->longest = victim.killed > 0 && took > w->longest ? took : w->longest;
        w->run = process_run(p);
        victim.pid = process_pid(p);
        w->left--;
    }
    if (w->left > 0)
        timer_start(loop, 1, look, w);
    else
        loop_end(loop);
}

static pthread_t start_killer(void)
{
    sigset_t all, before;
    pthread_t thread;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_create(&thread, NULL, kill_again_and_again, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return thread;
}

/* The worst that a hook may do is to use up its time again and again, and to catch what would end it. */
static void measure_stall(void)
{
    struct watcher w = { .left = KILLS + 1 };
    pthread_t killer;

    begin("program 'b' { cmd = 'sleep 1000', starttime = 0, autorestart = true, backoff = 0 }\n"
          "reeve.every(0.21, function() while true do pcall(function() while true do end end) end end)");
    killer = start_killer();
    look(&w);
    loop_run(loop);
    pthread_join(killer, NULL);
    end();
    printf("a crash is mended, at worst        %8lld ms while a hook loops\n", (long long)w.longest);
}

int main(void)
{
    const char *nowhere = "/dev/null";
    struct error e;

    if (!log_open(&nowhere, 1, LOG_ERR, LOG_DAEMON, &e)) {
        fprintf(stderr, "%s\n", e.text);
        return 1;
    }
    measure_calls();
    measure_tasks();
    measure_stall();
    return 0;
}
