/* What the file says of sockets, and of those who want them. */
#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/plans.h"

static struct problems problems;

static bool declare(struct plan *plan, const char *name, const char *settings)
{
    struct socket_settings *s = socket_settings_new(name, "s.lua", 7);
    struct value v = value_of(settings);
    const struct record_source from = { "socket", name, "s.lua", 7, line_of, NULL, &problems };
    size_t before = problems.count;

    record_read(s, v.table, &from);
    value_clear(&v);
    socket_settings_check(s, &from);
    socket_settings_check_people(s, &from);
    return plan_add_socket(plan, s, &problems) && problems.count == before;
}

/* A plan with the sockets `web` and `api`. */
static struct plan *a_plan(void)
{
    struct plan *plan = plan_new();

    assert_true(declare(plan, "web", "{'listen':'tcp:127.0.0.1:8080'}"));
    assert_true(declare(plan, "api", "{'listen':'unix:/run/api.sock','mode':'0660'}"));
    return plan;
}

static void assert_refused(const char *settings, const char *expected)
{
    struct plan *plan = plan_new();

    assert_false(declare(plan, "web", settings));
    assert_problems(&problems, expected);
    plan_release(plan);
}

static void a_wrong_socket_is_told(void **state)
{
    (void)state;
    assert_refused("{}", "s.lua:100: socket 'web': 'listen' is missing: say an address such as tcp:127.0.0.1:8080 or "
                         "unix:/run/web.sock\n");
    assert_refused(
        "{'listen':'tcp:example.org:80'}",
        "s.lua:106: socket 'web': 'listen': address 'tcp:example.org:80': 'example.org' is no address: a name "
        "would have to be looked up; write an IPv4 or [IPv6] address, localhost, or * for all\n");
    assert_refused("{'listen':'tcp:*:80','mode':'0600','owner':'root'}",
                   "s.lua:104: socket 'web': 'mode' is for unix: sockets, which have a file\n"
                   "s.lua:105: socket 'web': 'owner' is for unix: sockets, which have a file\n");
    assert_refused("{'listen':'/run/x','reuseport':true}",
                   "s.lua:109: socket 'web': 'reuseport' is for tcp: and udp: sockets, which have a port\n");
    assert_refused("{'listen':'udp:*:53','backlog':7}",
                   "s.lua:107: socket 'web': 'backlog' is not for udp: sockets, which have no connections\n");
    assert_refused("{'listen':'/run/x','owner':'nobuddy'}",
                   "s.lua:105: socket 'web': 'owner': there is no user 'nobuddy'\n");
}

static void a_name_is_taken_once(void **state)
{
    struct plan *plan = a_plan();

    (void)state;
    assert_false(declare(plan, "web", "{'listen':'tcp:*:1'}"));
    assert_problems(&problems, "s.lua:7: socket 'web' is already declared at s.lua:7\n");
    assert_int_equal(plan->socket_count, 2);
    assert_false(declare(plan, "a b", "{'listen':'tcp:*:1'}"));
    assert_problems(&problems,
                    "s.lua:100: socket 'a b': a name has 1 to 64 letters, digits and _ . - and does not begin "
                    "with -\n");
    plan_release(plan);
}

static void an_address_is_taken_once_unless_it_is_shared(void **state)
{
    struct plan *plan = a_plan();

    (void)state;
    declare(plan, "r1", "{'listen':'udp:127.0.0.1:8080','reuseport':true}");
    declare(plan, "r2", "{'listen':'udp:localhost:8080','reuseport':true}");
    plan_check(plan, &problems);
    assert_int_equal(problems.count, 0);
    declare(plan, "too", "{'listen':'tcp:localhost:8080','reuseport':true}");
    plan_check(plan, &problems);
    assert_problems(&problems,
                    "s.lua:106: socket 'too': 'listen': socket 'web' has this address, tcp:127.0.0.1:8080\n");
    plan_release(plan);
}

static void programs_name_sockets_that_are_there(void **state)
{
    struct plan *plan = a_plan();

    (void)state;
    add_program(plan, "good", "{'sockets':['api','web']}");
    plan_check(plan, &problems);
    assert_int_equal(problems.count, 0);
    add_program(plan, "p", "{'sockets':['web','wep']}");
    add_program(plan, "q", "{'sockets':'elsewhere'}");
    plan_check(plan, &problems);
    assert_problems(&problems, "p.lua:3: program 'p': 'sockets': there is no socket 'wep', did you mean 'web'?\n"
                               "p.lua:3: program 'q': 'sockets': there is no socket 'elsewhere': declare it by socket "
                               "\"elsewhere\" { listen = … }\n");
    plan_release(plan);
}

static void assert_descriptors(const char *settings, const char *expected)
{
    struct program *p = a_program("p", settings);

    words_add(&p->cmd, "true");
    program_check(p, &(struct record_source){ "program", "p", "p.lua", 3, line_of, NULL, &problems });
    assert_problems(&problems, expected);
    program_free(p);
}

static void descriptors_do_not_clash(void **state)
{
    (void)state;
    assert_descriptors("{'sockets':['a','b'],'ready':{'fd':5}}", "");
    assert_descriptors("{'ready':{'fd':3}}", "");
    assert_descriptors("{'sockets':['a','b'],'ready':{'fd':4}}",
                       "p.lua:105: program 'p': 'ready.fd' is 4, which is one of its sockets: take 5 or more\n");
    assert_descriptors("{'sockets':['a','b','a']}", "p.lua:107: program 'p': 'sockets' names 'a' twice\n");
}

static struct plan *a_plan_at(const char *address)
{
    struct plan *plan = plan_new();

    declare(plan, "web", address);
    add_program(plan, "in", "{'cmd':'x','sockets':'web'}");
    add_program(plan, "out", "{'cmd':'x'}");
    return plan;
}

static void who_has_a_socket_that_moves_is_restarted(void **state)
{
    struct plan *before = a_plan_at("{'listen':'tcp:127.0.0.1:8080'}");
    struct plan *wider = a_plan_at("{'listen':'tcp:localhost:8080','backlog':5}");
    struct plan *moved = a_plan_at("{'listen':'tcp:127.0.0.1:8081'}");
    struct plan_comparison c;

    (void)state;
    plan_compare(before, wider, &c);
    assert_int_equal(c.difference[0].change, PLAN_KEPT);
    plan_comparison_free(&c);
    plan_compare(before, moved, &c);
    assert_int_equal(c.difference[0].change, PLAN_CHANGED);
    assert_true(c.difference[0].restart);
    assert_string_equal(c.difference[0].settings.word[0], "socket web");
    assert_int_equal(c.difference[1].change, PLAN_KEPT);
    plan_comparison_free(&c);
    plan_release(before);
    plan_release(wider);
    plan_release(moved);
}

static void the_plan_tells_its_sockets(void **state)
{
    struct plan *plan = a_plan();
    struct buffer json = { 0 }, text = { 0 };

    (void)state;
    plan_print_json(plan, &json);
    assert_non_null(strstr(json.data, "\"sockets\":[{\"backlog\":null,\"listen\":\"tcp:127.0.0.1:8080\",\"mode\":null,"
                                      "\"name\":\"web\",\"owner\":null,\"reuseport\":false},{"));
    plan_print_text(plan, &text);
    assert_non_null(strstr(text.data, "\nsocket \"api\" {\n    listen    = \"unix:/run/api.sock\",\n"));
    buffer_free(&json);
    buffer_free(&text);
    plan_release(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_socket_is_told),
        cmocka_unit_test(a_name_is_taken_once),
        cmocka_unit_test(an_address_is_taken_once_unless_it_is_shared),
        cmocka_unit_test(programs_name_sockets_that_are_there),
        cmocka_unit_test(descriptors_do_not_clash),
        cmocka_unit_test(who_has_a_socket_that_moves_is_restarted),
        cmocka_unit_test(the_plan_tells_its_sockets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
