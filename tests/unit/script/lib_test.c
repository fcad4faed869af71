/* What a configuration may use, and what not. */
#include "unit/script/helper.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void what_is_safe_is_there(void **state)
{
    (void)state;
    assert_loads("assert(string.format('%d', 7) == '7' and table.concat({ 1, 2 }, ',') == '1,2')\n"
                 "assert(math.floor(2.5) == 2 and utf8.char(228) == 'ä' and select('#', 1, nil) == 2)\n"
                 "assert(os.time() > 0 and os.date('%Y') and os.clock() >= 0 and os.getenv('PATH'))\n"
                 "assert(type(print) == 'function' and tostring(1) == '1' and tonumber('0x10') == 16)\n"
                 "assert(next({}) == nil and rawlen({ 1 }) == 1 and ipairs and pairs and error and assert)");
}

static void what_is_not_safe_is_not(void **state)
{
    (void)state;
    assert_loads("for _, name in ipairs { 'debug', 'dofile', 'loadfile', 'package' } do\n"
                 "  assert(rawget(_G, name) == nil, name) end\n"
                 "for _, name in ipairs { 'exit', 'execute', 'remove', 'rename', 'tmpname', 'setlocale' } do\n"
                 "  assert(os[name] == nil, name) end\n"
                 "for _, name in ipairs { 'popen', 'lines', 'output', 'input', 'stdout', 'read', 'write' } do\n"
                 "  assert(io[name] == nil, name) end\n"
                 "assert(string.dump == nil)");
    assert_refused_for("os.execute 'ls'", "(field 'execute'): reeve.exec runs a command, in a hook");
    assert_refused_for("io.popen 'ls'", "(field 'popen'): reeve.exec runs a command, in a hook");
    assert_refused("local d = debug", "t.lua:1: there is no global 'debug': a configuration has no debug library\n");
}

static void a_finalizer_cannot_be_set(void **state)
{
    (void)state;
    assert_refused_for("setmetatable({}, { __gc = function() end })", "t.lua:1: a configuration has no finalizers");
    assert_loads("local t = setmetatable({}, { __index = { x = 1 } }) assert(t.x == 1)");
    assert_loads("assert(not pcall(setmetatable, setmetatable({}, { __metatable = 1 }), {}))");
    assert_loads("assert(getmetatable(_G) == false)");
}

static void bytecode_is_not_loaded(void **state)
{
    (void)state;
    assert_loads("assert(load('return 1')() == 1)");
    assert_loads("assert(load('return x', 'c', 'bt', { x = 3 })() == 3)");
    assert_loads("local f, why = load('\\27Lua') assert(not f and why:find('binary'))");
    assert_loads("local f, why = load('\\27Lua', 'x', 'b') assert(not f)");
}

/* Anybody can ask for what reeve's own modules use. */
static void what_is_inside_is_not_broken_from_outside(void **state)
{
    (void)state;
    assert_loads("local inside = require 'reeve.inside'\n"
                 "assert(inside.nearest('exut', { 'enter', 'exit' }) == 'exit')\n"
                 "for _, words in ipairs { 'exit', io.open('/proc/self/stat'), { 'exit', 1 } } do\n"
                 "  assert(not pcall(inside.nearest, 'exut', words)) end\n"
                 "assert(inside.duration('2s') == 2 and inside.duration({}) == nil and inside.duration('x') == nil)");
}

static void the_collector_only_counts(void **state)
{
    (void)state;
    assert_loads("assert(collectgarbage('count') > 10 and collectgarbage() > 10)");
    assert_refused_for("collectgarbage('stop')", "invalid option 'stop'");
}

static void protected_calls_work_as_ever(void **state)
{
    (void)state;
    assert_loads("local ok, a, b = pcall(function(...) return ... end, 1, 2) assert(ok and a == 1 and b == 2)");
    assert_loads("local ok, why = pcall(error, { 5 }) assert(not ok and why[1] == 5)");
    assert_loads("local ok, why = xpcall(error, function(m) return m .. '!' end, 'x') assert(not ok and why == 'x!')");
    assert_loads("local ok, a, b = xpcall(function(...) return ... end, print, 1, 2) assert(ok and a == 1 and b == 2)");
    assert_loads(
        "local co = coroutine.wrap(function() local ok, v = pcall(coroutine.yield, 1) coroutine.yield(v) end)\n"
        "assert(co() == 1 and co(9) == 9)");
    assert_loads("assert(not pcall(pcall))");
}

static void coroutines_work_as_ever(void **state)
{
    (void)state;
    assert_loads(
        "local co = coroutine.create(function(a) local b = coroutine.yield(a + 1) error('x' .. b) end)\n"
        "local ok, v = coroutine.resume(co, 1) assert(ok and v == 2 and coroutine.status(co) == 'suspended')\n"
        "ok, v = coroutine.resume(co, 'y') assert(not ok and v:find('xy') and coroutine.status(co) == 'dead')\n"
        "ok, v = coroutine.resume(co) assert(not ok and v == 'cannot resume dead coroutine')");
    assert_loads(
        "local ok, why = pcall(coroutine.wrap(function() error('deep') end)) assert(not ok and why:find('deep'))");
    assert_loads("local co = coroutine.wrap(function() end) co()\n"
                 "local ok, why = pcall(function() co() end)\n"
                 "assert(not ok and why == 't.lua:2: cannot resume dead coroutine', why)");
    assert_loads("local ok, why = pcall(coroutine.wrap(function() error({ 3 }) end)) assert(not ok and why[1] == 3)");
    assert_loads(
        "local closed\nlocal co = coroutine.create(function()\n"
        "local t <close> = setmetatable({}, { __close = function() closed = true end }) coroutine.yield() end)\n"
        "coroutine.resume(co) assert(coroutine.close(co) and closed and coroutine.status(co) == 'dead')");
    assert_loads("local ok, why = coroutine.resume(coroutine.running()) assert(not ok and why:find('non%-suspended'))");
    assert_loads("local co co = coroutine.wrap(function() return pcall(co) end) local ok, in_ok = pcall(co)\n"
                 "assert(ok and in_ok == false)");
    assert_refused_for("coroutine.yield()", "attempt to yield from outside a coroutine");
    assert_refused_for("coroutine.resume(1)", "coroutine expected, got number");
}

static void single_calls_that_take_for_ever_are_refused(void **state)
{
    (void)state;
    assert_refused_for("local s = ('x'):rep(1 << 20) .. 'y'; s:find('z')", "longer than 1 MB");
    assert_refused_for("for _ in (('x'):rep(2 << 20)):gmatch('z') do end", "longer than 1 MB");
    assert_refused_for("table.move({}, 1, 2e8, 2)", "a range of more than 1048576 elements");
    assert_refused_for("table.move({}, math.mininteger, math.maxinteger, 2)", "a range of more than");
    assert_refused_for("table.insert(setmetatable({}, { __len = function() return 1e9 | 0 end }), 1, 1)", "too many");
    assert_refused_for("table.remove(setmetatable({}, { __len = function() return 1e9 | 0 end }), 1)", "too many");
    assert_refused_for("table.concat(setmetatable({}, { __len = function() return 1e9 | 0 end }))", "a range of more");
    assert_refused_for("table.sort(setmetatable({}, { __len = function() return 1e6 | 0 end }))", "too many");
    assert_loads("assert((''):rep(1 << 40) == '' and ('ab'):rep(2, '-') == 'ab-ab')");
    assert_loads("local t = { 3, 1, 2 } table.sort(t) table.insert(t, 4) assert(table.concat(t, ' ') == '1 2 3 4')\n"
                 "assert(table.remove(t) == 4 and table.remove(t, 1) == 1 and #t == 2)\n"
                 "assert(table.concat(table.move({ 1, 2 }, 1, 2, 2), '') == '112' and ('a b'):match('%w') == 'a')");
}

static char folder[] = "/tmp/reeve-lib-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) < 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink("file");
    unlink("fifo");
    return chdir("/") < 0 || rmdir(folder) < 0;
}

static void regular_files_can_be_read_and_written(void **state)
{
    (void)state;
    assert_loads("local f = assert(io.open('file', 'w')) f:write('one\\ntwo\\n') f:close()\n"
                 "f = io.open('file', 'a') f:write('three') assert(f:close())\n"
                 "f = io.open('file') assert(f:read('l') == 'one' and f:read('a') == 'two\\nthree')\n"
                 "assert(io.type(f) == 'file' and f:seek('set', 4)) f:close() assert(io.type(f) == 'closed file')\n"
                 "for line in io.open('file', 'rb'):lines() do assert(#line >= 3) end");
    assert_loads("local f, why = io.open('/nonexistent') assert(f == nil and why:find('/nonexistent: No such file'))");
    assert_refused_for("io.open('file', 'x')", "invalid mode");
    assert_loads("assert(getmetatable(io.open('file')) == 'file')");
}

static void files_that_could_block_are_not_opened(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_loads("assert(not io.open('fifo') and not io.open('/dev/zero') and not io.open('/', 'r'))");
    assert_loads("assert(not io.open('/dev/tty', 'r+'))");
}

static void a_module_beside_the_configuration_is_required_once(void **state)
{
    FILE *f = fopen("file.lua", "w");

    (void)state;
    fputs("count = (rawget(_G, 'count') or 0) + 1\nreturn { name = ... }", f);
    fclose(f);
    assert_loads("local a, b = require 'file', require 'file' assert(a == b and count == 1 and a.name == 'file')");
    f = fopen("file.lua", "w");
    fputs("\nlocal x = = 1", f);
    fclose(f);
    assert_refused("require 'file'", "file.lua:2: unexpected symbol near '='\n");
    f = fopen("file.lua", "w");
    fputs("\n\nerror 'no'", f);
    fclose(f);
    assert_refused("require 'file'", "file.lua:3: no\n");
    assert_loads("assert(not pcall(require, 'file') and not pcall(require, 'file'))");
    f = fopen("file.lua", "w");
    fputs("require 'file'", f);
    fclose(f);
    assert_refused("require 'file'", "file.lua:1: module 'file' requires itself\n");
    unlink("file.lua");
}

static void modules_that_are_not_there_are_errors(void **state)
{
    (void)state;
    assert_refused("\nrequire 'nope'", "t.lua:2: there is no module 'nope': no file 'nope.lua'\n");
    assert_refused("require 'reeve.nope'", "t.lua:1: there is no module 'reeve.nope' in this reeve\n");
    assert_refused_for("require '../etc/passwd'", "expected the name of a module");
    assert_loads("assert(require 'string' == string)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_safe_is_there),
        cmocka_unit_test(what_is_not_safe_is_not),
        cmocka_unit_test(a_finalizer_cannot_be_set),
        cmocka_unit_test(bytecode_is_not_loaded),
        cmocka_unit_test(what_is_inside_is_not_broken_from_outside),
        cmocka_unit_test(the_collector_only_counts),
        cmocka_unit_test(protected_calls_work_as_ever),
        cmocka_unit_test(coroutines_work_as_ever),
        cmocka_unit_test(single_calls_that_take_for_ever_are_refused),
        cmocka_unit_test(regular_files_can_be_read_and_written),
        cmocka_unit_test(files_that_could_block_are_not_opened),
        cmocka_unit_test(a_module_beside_the_configuration_is_required_once),
        cmocka_unit_test(modules_that_are_not_there_are_errors),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
