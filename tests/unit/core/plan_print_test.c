#include "core/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/core/plans.h"

static struct plan *a_plan(void)
{
    struct plan *plan = plan_new();

    add_program(plan, "web",
                "{'cmd':'/bin/x \\u0027a \\u005c b\\u0027','stoptime':0.5,'env':{'A-B':'1','LANG':'C','or':'x'},"
                "'on_exit':{'function':'f.lua:3'}}");
    add_program(plan, "db", "{'stdout':{'to':'inherit','prefix':true}}");
    add_group(plan, "zoo", "db", "web");
    add_group(plan, "backend", "db", "db");
    say(plan, "{'password':'sesame','name':'box'}");
    return plan;
}

static json_t *printed_json(const struct plan *plan)
{
    struct buffer out = { 0 };
    json_t *json;

    plan_print_json(plan, &out);
    assert_null(strstr(out.data, "sesame"));
    json = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    buffer_free(&out);
    return json;
}

static void the_whole_plan_is_one_object(void **state)
{
    struct plan *plan = a_plan();
    json_t *json = printed_json(plan);
    json_t *web = json_array_get(json_object_get(json, "programs"), 0);
    json_t *supervisor = json_object_get(json, "supervisor");

    (void)state;
    assert_int_equal(json_array_size(json_object_get(json, "programs")), 2);
    assert_int_equal(json_object_size(web), program_record.count);
    assert_string_equal(json_string_value(json_object_get(web, "name")), "web");
    assert_true(json_number_value(json_object_get(web, "stoptime")) == 0.5);
    assert_string_equal(json_string_value(json_array_get(json_object_get(web, "cmd"), 1)), "a \\ b");
    assert_string_equal(json_string_value(json_object_get(json_object_get(web, "env"), "A-B")), "1");
    assert_string_equal(json_string_value(json_object_get(json_object_get(web, "on_exit"), "function")), "f.lua:3");
    assert_true(json_is_null(json_object_get(web, "on_stop")));
    assert_int_equal(json_array_size(json_object_get(json_object_get(json, "groups"), "zoo")), 2);
    assert_true(json_is_array(json_object_get(json, "sockets")));
    assert_int_equal(json_object_size(supervisor), supervisor_record.count);
    assert_string_equal(json_string_value(json_object_get(supervisor, "password")), "***");
    json_decref(json);
    plan_release(plan);
}

/* jansson's own sorting of the keys gives the same text. */
static void keys_are_sorted_everywhere(void **state)
{
    struct plan *plan = a_plan();
    json_t *json = printed_json(plan);
    char *sorted = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT), *kept = json_dumps(json, JSON_COMPACT);

    (void)state;
    assert_string_equal(sorted, kept);
    free(sorted);
    free(kept);
    json_decref(json);
    plan_release(plan);
}

static void a_supervisor_without_a_name_has_the_hosts(void **state)
{
    struct plan *plan = plan_new();
    json_t *json = printed_json(plan);
    char host[256] = "";

    (void)state;
    gethostname(host, sizeof host - 1);
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "supervisor"), "name")), host);
    json_decref(json);
    plan_release(plan);
}

static void assert_line(const char *text, const char *line)
{
    if (strstr(text, line) == NULL)
        fail_msg("no line '%s' in:\n%s", line, text);
}

static void people_read_it_as_a_configuration(void **state)
{
    struct plan *plan = a_plan();
    struct buffer out = { 0 };

    (void)state;
    plan_print_text(plan, &out);
    assert_line(out.data, "supervisor {\n");
    assert_line(out.data, "    password         = \"***\",\n");
    assert_line(out.data, "    log              = { \"stderr\" },  -- default\n");
    assert_line(out.data, "\nprogram \"web\" {\n");
    assert_line(out.data, "    cmd              = { \"/bin/x\", \"a \\\\ b\" },\n");
    assert_line(out.data, "    stoptime         = 0.5,\n");
    assert_line(out.data, "    shell            = false,  -- default\n");
    assert_line(out.data, "    user             = nil,  -- default\n");
    assert_line(out.data, "    limits           = {},  -- default\n");
    assert_line(out.data, "    env              = { [\"A-B\"] = \"1\", LANG = \"C\", [\"or\"] = \"x\" },\n");
    assert_line(out.data, "    -- on_exit is the function at f.lua:3\n");
    assert_line(out.data, "to = \"inherit\" },\n");
    assert_line(out.data, "\ngroup \"zoo\" { \"db\", \"web\" }\n");
    assert_null(strstr(out.data, "sesame"));
    buffer_free(&out);
    plan_release(plan);
}

static void odd_characters_are_written_as_lua_has_them(void **state)
{
    struct program *p = a_program("a", "{'cmd':['\\u0001','\\t','\\u0022','a:b,c}']}");
    struct buffer out = { 0 };

    (void)state;
    program_print_text(p, &out);
    assert_line(out.data, "= { \"\\u{0001}\", \"\\t\", \"\\\"\", \"a:b,c}\" },\n");
    buffer_free(&out);
    program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_whole_plan_is_one_object),
        cmocka_unit_test(keys_are_sorted_everywhere),
        cmocka_unit_test(a_supervisor_without_a_name_has_the_hosts),
        cmocka_unit_test(people_read_it_as_a_configuration),
        cmocka_unit_test(odd_characters_are_written_as_lua_has_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
