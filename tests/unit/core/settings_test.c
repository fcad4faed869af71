#include "core/settings.h"

#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/core/values.h"

/* A record of a few settings. */
struct car {
    struct record record;
    char *plate, *key;
    int doors, colour;
    struct words owners, equipment;
    struct numbers gears;
};

static const char *const colours[] = { "red", "blue", "green", NULL };
#define FIELD(member) .offset = offsetof(struct car, member)
static const struct setting car_rows[] = {
    { "plate", &setting_text, FIELD(plate), "X 1", CHANGE_RESTART, SETTING_COMPUTED },
    { "key", &setting_text, FIELD(key), .flags = SETTING_SECRET },
    { "doors", &setting_int, FIELD(doors), "4", CHANGE_COUNT, .min = 2, .max = 5 },
    { "colour", &setting_choice, FIELD(colour), "blue", CHANGE_NEXT_START, .choices = colours },
    { "owners", &setting_words, FIELD(owners) },
    { "equipment", &setting_map, FIELD(equipment) },
    { "gears", &setting_numbers, FIELD(gears), "1" },
    { "brand", &setting_text, FIELD(plate), .flags = SETTING_DECLARED },
    { "on_crash", &setting_hook, .flags = SETTING_HOOK },
};
/* Without "brand", whose field is just borrowed. */
static const struct record_type car_type = {
    .noun = "car", .settings = car_rows, .count = 7, .size = sizeof(struct car), .elsewhere = "radio"
};
static const struct record_type whole_car_type = {
    .noun = "car", .settings = car_rows + 7, .count = 2, .size = sizeof(struct car)
};

static int line_of(const char *key, void *arg)
{
    (void)arg;
    return strcmp(key, "doors") == 0 ? 12 : 10;
}

static bool read_car(struct car *car, const char *json, struct problems *problems)
{
    struct value v = value_of(json);
    const struct record_source from = { "car", "a", "cars.lua", 10, line_of, NULL, problems };

    record_read(car, v.table, &from);
    value_clear(&v);
    return problems == NULL || problems->count == 0;
}

static void assert_problems(const struct record_type *type, const char *json, const char *expected)
{
    struct problems problems = { 0 };
    struct buffer out = { 0 };
    struct car car;

    record_init(&car, type);
    assert_false(read_car(&car, json, &problems));
    problems_print(&problems, &out);
    assert_string_equal(out.data, expected);
    buffer_free(&out);
    problems_free(&problems);
    record_clear(&car);
}

static void assert_prints(const struct car *car, const char *expected)
{
    struct buffer out = { 0 };
    char *json = quoted(expected);

    record_print(car, &out);
    assert_string_equal(out.data, json);
    buffer_free(&out);
    free(json);
}

static void what_nobody_says_has_its_default(void **state)
{
    struct car car;

    (void)state;
    record_init(&car, &car_type);
    assert_prints(&car,
                  "{'colour':'blue','doors':4,'equipment':{},'gears':[1],'key':null,'owners':null,'plate':'X 1'}");
    assert_false(setting_was_said(&car, setting_find(&car_type, "doors")));
    record_clear(&car);
}

static void what_is_said_is_read_remembered_and_printed_with_sorted_keys(void **state)
{
    struct car car;

    (void)state;
    record_init(&car, &car_type);
    assert_true(read_car(&car,
                         "{'doors':3,'key':'s','owners':['a',7],'equipment':{'b':true,'a':1.5},'colour':'red',"
                         "'gears':[1,2],'radio':1}",
                         NULL));
    assert_prints(&car, "{'colour':'red','doors':3,'equipment':{'a':'1.5','b':'true'},'gears':[1,2],'key':'***',"
                        "'owners':['a','7'],'plate':'X 1'}");
    assert_true(setting_was_said(&car, setting_find(&car_type, "doors")));
    assert_false(setting_was_said(&car, setting_find(&car_type, "plate")));
    record_clear(&car);
}

static void every_problem_is_told_and_none_hides_another(void **state)
{
    (void)state;
    assert_problems(&car_type, "{'dors':3,'doors':9,'colour':'pink','plate':[],'gears':['x'],'zzzzzz':1}",
                    "cars.lua:10: car 'a': unknown setting 'dors', did you mean 'doors'?\n"
                    "cars.lua:10: car 'a': unknown setting 'zzzzzz'\n"
                    "cars.lua:10: car 'a': 'plate': expected text or a function, got a table\n"
                    "cars.lua:12: car 'a': 'doors' must be from 2 to 5, not 9\n"
                    "cars.lua:10: car 'a': 'colour' must be \"red\", \"blue\" or \"green\", not \"pink\"\n"
                    "cars.lua:10: car 'a': 'gears': expected a whole number or a list of them, got \"x\"\n");
}

static void all_problems_of_a_map_are_told(void **state)
{
    (void)state;
    assert_problems(&car_type, "{'equipment':{'a=b':1,'c':[],'':2}}",
                    "cars.lua:10: car 'a': 'equipment': a name is empty; "
                    "'equipment': the name \"a=b\" must not contain '='; "
                    "'equipment': c must be text, a number or a boolean, not a table\n");
}

static void what_stands_before_the_table_is_refused_in_it(void **state)
{
    struct car car;

    (void)state;
    record_init(&car, &whole_car_type);
    record_clear(&car);
    assert_problems(&whole_car_type, "{'brand':'x','on_crash':3}",
                    "cars.lua:10: car 'a': 'brand' stands before the table, not in it\n"
                    "cars.lua:10: car 'a': 'on_crash': expected a function, got 3\n");
}

static void a_value_without_a_name_is_a_problem(void **state)
{
    (void)state;
    assert_problems(&car_type, "['x']",
                    "cars.lua:10: car 'a': \"x\" stands there without a name: write NAME = VALUE\n");
}

static void a_wrong_value_counts_as_said_and_leaves_the_old_one(void **state)
{
    struct problems problems = { 0 };
    struct car car;

    (void)state;
    record_init(&car, &car_type);
    assert_false(read_car(&car, "{'doors':'many'}", &problems));
    assert_int_equal(car.doors, 4);
    assert_true(setting_was_said(&car, setting_find(&car_type, "doors")));
    problems_free(&problems);
    record_clear(&car);
}

static void a_function_takes_the_place_of_a_value_and_back(void **state)
{
    const struct setting *plate = setting_find(&car_type, "plate");
    struct car car;

    (void)state;
    record_init(&car, &car_type);
    assert_true(read_car(&car, "{'plate':'Y'}", NULL));
    assert_true(read_car(&car, "{'plate':{'function':'a.lua:3'}}", NULL));
    assert_string_equal(setting_function(&car, plate)->where, "a.lua:3");
    assert_string_equal(car.plate, "X 1");
    assert_prints(&car, "{'colour':'blue','doors':4,'equipment':{},'gears':[1],'key':null,'owners':null,"
                        "'plate':{'function':'a.lua:3'}}");
    assert_true(read_car(&car, "{'plate':'Z'}", NULL));
    assert_null(setting_function(&car, plate));
    assert_string_equal(car.plate, "Z");
    assert_true(read_car(&car, "{'plate':null}", NULL));
    assert_string_equal(car.plate, "X 1");
    record_clear(&car);
}

static void a_function_is_refused_where_it_has_no_meaning(void **state)
{
    (void)state;
    assert_problems(&car_type, "{'doors':{'function':'a.lua:3'}}",
                    "cars.lua:12: car 'a': 'doors': expected a whole number, got a function\n");
}

static void a_copy_has_everything_of_its_own(void **state)
{
    struct car car, copy;

    (void)state;
    record_init(&car, &car_type);
    read_car(&car, "{'plate':{'function':'a.lua:3'},'owners':['a'],'equipment':{'a':1},'gears':[1,2],'key':'k'}", NULL);
    record_copy(&copy, &car);
    read_car(&car, "{'plate':'Q','owners':['b'],'equipment':{},'gears':[],'key':'l'}", NULL);
    record_clear(&car);
    assert_prints(&copy, "{'colour':'blue','doors':4,'equipment':{'a':'1'},'gears':[1,2],'key':'***','owners':['a'],"
                         "'plate':{'function':'a.lua:3'}}");
    assert_string_equal(copy.key, "k");
    record_clear(&copy);
}

static void a_copy_that_lost_its_functions_shares_nothing(void **state)
{
    struct car car, copy;

    (void)state;
    record_init(&car, &car_type);
    read_car(&car, "{'plate':{'function':'a.lua:3'}}", NULL);
    read_car(&car, "{'plate':'Q'}", NULL);
    record_copy(&copy, &car);
    record_clear(&car);
    record_clear(&copy);
}

static void a_list_may_be_empty_without_being_unset(void **state)
{
    struct car car, copy;

    (void)state;
    record_init(&car, &car_type);
    record_init(&copy, &car_type);
    read_car(&car, "{'owners':[]}", NULL);
    assert_false(setting_equal(setting_find(&car_type, "owners"), &car, &copy));
    record_clear(&copy);
    record_copy(&copy, &car);
    assert_prints(&copy, "{'colour':'blue','doors':4,'equipment':{},'gears':[1],'key':null,'owners':[],'plate':'X 1'}");
    assert_true(setting_equal(setting_find(&car_type, "owners"), &car, &copy));
    record_clear(&car);
    record_clear(&copy);
}

static void a_change_means_what_its_row_says(void **state)
{
    enum setting_change change;
    struct car before, after;

    (void)state;
    record_init(&before, &car_type);
    record_init(&after, &car_type);
    assert_false(setting_changed(&car_rows[0], &before, &after, &change));
    read_car(&after, "{'plate':{'function':'a.lua:3'},'doors':5}", NULL);
    assert_true(setting_changed(&car_rows[0], &before, &after, &change));
    assert_int_equal(change, CHANGE_RESTART);
    assert_true(setting_changed(&car_rows[2], &before, &after, &change));
    assert_int_equal(change, CHANGE_COUNT);
    read_car(&before, "{'plate':{'function':'a.lua:9'}}", NULL);
    assert_false(setting_changed(&car_rows[0], &before, &after, &change));
    record_clear(&before);
    record_clear(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_says_has_its_default),
        cmocka_unit_test(what_is_said_is_read_remembered_and_printed_with_sorted_keys),
        cmocka_unit_test(every_problem_is_told_and_none_hides_another),
        cmocka_unit_test(all_problems_of_a_map_are_told),
        cmocka_unit_test(what_stands_before_the_table_is_refused_in_it),
        cmocka_unit_test(a_value_without_a_name_is_a_problem),
        cmocka_unit_test(a_wrong_value_counts_as_said_and_leaves_the_old_one),
        cmocka_unit_test(a_function_takes_the_place_of_a_value_and_back),
        cmocka_unit_test(a_function_is_refused_where_it_has_no_meaning),
        cmocka_unit_test(a_copy_has_everything_of_its_own),
        cmocka_unit_test(a_copy_that_lost_its_functions_shares_nothing),
        cmocka_unit_test(a_list_may_be_empty_without_being_unset),
        cmocka_unit_test(a_change_means_what_its_row_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
