/* Hooks and advisors with real processes: what a hook says in the log is what the tests look at. */
#include "script/handle.h"
#include "unit/script/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void hooks_hear_of_their_process(void **state)
{
    (void)state;
    start("program \"a\" { cmd = \"/bin/sh -c 'exit 3'\", starttime = 0, startretries = 0, autorestart = false,\n"
          "on_start = function(p) reeve.log('notice', 'started %s %d', p.name, p.index) end,\n"
          "on_ready = function(p) reeve.log('notice', 'ready %s', p) end,\n"
          "on_exit = function(p, e) reeve.log('notice', 'ended %s|%s|%s|%s|%s|%s|%s|%s|%s|%s', p.name, e.code, "
          "e.signal,\n"
          "  e.expected, e.stopped, e.reason, math.type(e.uptime), e.attempt, e.restarts, e.core) end }");
    wait_for("ended a|3|nil|false|false|exited with status 3|float|1|0|false");
    assert_heard("started a 1\n");
    assert_heard("ready a\n");
    finish();
}

static void listeners_hear_of_the_processes_they_ask_for(void **state)
{
    (void)state;
    start(
        "on('exit', 'w*', function(e) reeve.log('notice', 'any %s %s %s %s %.0f', e.event, e.process, e.program,\n"
        "  e.exit.signal, e.at) end)\n"
        "on('exit', 'x*', function(e) reeve.log('notice', 'never') end)\n"
        "on('start', 'web:2', function(e) reeve.log('notice', 'second %s', e.process.name) end)\n"
        "program 'web' { cmd = {'/bin/sh', '-c', 'kill -KILL $$'}, numprocs = 2, starttime = 0, autorestart = false }");
    wait_for("any exit web:1 web KILL");
    wait_for("any exit web:2 web KILL");
    assert_heard("second web:2");
    assert_not_heard("second web:1");
    assert_not_heard("never");
    finish();
}

static void a_hook_that_fails_is_logged_with_its_traceback(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0,\n"
          "on_start = function(p)\n error('bad hook') end,\n"
          "on_ready = function() reeve.log('notice', 'the next one runs') end }");
    wait_for("the next one runs");
    assert_heard(
        "hook on_start of a: t.lua:3: bad hook (stack traceback: [C]: in function 'error'; t.lua:3: in function "
        "<t.lua:2>)");
    finish();
}

static void a_hook_that_loops_is_cut_off(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.05 }\n"
          "program 'a' { cmd = 'sleep 60', starttime = 0,\n"
          "on_start = function(p)\n while true do end end,\n"
          "on_ready = function() reeve.log('notice', 'the next one runs') end }");
    wait_for("the next one runs");
    assert_heard("hook on_start of a: t.lua:4: ran for more than 50ms and was cut off");
    finish();
}

static void advisors_decide(void **state)
{
    (void)state;
    start("local function dying(name, advisor) program(name) { cmd = 'false', starttime = 0, autorestart = advisor } "
          "end\n"
          "dying('left', function(p, e) reeve.log('notice', 'asked about %s %d', p, e.code) return false end)\n"
          "dying('fatal', function() return 'fatal' end)\n"
          "dying('now', function(p, e) if e.restarts == 2 then return 'fatal' end return true end)\n"
          "dying('later', function(p, e) return e.restarts == 0 and 0.01 or false end)\n"
          "on('exit', function(e) reeve.log('notice', 'exit %s %d', e.process, e.exit.restarts) end)\n"
          "on('fatal', function(e) reeve.log('notice', 'fatal %s', e.process) end)");
    wait_for("fatal fatal");
    wait_for("exit now 2");
    wait_for("fatal now");
    wait_for("exit later 1");
    wait_for("asked about left 1");
    finish();
}

static void a_wrong_answer_of_an_advisor_is_logged(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.05 }\n"
          "local function dying(name, advisor) program(name) { cmd = 'false', starttime = 0, autorestart = advisor,\n"
          "  exitcodes = { 0, 1 } } end\n"
          "dying('minus', function() return -1 end)\n"
          "dying('nan', function() return 0 / 0 end)\n"
          "dying('inf', function() return 1 / 0 end)\n"
          "dying('word', function() return 'what' end)\n"
          "dying('table', function() return {} end)\n"
          "dying('error', function() error('no idea') end)\n"
          "dying('loop', function() while true do end end)\n"
          "dying('nil', function() reeve.log('notice', 'asked') end)\n");
    wait_for("advisor of minus (t.lua:4): ");
    wait_for("advisor of nan (t.lua:5): ");
    wait_for("advisor of inf (t.lua:6): ");
    wait_for("advisor of word (t.lua:7): answered 'what'; expected true, false");
    wait_for("advisor of table (t.lua:8): answered with a table; expected");
    wait_for("advisor of error, the default rule holds: t.lua:9: no idea");
    wait_for("advisor of loop, the default rule holds: t.lua:10: ran for more than 50ms");
    wait_for("asked");
    assert_not_heard("advisor of nil");
    finish();
}

static void an_advisor_that_was_cut_off_rests(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.05 }\n"
          "program 'loop' { cmd = 'false', starttime = 0, exitcodes = 1, numprocs = 3,\n"
          "  autorestart = function() while true do end end }\n"
          "program 'fine' { cmd = { 'sh', '-c', 'sleep 0.1; exit 1' }, starttime = 0, autorestart = function() return "
          "'fatal' end }\n"
          "on('fatal', function(e) reeve.log('notice', 'fatal %s', e.process) end)");
    wait_for("the default rule holds: t.lua:3: ran for more than 50ms and was cut off");
    wait_for("the default rule holds: it is not asked");
    wait_for("fatal fine");
    finish();
}

static void what_a_hook_prints_is_a_line_of_the_log(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function(p) print(p, 1, nil) end }");
    wait_for("a 1 nil");
    finish();
}

static void settings_are_computed_for_each_process(void **state)
{
    (void)state;
    start("program 'a' { cmd = function(p) return { '/bin/sh', '-c', 'exit ' .. p.index } end, numprocs = 2,\n"
          "starttime = 0, autorestart = false,\n"
          "on_exit = function(p, e) reeve.log('notice', 'code of %s: %d', p, e.code) end }\n"
          "program 'b' { cmd = function() error('cannot say') end, startretries = 0,\n"
          "on_exit = function(p, e) reeve.log('notice', 'why: %s', e.reason) end }\n"
          "program 'c' { cmd = function() return { 'x', print } end, startretries = 0,\n"
          "on_exit = function(p, e) reeve.log('notice', 'why: %s', e.reason) end }\n"
          "program 'd' { cmd = 'x', env = function() return 5 end, startretries = 0 }");
    wait_for("code of a:1: 1");
    wait_for("code of a:2: 2");
    wait_for("t.lua:4: cannot say");
    wait_for("cmd: t.lua:6: in the result, '[2]': a function cannot stand here");
    wait_for("env: t.lua:8: 'env': expected names with values, such as { LANG = \"C\" } or a function, got 5");
    finish();
}

/* The reason is found when somebody asks, who may come before the log and the events. */
static void a_setting_knows_how_the_last_run_ended(void **state)
{
    (void)state;
    start("program 'a' { starttime = 0, cmd = function(p)\n"
          "  local last = p:ends(1)[1]\n"
          "  reeve.log('notice', 'after %s', last and last.reason or 'nothing')\n"
          "  return last and 'sleep 60' or 'false'\n"
          "end }");
    wait_for("after exited with status 1");
    finish();
}

static void handles_act(void **state)
{
    (void)state;
    start(
        "program 'a' { cmd = {'/bin/sh', '-c', 'echo hello; exec sleep 60'}, starttime = 0, stoptime = 1,\n"
        "on_stop = function(p, e) reeve.log('notice', 'stopped %s %s %s', p.state, e.stopped, e.signal) end }\n"
        "program 'b' { cmd = 'sleep 60', autostart = false, starttime = 0,\n"
        "on_ready = function(b)\n"
        "  local a = assert(reeve.process('a'))\n"
        "  assert(a ~= b and b == reeve.process('b') and b == reeve.process('b:1') and tostring(a) == 'a')\n"
        "  assert(b.pid > 0 and b.state == 'RUNNING' and b.uptime >= 0 and b.restarts == 0 and b.program == 'b')\n"
        "  assert(not pcall(function() return b.nonsense end) and not pcall(function() b.pid = 1 end))\n"
        "  assert(reeve.process('zzz') == nil and reeve.program('zzz') == nil)\n"
        "  assert(#reeve.programs() == 2 and reeve.programs()[2].name == 'b' and tostring(reeve.program('a')) == 'a')\n"
        "  local settings = reeve.program('a').settings\n"
        "  assert(settings.stoptime == 1 and settings.cmd[1] == '/bin/sh' and settings.numprocs == 1 and not "
        "settings.user)\n"
        "  assert(reeve.program('a'):processes()[1] == a and reeve.program('a') == reeve.programs()[1])\n"
        "  assert(not pcall(a.signal, a, 'NOPE') and a:tail(5))\n"
        "  local function refused(says, f, ...) assert(select(2, pcall(f, ...)):find(says, 1, true)) end\n"
        "  refused('expected \"stdout\" or \"stderr\"', a.tail, a, 5, 'x')\n"
        "  refused('number expected, got no value', reeve.program('a').scale, reeve.program('a'))\n"
        "  assert(a:signal('TERM') and not pcall(reeve.program('a').scale, reeve.program('a'), '+1'))\n"
        "  assert(reeve.program('a'):stop())\n"
        "  reeve.log('notice', 'host %s at %.3f', reeve.host, reeve.now())\n"
        "end }\n"
        "on('ready', 'a', function() assert(reeve.process('b'):start()) end)");
    wait_for("stopped STOPPED true TERM");
    assert_heard("host ");
    finish();
}

static void emitted_events_are_heard_afterwards(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function(p)\n"
          "  local t = { what = 'first', process = p }\n"
          "  reeve.emit('deployed', t) t.what = 'changed'\n"
          "  reeve.log('notice', 'emitted')\n"
          "  reeve.emit('deployed', { what = 'second' })\n"
          "  assert(not pcall(reeve.emit, 'exit'))\n"
          "end }\n"
          "local done\n"
          "on('deployed', function(e) reeve.log('notice', 'all: %s %s %s', e.event, e.what, e.at > 0) end)\n"
          "on('deployed', 'a', function(e) reeve.log('notice', 'a: %s %s', e.what, e.process) end)\n"
          "on('deployed', function(e) if not done then done = true reeve.emit('last') end end)\n"
          "on('last', function() reeve.log('notice', 'the last') end)");
    wait_for("the last");
    assert_heard("emitted\nall: deployed first true\na: first a\n");
    assert_heard("all: deployed second true\n");
    assert_not_heard("a: second");
    finish();
}

static void gates_are_tasks(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0,\n"
          "before_start = function(p) reeve.sleep(0.01) reeve.log('notice', 'before %s', p.state) end,\n"
          "on_ready = function() reeve.process('b'):start() end }\n"
          "program 'b' { cmd = 'sleep 60', autostart = false, starttime = 0,\n"
          "before_start = function(p) p:stop() reeve.log('notice', 'called off: %s', p.state) end,\n"
          "on_stop = function() reeve.process('c'):start() end }\n"
          "program 'c' { cmd = 'sleep 60', autostart = false, startretries = 0,\n"
          "before_start = function(p) return nil, 'not today' end,\n"
          "on_exit = function(p, e) reeve.log('notice', 'c: %s', e.reason) end }");
    wait_for("c: before_start: not today");
    assert_heard("before STARTING");
    assert_heard("called off: STOPPED");
    finish();
}

static void too_many_hooks_that_wait_are_not_called(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function() reeve.sleep(60) end,\n"
          "health = { check = function() return true end, every = 0.01 },\n"
          "on_health = function() end }\n"
          "for i = 1, 200 do on('health', function() end) end");
    wait_for(": 1000 hooks of this process wait already, so it is not called");
    finish();
}

static void hooks_know_what_follows(void **state)
{
    (void)state;
    start("local function say(_, exit) reeve.log('notice', 'verdict: %s', exit.verdict) end\n"
          "program 'a' { cmd = \"sh -c 'exit 3'\", starttime = 0, autorestart = false, on_exit = say }\n"
          "program 'b' { cmd = '/nonexistent', startretries = 0, on_fatal = say }\n"
          "on('exit', 'a', function(e) reeve.log('notice', 'event: %s', e.verdict) end)");
    wait_for("verdict: left as it is");
    wait_for("event: left as it is");
    wait_for("verdict: giving up: 1 failed start");
    finish();
}

static void who_listens_apart_does_not_wait_for_hooks(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function() reeve.sleep(100) end }\n"
          "on('ready', function() reeve.log('notice', 'a hook in its turn') end)\n"
          "require('reeve.inside').listen('ready', function(e) reeve.log('notice', 'apart: %s', e.process) end)");
    wait_for("apart: a");
    assert_not_heard("a hook in its turn");
    finish();
}

static void lines_are_told(void **state)
{
    (void)state;
    start("program 'a' { cmd = {'/bin/sh', '-c', 'echo one; echo two >&2; printf end'}, starttime = 0, "
          "autorestart = false,\n"
          "on_line = function(p, line, stream) reeve.log('notice', '%s said %q on %s', p, line, stream) end,\n"
          "on_exit = function() reeve.log('notice', 'a is over') end }\n"
          "program 'b' { cmd = 'echo other', starttime = 0, autorestart = false }\n"
          "on('line', 'b', function(e) reeve.log('notice', '%s %s %s %s', e.event, e.process, e.line, e.stream) end)\n"
          "on('line', 'c*', function(e) error('not asked for') end)");
    wait_for("a is over");
    wait_for("line b other stdout");
    assert_heard("a said \"one\" on stdout");
    assert_heard("a said \"two\" on stderr");
    assert_heard("a said \"end\" on stdout");
    assert_true(strstr(heard.data, "\"end\"") < strstr(heard.data, "a is over\n"));
    finish();
}

static void lines_of_short_lives_are_told_after_their_start(void **state)
{
    (void)state;
    start("local count = 0\n"
          "for i = 1, 100 do\n"
          "  local started\n"
          "  program('p' .. i) { cmd = 'echo it is me', starttime = 0, autorestart = false,\n"
          "    on_start = function() started = true end,\n"
          "    on_line = function(p, line) assert(started and line == 'it is me') count = count + 1\n"
          "      if count == 100 then reeve.log('notice', 'all have spoken') end end }\n"
          "end");
    wait_for("all have spoken");
    assert_not_heard("assertion failed");
    finish();
}

static void lines_wait_for_a_hook_that_waits(void **state)
{
    char go[] = "/tmp/reeve-lines.XXXXXX", configuration[1000];

    (void)state;
    close(mkstemp(go));
    /* What it writes before it is said to be ready would be told before that, and be too much at once. */
    snprintf(
        configuration, sizeof configuration,
        "local n, last = 0, 0\n"
        "program 'a' { cmd = {'/bin/sh', '-c', 'until test -s %s; do sleep 0.01; done; seq 3000; exec sleep 60'},\n"
        "starttime = 0, on_ready = function() io.open('%s', 'w'):write('go'):close() end,\n"
        "on_line = function(p, line)\n"
        "  n = n + 1 assert(tonumber(line) == last + 1) last = last + 1\n"
        "  if n %% 500 == 0 then reeve.sleep(0.001) end\n"
        "  if n == 3000 then reeve.log('notice', 'all 3000') end end }",
        go, go);
    start(configuration);
    wait_for("all 3000");
    unlink(go);
    assert_not_heard("assertion failed");
    finish();
}

static void lines_too_many_are_counted(void **state)
{
    (void)state;
    start("local first = true\n"
          "program 'a' { cmd = {'/bin/sh', '-c', 'seq 300000; exec sleep 60'}, starttime = 0,\n"
          "on_line = function(p, line) if first then first = false reeve.sleep(0.3) end end }");
    wait_for("lines were not told to them");
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_hear_of_their_process),
        cmocka_unit_test(listeners_hear_of_the_processes_they_ask_for),
        cmocka_unit_test(a_hook_that_fails_is_logged_with_its_traceback),
        cmocka_unit_test(a_hook_that_loops_is_cut_off),
        cmocka_unit_test(advisors_decide),
        cmocka_unit_test(a_wrong_answer_of_an_advisor_is_logged),
        cmocka_unit_test(an_advisor_that_was_cut_off_rests),
        cmocka_unit_test(what_a_hook_prints_is_a_line_of_the_log),
        cmocka_unit_test(settings_are_computed_for_each_process),
        cmocka_unit_test(a_setting_knows_how_the_last_run_ended),
        cmocka_unit_test(handles_act),
        cmocka_unit_test(gates_are_tasks),
        cmocka_unit_test(too_many_hooks_that_wait_are_not_called),
        cmocka_unit_test(hooks_know_what_follows),
        cmocka_unit_test(who_listens_apart_does_not_wait_for_hooks),
        cmocka_unit_test(lines_are_told),
        cmocka_unit_test(lines_of_short_lives_are_told_after_their_start),
        cmocka_unit_test(lines_wait_for_a_hook_that_waits),
        cmocka_unit_test(lines_too_many_are_counted),
        cmocka_unit_test(emitted_events_are_heard_afterwards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
