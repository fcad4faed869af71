#include "convert/yaml_node.h"

#include "base/xalloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct yaml_node *all;

static int end(void **state)
{
    (void)state;
    yaml_nodes_free(all);
    all = NULL;
    return 0;
}

static struct yaml_node *a_text(const char *text, bool plain)
{
    struct yaml_node *node = yaml_node_new(&all, YAML_SCALAR, 1);

    node->text = xstrdup(text);
    node->plain = plain;
    return node;
}

static void a_map_says_what_is_not_null(void **state)
{
    struct yaml_node *map = yaml_node_new(&all, YAML_MAP, 1);

    (void)state;
    yaml_map_add(map, a_text("nothing", true), a_text("~", true));
    yaml_map_add(map, a_text("tilde", true), a_text("~", false));
    assert_false(yaml_says(map, "nothing"));
    assert_non_null(yaml_get(map, "nothing"));
    assert_true(yaml_says(map, "tilde"));
    assert_false(yaml_says(map, "else"));
}

static void a_tree_weighs_what_is_in_it(void **state)
{
    struct yaml_node *list = yaml_node_new(&all, YAML_LIST, 1), *map = yaml_node_new(&all, YAML_MAP, 1);

    (void)state;
    for (int i = 0; i < 20; i++)
        yaml_list_add(list, a_text("item", true));
    assert_int_equal(list->weight, 21);
    yaml_map_add(map, a_text("once", true), list);
    yaml_map_add(map, a_text("again", true), list);
    assert_int_equal(map->weight, 1 + 2 * 22);
}

static void a_noun_names_a_text_by_its_beginning(void **state)
{
    (void)state;
    assert_string_equal(yaml_noun(yaml_node_new(&all, YAML_LIST, 1)), "a list");
    assert_string_equal(yaml_noun(a_text("web", true)), "'web'");
    assert_string_equal(yaml_noun(a_text("1234567890123456789012345678901234567890x", true)),
                        "'1234567890123456789012345678901234567890…'");
    assert_string_equal(yaml_noun(a_text("123456789012345678901234567890123456789äx", true)),
                        "'123456789012345678901234567890123456789…'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_map_says_what_is_not_null, end),
        cmocka_unit_test_teardown(a_tree_weighs_what_is_in_it, end),
        cmocka_unit_test_teardown(a_noun_names_a_text_by_its_beginning, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
