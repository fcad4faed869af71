/* Transfers that are dropped, follow one another, and leave nothing behind. */
#include "web.h"

/* ---- cancelling ---------------------------------------------------------------------------- */

static bool always(void)
{
    return true;
}

static void a_cancelled_transfer_is_not_told(void **state)
{
    static const char *const paths[] = { "/ok", "/slow?0.02", "/trickle", "/redirect?5", "/endless" };
    int round;

    (void)state;
    finished(get("/ok"));
    for (round = 0; round < 100; round++) {
        struct outcome *o = begin(get(paths[round % 5], .follow = true));
        int turns;

        for (turns = 0; turns < round / 5 && !o->told; turns++)
            turn_until(always);
        if (o->told)
            continue;
        transfer_cancel(o->transfer);
        told_count++; /* it counts as settled; a call later would be noticed */
        o->told = true;
    }
    turn_until(all_told);
    finished(get("/ok"));
}

static void cancel_the_others(struct outcome *o)
{
    size_t i;

    for (i = 0; i < outcome_count; i++) {
        if (&outcomes[i] == o || outcomes[i].transfer == NULL)
            continue;
        transfer_cancel(outcomes[i].transfer);
        outcomes[i].transfer = NULL;
        outcomes[i].told = true;
        told_count++;
    }
}

static void one_may_cancel_others_that_have_ended_too(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 100; i++)
        begin(get("/ok"))->then = cancel_the_others;
    turn_until(all_told);
    assert_string_equal(finished(get("/ok"))->error, "");
}

static void begin_another(struct outcome *o)
{
    (void)o;
    begin(get("/ok"));
}

static void one_may_start_another(void **state)
{
    (void)state;
    begin(get("/ok"))->then = begin_another;
    turn_until(all_told);
    assert_int_equal(outcome_count, 2);
    assert_string_equal(outcomes[1].body, "hello");
}

static void close_everything(struct outcome *o)
{
    cancel_the_others(o);
    transfers_close();
}

static void everything_may_be_closed_at_any_time(void **state)
{
    int i;

    (void)state;
    transfers_close();
    for (i = 0; i < 80; i++)
        begin(get(i % 2 ? "/ok" : "/never"))->then = close_everything;
    turn_until(all_told);
    for (i = 0; i < 80; i++)
        begin(get(i % 2 ? "/ok" : "/never"));
    transfers_close();
    forget_outcomes();
    finished(get("/ok"));
}

/* ---- descriptors and threads --------------------------------------------------------------- */

static int usual;

/* A thread of a lookup may need a moment more. */
static bool are_given_back(void)
{
    return each_descriptor(NULL) == usual;
}

static void descriptors_are_close_on_exec_and_given_back(void **state)
{
    int i;

    (void)state;
    finished(get("/ok"));
    usual = each_descriptor(NULL);
    for (i = 0; i < 40; i++)
        begin(i % 2 ? get("/slow?0.05")
                    : &(struct transfer_request){ .url = "http://no-such-host.invalid/", .timeout = 5000 });
    while (!all_told()) {
        turn_until(always);
        each_descriptor(assert_close_on_exec);
    }
    turn_until(are_given_back);
}

static void a_forked_child_has_transfers_of_its_own(void **state)
{
    struct outcome *o = begin(get("/slow?0.3"));
    int status;
    pid_t pid;

    (void)state;
    turn_until(always);
    pid = fork();
    if (pid == 0) {
        loop = loop_new();
        memset(outcomes, 0, sizeof outcomes);
        outcome_count = told_count = 0;
        o = finished(get("/ok"));
        transfers_close();
        _exit(o->status == 200 ? 0 : 1);
    }
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    turn_until(all_told);
    assert_string_equal(o->body, "hello");
}

int main(void)
{
#define each(test) cmocka_unit_test_setup_teardown(test, open_all, close_all)
    const struct CMUnitTest tests[] = {
        each(a_cancelled_transfer_is_not_told),
        each(one_may_cancel_others_that_have_ended_too),
        each(one_may_start_another),
        each(everything_may_be_closed_at_any_time),
        each(descriptors_are_close_on_exec_and_given_back),
        each(a_forked_child_has_transfers_of_its_own),
    };

    return cmocka_run_group_tests(tests, start_web, stop_web);
}
