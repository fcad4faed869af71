#include "stage.h"

#include "core/order.h"

#include <stdio.h>

static struct name_list *names(const char *first, ...) __attribute__((sentinel));
static struct name_list *names(const char *first, ...)
{
    struct name_list *l = xcalloc(1, sizeof *l);
    va_list more;

    va_start(more, first);
    for (const char *name = first; name != NULL; name = va_arg(more, const char *))
        words_add(&l->words, name);
    va_end(more);
    return l;
}

static struct program *at_line(struct program *p, int line)
{
    p->line = line;
    return p;
}

static void assert_problems(const struct plan *plan, const char *expected)
{
    struct problems problems = { 0 };
    struct buffer text = { 0 };

    order_check(plan, &problems);
    problems_print(&problems, &text);
    assert_string_equal(text.data != NULL ? text.data : "", expected);
    buffer_free(&text);
    problems_free(&problems);
}

static void a_plan_without_names_has_no_order(void **state)
{
    struct program *web = a_program("web");
    struct plan *plan = a_plan(web, a_program("db"), NULL);
    const struct order *o = plan_order(plan);

    (void)state;
    assert_int_equal(order_needs(o, web).count, 0);
    assert_int_equal(order_dependents(o, web).count, 0);
    assert_int_equal(order_rank(o, web), 0);
    assert_int_equal(order_priority(o, web), web->common->priority);
    assert_problems(plan, "");
    plan_release(plan);
}

static void each_need_comes_once_the_required_ones_first(void **state)
{
    struct program *db = a_program("db"), *cache = a_program("cache"), *web = a_program("web");
    struct plan *plan = a_plan(web, cache, db, NULL);
    const struct order *o;

    (void)state;
    web->after = names("cache", "db", NULL);
    web->requires = names("db", NULL);
    o = plan_order(plan);
    assert_int_equal(order_needs(o, web).count, 2);
    assert_int_equal(order_needs(o, web).program[0], db->position);
    assert_int_equal(order_needs(o, web).program[1], cache->position);
    assert_int_equal(order_dependents(o, db).count, 1);
    assert_int_equal(order_dependents(o, db).program[0], web->position);
    assert_true(order_requires(web, db));
    assert_false(order_requires(web, cache));
    plan_release(plan);
}

static void a_rank_counts_the_longest_way(void **state)
{
    struct program *a = a_program("a"), *b = a_program("b"), *c = a_program("c");
    struct plan *plan = a_plan(c, b, a, NULL);

    (void)state;
    b->after = names("a", NULL);
    c->after = names("a", "b", NULL);
    assert_int_equal(order_rank(plan_order(plan), a), 0);
    assert_int_equal(order_rank(plan_order(plan), b), 1);
    assert_int_equal(order_rank(plan_order(plan), c), 2);
    plan_release(plan);
}

static void a_priority_never_goes_against_a_need(void **state)
{
    struct program *db = a_program("db"), *web = a_program("web");
    struct plan *plan = a_plan(web, db, NULL);

    (void)state;
    program_own(db)->priority = 20;
    program_own(web)->priority = 10;
    web->after = names("db", NULL);
    assert_int_equal(order_priority(plan_order(plan), web), 20);
    assert_int_equal(order_priority(plan_order(plan), db), 20);
    plan_release(plan);
}

static void unknown_names_are_told_with_the_nearest(void **state)
{
    struct program *web = a_program("web");
    struct plan *plan = a_plan(web, a_program("postgres"), NULL);

    (void)state;
    web->requires = names("postgers", NULL);
    web->requires->line = 7;
    web->after = names("nothing-like-it", "web", NULL);
    assert_problems(plan, "supervisor.lua:7: program 'web': 'requires': there is no program 'postgers', did you mean "
                          "'postgres'?\n"
                          "supervisor.lua:1: program 'web': 'after': there is no program 'nothing-like-it'\n"
                          "supervisor.lua:1: program 'web': 'after' names the program itself\n");
    plan_release(plan);
}

static void every_cycle_is_told_with_its_path(void **state)
{
    struct program *a = a_program("a"), *b = a_program("b"), *c = a_program("c"), *d = a_program("d"),
                   *e = a_program("e");
    struct plan *plan = a_plan(a, b, c, at_line(d, 9), e, NULL);

    (void)state;
    a->after = names("b", NULL);
    b->requires = names("c", NULL);
    c->after = names("a", NULL);
    d->after = names("a", "e", NULL);
    e->after = names("d", NULL);
    assert_problems(plan, "supervisor.lua:1: program 'a' waits for itself: a -> b -> c -> a\n"
                          "supervisor.lua:9: program 'd' waits for itself: d -> e -> d\n");
    plan_release(plan);
}

static void a_diamond_is_no_cycle(void **state)
{
    struct program *a = a_program("a"), *b = a_program("b"), *c = a_program("c"), *d = a_program("d");
    struct plan *plan = a_plan(a, b, c, d, NULL);

    (void)state;
    a->after = names("b", "c", NULL);
    b->after = names("d", NULL);
    c->after = names("d", NULL);
    assert_problems(plan, "");
    plan_release(plan);
}

static void a_chain_may_be_very_long(void **state)
{
    enum { LENGTH = 50000 };
    struct plan *plan = plan_new();
    char name[16], before[16];

    (void)state;
    for (int i = 0; i < LENGTH; i++) {
        struct program *p;

        snprintf(name, sizeof name, "p%d", i);
        snprintf(before, sizeof before, "p%d", i + 1);
        p = a_program(name);
        if (i + 1 < LENGTH)
        p->requires = names(before, NULL);
        plan_add(plan, p, NULL);
    }
    assert_problems(plan, "");
    assert_int_equal(order_rank(plan_order(plan), plan_find(plan, "p0")), LENGTH - 1);
    plan_release(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_without_names_has_no_order),
        cmocka_unit_test(each_need_comes_once_the_required_ones_first),
        cmocka_unit_test(a_rank_counts_the_longest_way),
        cmocka_unit_test(a_priority_never_goes_against_a_need),
        cmocka_unit_test(unknown_names_are_told_with_the_nearest),
        cmocka_unit_test(every_cycle_is_told_with_its_path),
        cmocka_unit_test(a_diamond_is_no_cycle),
        cmocka_unit_test(a_chain_may_be_very_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
