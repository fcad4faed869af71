#include "convert/yaml_reader.h"

#include "conversions.h"

static struct source source;
static struct yaml_file yaml;
static struct problems problems;

static bool reads(const char *text)
{
    source_free(&source);
    yaml_file_free(&yaml);
    problems_free(&problems);
    source = (struct source){ .path = xstrdup("f.yaml") };
    buffer_add_text(&source.text, text);
    return yaml_file_read(&yaml, &source, &problems);
}

static void must_read(const char *text)
{
    if (!reads(text))
        fail_msg("f.yaml:%d: %s", problems.item[0].line, problems.item[0].text);
}

static void must_refuse(const char *text, int line, const char *words)
{
    assert_false(reads(text));
    assert_true(problems.count > 0);
    assert_int_equal(problems.item[0].line, line);
    if (strstr(problems.item[0].text, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, problems.item[0].text);
}

static int end(void **state)
{
    (void)state;
    source_free(&source);
    source = (struct source){ 0 };
    yaml_file_free(&yaml);
    problems_free(&problems);
    return 0;
}

static const char *text_at(const char *key)
{
    const struct yaml_node *node = yaml_get(yaml.root, key);

    assert_non_null(node);
    assert_int_equal(node->kind, YAML_SCALAR);
    return node->text;
}

static void scalars_stay_as_they_were_written(void **state)
{
    (void)state;
    must_read("a: 022\nb: no\nc: 1.10\nd: \"022\"\ne:\nf: 1:30\ng: ~\nh: ''\n");
    assert_string_equal(text_at("a"), "022");
    assert_string_equal(text_at("b"), "no");
    assert_string_equal(text_at("c"), "1.10");
    assert_string_equal(text_at("d"), "022");
    assert_string_equal(text_at("f"), "1:30");
    assert_true(yaml_is_null(yaml_get(yaml.root, "e")));
    assert_true(yaml_is_null(yaml_get(yaml.root, "g")));
    assert_false(yaml_is_null(yaml_get(yaml.root, "h")));
    assert_int_equal(yaml_get(yaml.root, "c")->line, 3);
}

static void lists_and_maps_nest(void **state)
{
    const struct yaml_node *list;

    (void)state;
    must_read("a:\n  - x\n  - {b: [1, 2]}\n");
    list = yaml_get(yaml.root, "a");
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->count, 2);
    assert_int_equal(yaml_get(list->item[1], "b")->count, 2);
}

static void aliases_repeat_what_was_anchored(void **state)
{
    (void)state;
    must_read("a: &x {b: 1}\nc: *x\n");
    assert_string_equal(yaml_get(yaml_get(yaml.root, "c"), "b")->text, "1");
}

static void merge_keys_add_what_is_not_said(void **state)
{
    const struct yaml_node *web;

    (void)state;
    must_read("base: &base {cmd: x, user: nobody}\nmore: &more {user: root, umask: 077}\n"
              "web:\n  <<: [*base, *more]\n  cmd: y\n");
    web = yaml_get(yaml.root, "web");
    assert_int_equal(web->count, 3);
    assert_string_equal(yaml_get(web, "cmd")->text, "y");
    assert_string_equal(yaml_get(web, "user")->text, "nobody");
    assert_string_equal(yaml_get(web, "umask")->text, "077");
}

static void merging_anything_but_maps_is_refused(void **state)
{
    (void)state;
    must_refuse("a: &a 1\nb:\n  <<: *a\n", 3, "merges maps, not '1'");
    must_refuse("a: &a [1]\nb:\n  <<: *a\n", 3, "merges maps, not '1'");
    must_refuse("a: &a {x: 1}\nb:\n  <<: *a\n  <<: *a\n", 4, "<<: [*one, *other]");
}

static void the_same_key_twice_is_refused(void **state)
{
    (void)state;
    must_refuse("a: 1\nb: 2\na: 3\n", 3, "'a' is here twice (also on line 1)");
    must_refuse("p:\n  web: {cmd: x}\n  web: {cmd: y}\n", 3, "'web' is here twice");
}

static void every_duplicate_is_told(void **state)
{
    (void)state;
    assert_false(reads("a: 1\na: 2\nb: 1\nb: 2\n"));
    assert_int_equal(problems.count, 2);
}

static void an_unquoted_colon_gets_a_hint(void **state)
{
    (void)state;
    must_refuse("cmd: echo foo: bar\n", 1, "must stand in quotes");
}

static void a_tab_gets_a_hint(void **state)
{
    (void)state;
    must_refuse("a:\n\tb: 1\n", 2, "tabs cannot indent");
}

static void odd_documents_are_refused(void **state)
{
    (void)state;
    must_refuse("", 0, "the file is empty");
    must_refuse("# only a comment\n", 0, "the file is empty");
    must_refuse("a: 1\n---\nb: 2\n", 3, "a second document");
    must_refuse("a: [1, 2\n", 2, "flow sequence");
    must_refuse("{a: b}: 1\n", 1, "a key must be a text");
    must_refuse("a: *nowhere\n", 1, "there is no anchor '&nowhere'");
    must_refuse("a: &a [*a]\n", 1, "stands inside of what it repeats");
    must_refuse("a: !ruby/object:Gem::Installer x\n", 1, "the tag");
    must_refuse("a: \"x\\0y\"\n", 1, "zero byte");
    must_refuse("a: \xff\n", 0, "save the file as UTF-8");
}

static void standard_tags_are_understood(void **state)
{
    (void)state;
    must_read("a: !!str 022\nb: ! x\n");
    assert_string_equal(text_at("a"), "022");
}

static void an_alias_bomb_is_refused(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    buffer_add_text(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 20; i++) {
        buffer_addf(&text, "a%d: &a%d [", i, i);
        for (int k = 0; k < 10; k++)
            buffer_addf(&text, "%s*a%d", k > 0 ? ", " : "", i - 1);
        buffer_add_text(&text, "]\n");
    }
    must_refuse(text.data, 6, "aliases repeat more than");
    buffer_free(&text);
}

static void a_bomb_of_merge_keys_is_refused(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    buffer_add_text(&text, "a: &a\n");
    for (int i = 0; i < 5000; i++)
        buffer_addf(&text, "  k%d: 1\n", i);
    for (int i = 0; i < 200; i++)
        buffer_addf(&text, "b%d:\n  <<: *a\n", i);
    assert_false(reads(text.data));
    assert_non_null(strstr(problems.item[0].text, "aliases repeat more than"));
    buffer_free(&text);
}

static void deep_nesting_is_refused(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    for (int i = 0; i < 10000; i++)
        buffer_add_char(&text, '[');
    must_refuse(text.data, 1, "nested more than 64 deep");
    buffer_free(&text);
}

static void more_than_a_million_values_are_refused(void **state)
{
    struct buffer text = { 0 };

    (void)state;
    for (int i = 0; i <= YAML_MAX_VALUES; i++)
        buffer_add_text(&text, "- a\n");
    assert_false(reads(text.data));
    assert_non_null(strstr(problems.item[0].text, "more than 1000000 values"));
    buffer_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(scalars_stay_as_they_were_written, end),
        cmocka_unit_test_teardown(lists_and_maps_nest, end),
        cmocka_unit_test_teardown(aliases_repeat_what_was_anchored, end),
        cmocka_unit_test_teardown(merge_keys_add_what_is_not_said, end),
        cmocka_unit_test_teardown(merging_anything_but_maps_is_refused, end),
        cmocka_unit_test_teardown(the_same_key_twice_is_refused, end),
        cmocka_unit_test_teardown(every_duplicate_is_told, end),
        cmocka_unit_test_teardown(an_unquoted_colon_gets_a_hint, end),
        cmocka_unit_test_teardown(a_tab_gets_a_hint, end),
        cmocka_unit_test_teardown(odd_documents_are_refused, end),
        cmocka_unit_test_teardown(standard_tags_are_understood, end),
        cmocka_unit_test_teardown(an_alias_bomb_is_refused, end),
        cmocka_unit_test_teardown(a_bomb_of_merge_keys_is_refused, end),
        cmocka_unit_test_teardown(deep_nesting_is_refused, end),
        cmocka_unit_test_teardown(more_than_a_million_values_are_refused, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
