/* User code that fails, loops or eats memory is ended, whatever it does to go on. */
#include "base/xalloc.h"
#include "os/clock.h"
#include "script/call.h"
#include "unit/script/helper.h"

#include <lauxlib.h>

enum { LIMIT = 60 };

static struct plan *plan;
static struct script *script;
static int function;
static struct call c;

static void begin(const char *body)
{
    char *text = xasprintf("program \"a\" { cmd = \"x\", on_exit = function(...)\n%s\nend }", body);

    plan = load_good(text);
    script = plan->script;
    function = program_function(plan_find(plan, "a"), "on_exit")->reference;
    free(text);
    call_begin(&c, script);
    script_push_function(script, c.L, function);
}

static void end(void)
{
    call_end(&c);
    assert_int_equal(lua_gettop(script->L), 0);
    plan_release(plan);
}

static void assert_cut_off(const char *body)
{
    msec start = clock_now(), took;

    begin(body);
    assert_false(call_run(&c, LIMIT));
    took = clock_now() - start;
    if (!c.cut_off)
        fail_msg("failed with '%s', but was not cut off: %s", c.text.data, body);
    assert_string_equal(c.text.data, "ran for more than 60ms and was cut off");
    if (took > 20 * LIMIT)
        fail_msg("took %lld ms: %s", (long long)took, body);
    end();
}

static void results_are_on_the_stack(void **state)
{
    (void)state;
    begin("local a, b = ...; return a + b, 'x'");
    lua_pushinteger(c.L, 2);
    lua_pushinteger(c.L, 3);
    assert_true(call_run(&c, LIMIT));
    assert_int_equal(lua_gettop(c.L), 2);
    assert_int_equal(lua_tointeger(c.L, 1), 5);
    assert_string_equal(lua_tostring(c.L, 2), "x");
    end();
}

static void an_error_has_its_place_and_a_traceback(void **state)
{
    (void)state;
    begin("local function f() error('boom') end\nf()\nreturn 1");
    assert_false(call_run(&c, LIMIT));
    assert_false(c.cut_off);
    assert_string_equal(c.text.data, "boom");
    assert_string_equal(c.spot.file, "t.lua");
    assert_int_equal(c.spot.line, 2);
    assert_string_equal(c.traceback.data, "stack traceback: [C]: in function 'error'; t.lua:2: in local 'f'; "
                                          "t.lua:3: in function <t.lua:1>");
    end();
}

static void an_error_need_not_be_a_text(void **state)
{
    (void)state;
    begin("error(setmetatable({}, { __tostring = function() while true do end end }))");
    assert_false(call_run(&c, LIMIT));
    assert_string_equal(c.text.data, "the error is not a text but a table");
    end();
    begin("error('')");
    assert_false(call_run(&c, LIMIT));
    assert_string_equal(c.text.data, "the error is an empty text");
    end();
}

static void a_loop_is_cut_off_where_it_is(void **state)
{
    (void)state;
    begin("local n = 0\nwhile true do\nn = n + 1 end");
    assert_false(call_run(&c, LIMIT));
    assert_true(c.cut_off);
    assert_in_range(c.spot.line, 3, 4);
    end();
}

static void nothing_catches_the_end_of_time(void **state)
{
    (void)state;
    assert_cut_off("while true do pcall(function() while true do end end) end");
    assert_cut_off("local function f() return pcall(f) end while true do f() end");
    assert_cut_off("while true do xpcall(error, function() while true do end end) end");
    assert_cut_off("xpcall(function() while true do end end, function() while true do end end)");
    assert_cut_off(
        "local t <close> = setmetatable({}, { __close = function() while true do end end }) while true do end");
    assert_cut_off("local t <close> = setmetatable({}, { __close = function() while true do end end }) error('x')");
}

static void coroutines_do_not_escape(void **state)
{
    (void)state;
    assert_cut_off("coroutine.wrap(function() while true do end end)()");
    assert_cut_off("while true do coroutine.resume(coroutine.create(function() while true do end end)) end");
    assert_cut_off("local function deep(n) if n == 0 then while true do end end\n"
                   "coroutine.wrap(deep)(n - 1) end deep(50)");
    assert_cut_off("while true do local co = coroutine.create(function()\n"
                   "local t <close> = setmetatable({}, { __close = function() while true do end end })\n"
                   "coroutine.yield() end) coroutine.resume(co) coroutine.close(co) end");
    assert_cut_off(
        "local co = coroutine.wrap(function() while true do coroutine.yield() end end) while true do co() end");
    assert_cut_off("while true do pcall(coroutine.wrap(function() while true do end end)) end");
}

static void callbacks_of_c_functions_do_not_escape(void **state)
{
    (void)state;
    assert_cut_off("table.sort({ 3, 2, 1, 4 }, function() while true do end end)");
    assert_cut_off("while true do pcall(table.sort, { 3, 2, 1, 4 }, function() while true do end end) end");
    assert_cut_off("('x'):rep(9):gsub('.', function() while true do end end)");
    assert_cut_off("table.sort({ 3, 2, 1 }, function()\n"
                   "xpcall(function() while true do end end, function() while true do end end) end)");
    assert_cut_off("local t <close> = setmetatable({}, { __close = function() while true do end end })\n"
                   "table.sort({ 3, 2, 1 }, function() while true do end end)");
    assert_cut_off("local t = {} for i = 1, 2e5 do t[i] = function() while true do end end end table.sort(t, pcall)");
    assert_cut_off("table.sort({ 3, 2, 1 }, coroutine.wrap(function()\n"
                   "while true do coroutine.yield(true) while true do end end end))");
    assert_cut_off("local t = setmetatable({}, { __index = function() while true do end end }) return t.x");
    assert_cut_off("local t = setmetatable({}, { __tostring = function() while true do end end }) return tostring(t)");
    assert_cut_off("load(function() while true do end end)");
    assert_cut_off("local e = function() while true do end end\n"
                   "error(setmetatable({}, { __index = e, __tostring = e, __name = 'x' }).y)");
}

static void time_that_ran_out_once_does_not_stick(void **state)
{
    (void)state;
    begin("if ... then co = coroutine.wrap(function() while co do end coroutine.yield(7) end) co() end\n"
          "local saved = co2 return 5");
    lua_pushboolean(c.L, 1);
    assert_false(call_run(&c, LIMIT));
    call_end(&c);
    call_begin(&c, script);
    script_push_function(script, c.L, function);
    assert_true(call_run(&c, 60000));
    assert_int_equal(lua_tointeger(c.L, 1), 5);
    end();
}

static void a_call_within_a_call_lives_on_its_time(void **state)
{
    struct call inner;

    (void)state;
    begin("while true do end");
    call_begin(&inner, script);
    script_push_function(script, inner.L, function);
    assert_false(call_run(&inner, LIMIT));
    assert_true(inner.cut_off);
    call_end(&inner);
    assert_false(call_run(&c, LIMIT));
    end();
}

static void assert_fails(const char *body, const char *text)
{
    begin(body);
    assert_false(call_run(&c, 60000));
    if (strstr(c.text.data, text) == NULL)
        fail_msg("'%s' instead of '%s'", c.text.data, text);
    end();
}

static void memory_has_a_ceiling(void **state)
{
    (void)state;
    assert_fails("local t = {} while true do t[#t + 1] = ('x'):rep(1 << 20) end",
                 "not enough memory: all of them together may use 64 MB (hook_memory)");
    assert_fails("return ('x'):rep(1 << 40)", "");
    assert_fails("local s = 'x' while true do s = s .. s end", "not enough memory");
}

static void a_hook_at_the_brim_leaves_room_for_c(void **state)
{
    (void)state;
    begin("if not hog then hog = {} pcall(function() for i = 1, 1e9 do hog[i] = ('x'):rep(1000) .. i end end) end\n"
          "local t = {} for i = 1, 1e6 do t[i] = {} end");
    assert_false(call_run(&c, 60000));
    call_end(&c);
    for (int i = 0; i < 20; i++) {
        call_begin(&c, script);
        script_push_function(script, c.L, function);
        for (int k = 0; k < 8; k++)
            lua_pushfstring(c.L, "%d", k);
        call_run(&c, 60000);
        call_end(&c);
    }
    assert_int_equal(lua_gettop(script->L), 0);
    plan_release(plan);
}

static void deep_recursion_is_an_error(void **state)
{
    (void)state;
    assert_fails("local function f() return 1 + f() end f()", "");
    assert_fails("local function f() coroutine.wrap(f)() end f()", "C stack overflow");
    assert_fails("local function f() error(f()) end xpcall(f, f) f()", "");
}

static void a_generation_that_is_freed_while_it_runs_goes_afterwards(void **state)
{
    (void)state;
    begin("return 1");
    plan_release(plan);
    assert_true(script->doomed);
    assert_true(call_run(&c, LIMIT));
    call_end(&c);
    assert_null(script_owner(function));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_are_on_the_stack),
        cmocka_unit_test(an_error_has_its_place_and_a_traceback),
        cmocka_unit_test(an_error_need_not_be_a_text),
        cmocka_unit_test(a_loop_is_cut_off_where_it_is),
        cmocka_unit_test(nothing_catches_the_end_of_time),
        cmocka_unit_test(coroutines_do_not_escape),
        cmocka_unit_test(callbacks_of_c_functions_do_not_escape),
        cmocka_unit_test(time_that_ran_out_once_does_not_stick),
        cmocka_unit_test(a_call_within_a_call_lives_on_its_time),
        cmocka_unit_test(memory_has_a_ceiling),
        cmocka_unit_test(a_hook_at_the_brim_leaves_room_for_c),
        cmocka_unit_test(deep_recursion_is_an_error),
        cmocka_unit_test(a_generation_that_is_freed_while_it_runs_goes_afterwards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
