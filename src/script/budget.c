#include "script/budget.h"

#include "os/clock.h"
#include "script/call.h"

#include <assert.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid /* glibc has the field, but not the name */
#endif

enum {
    CHAIN_MOST = 220, /* Lua itself gives up at 200 */
    REPEAT = 20       /* what was created meanwhile is caught the next time */
};

static struct {
    timer_t timer;
    pid_t owner; /* the thread that the signal goes to; 0: there is no timer yet */
    msec began;
    bool started;
    volatile sig_atomic_t spent;
    lua_State *volatile chain[CHAIN_MOST];
    volatile sig_atomic_t depth;
} budget;

static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (!budget.spent) {
        lua_sethook(L, NULL, 0, 0); /* a leftover: this coroutine was armed in an earlier entry */
        return;
    }
    call_interrupted(L);
    budget_cut_off(L);
}

/* In the signal handler: lua_sethook is made for that. */
static void on_time(int number)
{
    (void)number;
    budget.spent = budget.depth > 0;
    for (int i = 0; i < budget.depth; i++)
        lua_sethook(budget.chain[i], on_count, LUA_MASKCOUNT, 1);
}

static int number_of_signal(void)
{
    return SIGRTMIN + 1;
}

static void make_timer(void)
{
    struct sigaction action = { .sa_handler = on_time, .sa_flags = SA_RESTART | SA_ONSTACK };
    struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = number_of_signal() };

    sigemptyset(&action.sa_mask);
    sigaction(number_of_signal(), &action, NULL);
    event.sigev_notify_thread_id = gettid();
    if (timer_create(CLOCK_MONOTONIC, &event, &budget.timer) != 0)
        abort(); /* no timers at all: user code could not be run safely */
    budget.owner = gettid();
}

static struct timespec timespec_of(msec time)
{
    return (struct timespec){ .tv_sec = time / 1000, .tv_nsec = time % 1000 * 1000000 };
}

/* Nothing is pending when this returns: the signal of a spent timer is delivered on the way out of the call. */
static void set_timer(msec first, msec repeat)
{
    struct itimerspec when = { .it_value = timespec_of(first), .it_interval = timespec_of(repeat) };

    timer_settime(budget.timer, 0, &when, NULL);
}

/* Threads are started with all signals blocked, and the loop's own thread may block some: this one must get through. */
static void let_signal_through(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, number_of_signal());
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

bool budget_start(msec limit)
{
    if (budget.started)
        return false;
    if (budget.owner != gettid())
        make_timer(); /* the first time, and in a forked child: timers are not inherited */
    let_signal_through();
    budget.started = true;
    budget.began = clock_now();
    set_timer(limit > 0 ? limit : 1, REPEAT);
    return true;
}

void budget_change(msec limit)
{
    msec rest = budget.began + limit - clock_now();

    if (budget.started && !budget.spent)
        set_timer(rest > 0 ? rest : 1, REPEAT);
}

void budget_stop(void)
{
    assert(budget.started && budget.depth == 0);
    set_timer(0, 0);
    budget.started = false;
    budget.spent = false;
}

bool budget_enter(lua_State *L)
{
    if (budget.depth == CHAIN_MOST)
        return false;
    budget.chain[budget.depth] = L;
    budget.depth = budget.depth + 1;
    if (budget.spent) /* the signal may have come just before it was in the chain */
        lua_sethook(L, on_count, LUA_MASKCOUNT, 1);
    return true;
}

void budget_leave(void)
{
    assert(budget.depth > 0);
    budget.depth = budget.depth - 1;
}

lua_State *budget_running(void)
{
    return budget.depth > 0 ? budget.chain[budget.depth - 1] : NULL;
}

bool budget_is_spent(void)
{
    return budget.spent;
}

int budget_cut_off(lua_State *L)
{
    if (lua_isyieldable(L))
        return lua_yield(L, 0);
    return luaL_error(L, "out of time");
}
