#include "os/chore.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

/* Work that waits until the test lets it go on. */
struct work {
    pthread_mutex_t gate;
    bool ran, signals_blocked;
};

static struct loop *loop;
static atomic_int freed;
static int told;

static void run(void *arg)
{
    struct work *w = arg;
    sigset_t mask;

    pthread_mutex_lock(&w->gate);
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    w->signals_blocked = sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGCHLD) == 1;
    w->ran = true;
    pthread_mutex_unlock(&w->gate);
}

static void free_work(void *arg)
{
    free(arg);
    atomic_fetch_add(&freed, 1);
}

static struct chore_kind kind = { .run = run, .free = free_work, .most = 2 };

static struct work *work_new(void)
{
    struct work *w = calloc(1, sizeof *w);

    pthread_mutex_init(&w->gate, NULL);
    pthread_mutex_lock(&w->gate);
    return w;
}

static void let_go(struct work *w)
{
    pthread_mutex_unlock(&w->gate);
}

static void on_done(void *arg, void *expected)
{
    const struct work *w = arg;

    assert_ptr_equal(w, expected);
    assert_true(w->ran);
    assert_true(w->signals_blocked);
    assert_int_equal(atomic_load(&freed), 0);
    told++;
    loop_end(loop);
}

static int open_loop(void **state)
{
    (void)state;
    loop = loop_new();
    atomic_store(&freed, 0);
    told = 0;
    return 0;
}

/* Threads leave a moment after they are done. */
static int close_loop(void **state)
{
    (void)state;
    while (atomic_load(&kind.count) > 0)
        sched_yield();
    loop_free(loop);
    return 0;
}

static void the_owner_is_told_and_then_the_work_is_freed(void **state)
{
    struct work *w = work_new();
    struct error e;

    (void)state;
    assert_non_null(chore_start(loop, &kind, w, on_done, w, &e));
    let_go(w);
    loop_run(loop);
    assert_int_equal(told, 1);
    while (atomic_load(&kind.count) > 0)
        sched_yield();
    assert_int_equal(atomic_load(&freed), 1);
}

static void who_stops_it_hears_nothing_and_the_thread_frees(void **state)
{
    struct work *w = work_new();
    struct chore *c;
    struct error e;

    (void)state;
    c = chore_start(loop, &kind, w, on_done, w, &e);
    chore_stop(&c);
    assert_null(c);
    chore_stop(&c);
    assert_int_equal(atomic_load(&freed), 0);
    let_go(w);
    while (atomic_load(&kind.count) > 0)
        sched_yield();
    assert_int_equal(told, 0);
    assert_int_equal(atomic_load(&freed), 1);
}

static void too_many_are_refused(void **state)
{
    struct work *w[3] = { work_new(), work_new(), work_new() };
    struct chore *c[2];
    struct error e;

    (void)state;
    for (int i = 0; i < 2; i++)
        c[i] = chore_start(loop, &kind, w[i], on_done, w[i], &e);
    assert_null(chore_start(loop, &kind, w[2], on_done, w[2], &e));
    assert_non_null(strstr(e.text, "cannot start a thread: "));
    assert_int_equal(atomic_load(&freed), 1);
    for (int i = 0; i < 2; i++) {
        chore_stop(&c[i]);
        let_go(w[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_owner_is_told_and_then_the_work_is_freed, open_loop, close_loop),
        cmocka_unit_test_setup_teardown(who_stops_it_hears_nothing_and_the_thread_frees, open_loop, close_loop),
        cmocka_unit_test_setup_teardown(too_many_are_refused, open_loop, close_loop),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
