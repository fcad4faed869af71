#include "unit/script/helper.h"

static void values_become_json(void **state)
{
    (void)state;
    assert_loads("local e = reeve.json.encode\n"
                 "assert(e(1) == '1' and e(9007199254740993) == '9007199254740993' and e(true) == 'true')\n"
                 "assert(e('ä\"\\n') == '\"ä\\\\\"\\\\n\"' and e(nil) == 'null' and e(reeve.json.null) == 'null')\n"
                 "assert(e({ 1, { 2 }, 'x' }) == '[1,[2],\"x\"]' and e({}) == '{}')\n"
                 "assert(e({ b = 1, a = { c = 2.5 } }) == '{\"a\":{\"c\":2.5},\"b\":1}')\n"
                 "assert(e(reeve.json.array({})) == '[]')");
}

static void what_json_has_no_words_for_is_refused(void **state)
{
    (void)state;
    assert_refused_for("reeve.json.encode(print)", "JSON has no word for a function");
    assert_refused_for("reeve.json.encode(1 / 0)", "JSON has no word for inf");
    assert_refused_for("reeve.json.encode({ 1, x = 2 })", "the key x beside the elements of a list");
    assert_refused_for("reeve.json.encode({ [7] = 2 })", "JSON has no table with the key 7");
    assert_refused_for("local t = {} t.t = t reeve.json.encode(t)", "or within itself");
    assert_refused_for("supervisor { load_time = 100 }\n" /* for valgrind */
                       "local t = {} for i = 1, 20 do t[i] = ('x'):rep(1 << 20) end reeve.json.encode(t)",
                       "16 MB");
}

static void json_becomes_values(void **state)
{
    (void)state;
    assert_loads("local d = reeve.json.decode\n"
                 "local t = d('{\"a\":[1,2.0,\"x\",null,true],\"n\":9007199254740993}')\n"
                 "assert(#t.a == 5 and math.type(t.a[1]) == 'integer' and math.type(t.a[2]) == 'float')\n"
                 "assert(t.a[4] == reeve.json.null and t.n == 9007199254740993)\n"
                 "assert(d('7') == 7 and d('\"a\\\\u0000b\"') == 'a\\0b')\n"
                 "assert(reeve.json.encode(d('{\"x\":[],\"y\":{}}')) == '{\"x\":[],\"y\":{}}')");
}

static void what_is_no_json_is_told(void **state)
{
    (void)state;
    assert_loads("local v, why = reeve.json.decode('{\\n\"a\": }') assert(v == nil and why:find('line 2'))\n"
                 "v, why = reeve.json.decode('') assert(v == nil and why)\n"
                 "v, why = reeve.json.decode(('['):rep(70) .. (']'):rep(70)) assert(v == nil and why:find('deep'))\n"
                 "v = reeve.json.decode(('['):rep(60) .. (']'):rep(60)) assert(v)\n"
                 "v, why = reeve.json.decode('\"\\xff\"') assert(v == nil and why:find('0xff'))\n"
                 "v, why = reeve.json.decode(('1'):rep(30)) assert(v == nil and why)\n"
                 "assert(not pcall(reeve.json.decode, {}))");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_become_json),
        cmocka_unit_test(what_json_has_no_words_for_is_refused),
        cmocka_unit_test(json_becomes_values),
        cmocka_unit_test(what_is_no_json_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
