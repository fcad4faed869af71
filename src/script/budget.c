#include "script/budget.h"

#include "os/clock.h"
#include "script/call.h"

#include <assert.h>
#include <errno.h>
#include <lauxlib.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid /* glibc has the field, but not the name */
#endif

enum {
    CHAIN_MOST = 220, /* Lua itself gives up at 200 */
    REPEAT = 20,      /* what was created meanwhile is caught the next time */
    LEFT_MOST = 1000, /* longest that a timer is left set for the next entry */
    LOOK_EVERY = 1000 /* instructions, where the clock has to be looked at */
};

static struct {
    timer_t timer;
    pid_t owner; /* the thread that the signal goes to; 0: there is no timer yet */
    msec began;
    volatile msec end;      /* of the time of the entry that runs */
    volatile msec rings_at; /* when the timer goes off next; 0: it does not */
    bool looks;             /* the kernel has no timer for us (RLIMIT_SIGPENDING): the count hook looks at the clock */
    volatile bool started;
    volatile sig_atomic_t spent;
    lua_State *volatile chain[CHAIN_MOST];
    volatile sig_atomic_t depth;
} budget;

static void on_count(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    if (budget.looks && budget.started && clock_now() >= budget.end)
        budget.spent = true;
    if (budget.spent)
        budget_cut_off(L);
    else if (!budget.looks)
        lua_sethook(L, NULL, 0, 0); /* a leftover: this coroutine was armed in an earlier entry */
}

/* Nothing is pending when this returns: the signal of a spent timer is delivered on the way out of the call. */
static void set_timer(msec delay)
{
    struct itimerspec when = { .it_value = { .tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000 } };

    if (budget.looks)
        return;
    budget.rings_at = delay > 0 ? clock_now() + delay : 0;
    timer_settime(budget.timer, 0, &when, NULL);
}

/* In the signal handler: lua_sethook is made for that, and so are the clock and the timer. */
static void on_time(int number)
{
    int error = errno;
    msec rest = budget.end - clock_now();

    (void)number;
    budget.rings_at = 0;
    if (budget.started && rest > 0) {
        set_timer(rest);
    } else if (budget.started) {
        budget.spent = budget.depth > 0;
        for (int i = 0; i < budget.depth; i++)
            lua_sethook(budget.chain[i], on_count, LUA_MASKCOUNT, 1);
        set_timer(REPEAT);
    }
    errno = error;
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
    budget.rings_at = 0;
    budget.looks = timer_create(CLOCK_MONOTONIC, &event, &budget.timer) != 0;
    if (!budget.looks)
        budget.owner = gettid();
}

/* Threads are started with all signals blocked, and the loop's own thread may block some: this one must get through. */
static void let_signal_through(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, number_of_signal());
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

/* A timer that is set is left alone: to set it costs more than most entries do. It may ring when nothing runs, once, or
 * too early, and is then set for the rest. */
static void ring_by_end(void)
{
    msec rest = budget.end - clock_now();

    if (budget.rings_at == 0 || budget.rings_at > budget.end)
        set_timer(rest > 0 ? rest : 1);
}

bool budget_start(msec limit)
{
    if (budget.started)
        return false;
    if (limit >= 0 && budget.owner != gettid()) {
        make_timer(); /* the first time, in a forked child (timers are not inherited), and until there is one */
        let_signal_through();
    }
    budget.began = clock_now();
    budget.end = limit < 0 ? INT64_MAX : budget.began + (limit > 0 ? limit : 1);
    budget.started = true;
    if (limit >= 0)
        ring_by_end();
    return true;
}

void budget_leave_parent(void)
{
    budget.owner = 0;
    budget.rings_at = 0;
    budget.started = false;
    budget.spent = false;
    budget.depth = 0;
}

void budget_change(msec limit)
{
    if (!budget.started || budget.spent)
        return;
    budget.end = budget.began + limit;
    ring_by_end();
}

/* The timer of a short entry is left for the next one; that of a load, seconds away, would wake an idle reeve. */
void budget_stop(void)
{
    assert(budget.started && budget.depth == 0);
    budget.started = false;
    if (budget.spent || budget.rings_at > clock_now() + LEFT_MOST)
        set_timer(0);
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
    else if (budget.looks)
        lua_sethook(L, on_count, LUA_MASKCOUNT, LOOK_EVERY);
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
    call_interrupted(L); /* or the yield would be taken for a wait */
    if (lua_isyieldable(L))
        return lua_yield(L, 0);
    return luaL_error(L, "out of time");
}
