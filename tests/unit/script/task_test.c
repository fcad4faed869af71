/* Tasks wait without anybody waiting for them, and are ended cleanly. */
#include "core/reload_report.h"
#include "script/task.h"
#include "unit/script/scene.h"

static void a_task_begins_when_its_plan_is_in_force(void **state)
{
    (void)state;
    start("reeve.task(function(a, b) reeve.log('notice', 'args %d %s', a, b) end, 7, 'x')\n"
          "reeve.log('notice', 'evaluated')");
    wait_for("args 7 x");
    assert_heard("evaluated\nargs 7 x\n");
    finish();
}

static void a_file_that_is_only_checked_begins_nothing(void **state)
{
    (void)state;
    assert_loads("reeve.task(function() error('began') end)\n"
                 "reeve.every(0.001, function() error('began') end)\n"
                 "program 'a' { cmd = 'x', on_exit = function() end }");
    assert_refused_for("reeve.task(function() end) program 'a' {}", "cmd");
}

static void a_task_that_sleeps_holds_nobody_up(void **state)
{
    (void)state;
    start("reeve.task(function() reeve.log('notice', 'one') reeve.sleep(0.05) reeve.log('notice', 'three') end)\n"
          "reeve.task(function() reeve.log('notice', 'two') reeve.sleep('1ms') reeve.log('notice', 'early') end)");
    wait_for("three");
    assert_heard("one\ntwo\nearly\nthree\n");
    finish();
}

/* A timer of the loop's own, which no task has to do with. */
static void on_beat(void *arg)
{
    struct timer **beat = arg;

    log_notice("the loop turns");
    *beat = timer_start(loop, 1, on_beat, beat);
}

static void many_hooks_at_once_leave_turns_to_the_loop(void **state)
{
    static const char *const order[] = { "hook 1\n", "the loop turns\n", "hook 4\n", "the loop turns\n",
                                         "hook 7\n", "the loop turns\n", "hook 9\n" };
    struct timer *beat = NULL;
    const char *at;

    (void)state;
    start("supervisor { hook_time = 10 }\n"
          "local function work(i) local to = os.clock() + 0.03 while os.clock() < to do end\n"
          "  reeve.log('notice', 'hook %d', i) end\n"
          "for i = 1, 9 do on('go', function() work(i) end) end\n"
          "reeve.task(function() reeve.emit('go', {}) end)");
    beat = timer_start(loop, 0, on_beat, &beat);
    wait_for("hook 9");
    timer_stop(&beat);
    at = heard.data;
    for (size_t i = 0; i < sizeof order / sizeof *order && at != NULL; i++)
        at = strstr(at, order[i]);
    assert_non_null(at);
    finish();
}

static void timers_run_once_or_again_and_again(void **state)
{
    (void)state;
    start("local n, h = 0\n"
          "reeve.after(0.01, function() reeve.log('notice', 'after') end)\n"
          "h = reeve.every(0.002, function() n = n + 1 if n == 3 then h:cancel()\n"
          "    reeve.after('30ms', function() reeve.log('notice', 'late %d', n) end) reeve.log('notice', 'third') end\n"
          "  if n == 4 then reeve.log('notice', 'fourth') end end)\n");
    wait_for("late 3");
    assert_heard("after\n");
    assert_heard("third\n");
    assert_not_heard("fourth");
    finish();
}

static void a_timer_does_not_run_while_it_still_waits(void **state)
{
    (void)state;
    start("local runs, at_once = 0, 0\n"
          "reeve.every(0.001, function() runs = runs + 1 at_once = at_once + 1 assert(at_once == 1)\n"
          "  reeve.sleep(0.02) at_once = at_once - 1 end)\n"
          "reeve.after(0.1, function() reeve.log('notice', 'few: %s', runs < 10) end)");
    wait_for("few: true");
    assert_not_heard("assert");
    finish();
}

static void a_cancelled_task_closes_its_variables(void **state)
{
    (void)state;
    start("local function guard(name) return setmetatable({}, { __close = function()\n"
          "  reeve.log('notice', 'closed %s: %s', name, select(2, pcall(reeve.sleep, 1))) end }) end\n"
          "local h = reeve.task(function() local g <close> = guard('sleeper') reeve.sleep(60) error('no') end)\n"
          "reeve.after(0.005, function() h:cancel() h:cancel() reeve.log('notice', 'cancelled') end)\n"
          "local own own = reeve.task(function() reeve.log('notice', 'own: %s', select(2, pcall(own.cancel, own))) "
          "end)\n"
          "local e = reeve.every(0.001, function() local g <close> = guard('timer') reeve.sleep(60) end)\n"
          "reeve.after(0.005, function() e:cancel() end)");
    wait_for("closed timer");
    assert_heard("closed sleeper: reeve.sleep waits, and only hooks and tasks may");
    assert_heard("cancelled\n");
    assert_heard("own: a task that runs cannot be cancelled");
    finish();
}

static void a_variable_that_is_closed_may_cancel_its_own_task(void **state)
{
    (void)state;
    start(
        "local h\n"
        "h = reeve.task(function()\n"
        "  local x <close> = setmetatable({}, { __close = function() h:cancel() reeve.log('notice', 'closed') end })\n"
        "  reeve.sleep(1000)\n"
        "end)\n"
        "reeve.after(0.005, function() h:cancel() reeve.log('notice', 'over: %s', not h:runs()) end)");
    wait_for("over");
    assert_heard("closed\nover: true\n");
    assert_int_equal(tasks_count(), 0);
    finish();
}

static void waiting_in_the_wrong_place_is_an_error(void **state)
{
    (void)state;
    assert_refused_for("reeve.sleep(1)", "t.lua:1: reeve.sleep waits, and the file itself must not");
    start("program 'a' { cmd = 'false', starttime = 0, autorestart = function() reeve.sleep(1) end }\n"
          "program 'b' { cmd = function() reeve.sleep(1) end, startretries = 0 }\n"
          "reeve.task(function()\n"
          "  coroutine.wrap(function() reeve.log('notice', 'own: %s', select(2, pcall(reeve.sleep, 1))) end)()\n"
          "  pcall(table.sort, { 2, 1 }, function() reeve.log('notice', 'sort: %s', select(2, pcall(reeve.sleep, 1))) "
          "end)\n"
          "end)");
    wait_for("sort: reeve.sleep cannot wait here");
    wait_for("own: reeve.sleep cannot wait in a coroutine of your own");
    wait_for("advisor of a, the default rule holds: t.lua:1: reeve.sleep waits, and only hooks and tasks may");
    wait_for("b could not be started");
    assert_heard("reeve.sleep waits, and only hooks and tasks may");
    finish();
}

static void tasks_wait_within_pcall_and_keep_their_budget(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.3 }\n"
          "reeve.task(function()\n"
          "  local ok, why = pcall(function() reeve.sleep(0.01) error('inner') end)\n"
          "  reeve.log('notice', 'caught %s', why)\n"
          "  for i = 1, 20 do local stop = reeve.now() + 0.02 while reeve.now() < stop do end reeve.sleep(0) end\n"
          "  reeve.log('notice', 'enough time')\n"
          "  pcall(function() reeve.sleep(0) while true do end end)\n"
          "  reeve.log('notice', 'escaped')\n"
          "end)");
    wait_for("task of t.lua:2: t.lua:7: ran for more than 300ms and was cut off");
    assert_heard("caught t.lua:3: inner");
    assert_heard("enough time");
    assert_not_heard("escaped");
    finish();
}

static void tasks_of_our_own_modules_have_more_time(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.02 }\n"
          "local function work(name)\n"
          "  local ends = os.clock() + 0.1\n"
          "  repeat until os.clock() > ends\n"
          "  reeve.log('notice', '%s is through', name)\n"
          "end\n"
          "require('reeve.inside').task(function()\n"
          "  reeve.task(work, 'ours')\n"
          "  work('own')\n"
          "end)\n"
          "reeve.task(work, 'theirs')");
    wait_for("own is through");
    wait_for("ours is through");
    assert_heard("t.lua:4: ran for more than 20ms and was cut off");
    assert_not_heard("theirs is through");
    finish();
}

/* Its time runs out within C, where no hook of Lua's looks, and pcall is the first who can tell. */
static void an_error_that_comes_too_late_is_no_wait(void **state)
{
    (void)state;
    start("supervisor { hook_time = 0.002 }\n"
          "local parts = {}\n"
          "for i = 1, 1000000 do parts[i] = '' end\n"
          "parts[#parts + 1] = {}\n"
          "reeve.task(function()\n"
          "  pcall(table.concat, parts)\n"
          "  reeve.log('notice', 'escaped')\n"
          "end)");
    wait_for("task of t.lua:5: t.lua:6: ran for more than 2ms and was cut off");
    assert_not_heard("escaped");
    assert_int_equal(tasks_count(), 0);
    finish();
}

static void a_task_that_fails_after_a_wait_is_logged_with_its_traceback(void **state)
{
    (void)state;
    start("reeve.task(function()\n reeve.sleep(0.001)\n error('late') end)");
    wait_for(
        "task of t.lua:1: t.lua:3: late (stack traceback: [C]: in function 'error'; t.lua:3: in function <t.lua:1>)");
    finish();
}

static void variables_are_closed_with_the_error(void **state)
{
    (void)state;
    start("local function variable(name) return setmetatable({}, { __close = function(_, why) reeve.sleep(0)\n"
          "  reeve.log('notice', '%s: %s', name, type(why) == 'table' and why.code or why) end }) end\n"
          "reeve.task(function()\n"
          "  local outer <close> = variable('outer')\n"
          "  local inner <close> = variable('inner')\n"
          "  error({ code = 42 })\n"
          "end)\n"
          "reeve.task(function()\n"
          "  local other <close> = variable('other')\n"
          "  error('boom')\n"
          "end)");
    wait_for("task of t.lua:3: t.lua:6: the error is not a text but a table (");
    wait_for("task of t.lua:8: t.lua:10: boom (stack traceback: [C]: in function 'error'; t.lua:10: in function");
    assert_heard("inner: 42\n");
    assert_heard("outer: 42\n");
    assert_heard("other: t.lua:10: boom\n");
    finish();
}

static void hooks_of_one_process_run_in_order(void **state)
{
    (void)state;
    start(
        "local slow = function(p) reeve.log('notice', 'start %s', p) reeve.sleep(0.03) reeve.log('notice', 'slept %s', "
        "p) end\n"
        "program 'a' { cmd = 'sleep 60', starttime = 0, on_start = slow, on_ready = function() reeve.log('notice', "
        "'ready a') end }\n"
        "program 'b' { cmd = 'sleep 60', starttime = 0, on_ready = function() reeve.log('notice', 'ready b') end }\n"
        "on('ready', function(e) reeve.log('notice', 'also %s', e.process) end)");
    wait_for("also a");
    assert_heard("start a\n");
    assert_heard("ready b\nalso b\n");
    assert_heard("slept a\nready a\nalso a\n");
    finish();
}

static void a_user_cannot_resume_a_task(void **state)
{
    (void)state;
    start("local co\n"
          "reeve.task(function() co = coroutine.running() reeve.sleep(60) end)\n"
          "reeve.after(0.005, function()\n"
          "  reeve.log('notice', 'resume: %s', select(2, pcall(coroutine.resume, co)))\n"
          "  reeve.log('notice', 'close: %s', select(2, pcall(coroutine.close, co))) end)");
    wait_for("close: bad argument #1 to 'coroutine.close' (this is a hook or a task");
    assert_heard("resume: bad argument #1 to 'coroutine.resume' (this is a hook or a task");
    finish();
}

static void count(const struct task_info *info, void *arg)
{
    struct buffer *b = arg;

    buffer_addf(b, "%s %d %s:%d%s\n", info->name, info->runs, info->file, info->line,
                info->process != 0 ? ", of a process" : "");
}

static void all_that_waits_is_known(void **state)
{
    struct buffer b = { 0 };

    (void)state;
    start("reeve.task(function()\n reeve.log('notice', 'began')\n reeve.sleep(60) end)\n"
          "program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function()\n reeve.sleep(60) end }");
    wait_for("a started");
    wait_for("began");
    tasks_each(count, &b);
    assert_string_equal(b.data, "task of t.lua:1 0 t.lua:3\nhook on_start of a 0 t.lua:5, of a process\n");
    buffer_free(&b);
    finish();
}

/* ---- reloads ---- */

static const char *next_text;

static struct plan *load_next(void *arg, struct problems *problems)
{
    (void)arg;
    return script_load_text("u.lua", next_text, strlen(next_text), problems);
}

static void reload(const char *text)
{
    struct problems problems = { 0 };
    struct reload_report report = { 0 };

    next_text = text;
    assert_true(supervisor_reload(supervisor, RELOAD_PLAIN, &report, &problems));
    reload_report_free(&report);
    problems_free(&problems);
}

static void start_reloadable(const char *text)
{
    start("reeve.task(function() end)");
    finish();
    buffer_add_text(&heard, "");
    log_listen(on_log_line, NULL);
    loop = loop_new();
    script_attach(&upward, "t.lua");
    upward.load = load_next;
    supervisor = supervisor_new(loop, &upward);
    script_listen(supervisor);
    supervisor_start(supervisor, load_good(text));
}

static void after_a_reload_tasks_finish_and_timers_end(void **state)
{
    (void)state;
    start_reloadable("reeve.task(function() reeve.log('notice', 'began') reeve.sleep(0.05)\n"
                     "  reeve.every(0.001, function() reeve.log('notice', 'undead') end)\n"
                     "  reeve.log('notice', 'finished') end)\n"
                     "local n = 0\n"
                     "reeve.every(0.001, function() n = n + 1 reeve.log('notice', 'old %d', n) end)\n"
                     "reeve.after(0.03, function() reeve.log('notice', 'too late') end)");
    wait_for("old 3");
    wait_for("began");
    reload("reeve.log('notice', 'new')\n"
           "reeve.after(0.1, function() reeve.log('notice', 'end') end)");
    buffer_clear(&heard);
    buffer_add_text(&heard, "");
    wait_for("end");
    assert_heard("finished");
    assert_not_heard("old ");
    assert_not_heard("too late");
    assert_not_heard("undead");
    finish();
}

static void what_is_left_at_the_end_is_closed(void **state)
{
    (void)state;
    start("reeve.task(function() local g <close> = setmetatable({}, { __close = function()\n"
          "  reeve.log('notice', 'closed at the end') end }) reeve.log('notice', 'began') reeve.sleep(60) end)\n"
          "program 'a' { cmd = 'sleep 60', starttime = 0, on_start = function() reeve.sleep(60) end,\n"
          "on_ready = function() end }");
    wait_for("began");
    wait_for("a started");
    supervisor_shutdown(supervisor, 0, false, "the test ends");
    loop_run(loop);
    script_unlisten();
    assert_heard("closed at the end");
    supervisor_free(supervisor);
    script_detach(&upward);
    loop_free(loop);
    log_listen(NULL, NULL);
    buffer_free(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_begins_when_its_plan_is_in_force),
        cmocka_unit_test(a_file_that_is_only_checked_begins_nothing),
        cmocka_unit_test(a_task_that_sleeps_holds_nobody_up),
        cmocka_unit_test(many_hooks_at_once_leave_turns_to_the_loop),
        cmocka_unit_test(timers_run_once_or_again_and_again),
        cmocka_unit_test(a_timer_does_not_run_while_it_still_waits),
        cmocka_unit_test(a_cancelled_task_closes_its_variables),
        cmocka_unit_test(a_variable_that_is_closed_may_cancel_its_own_task),
        cmocka_unit_test(waiting_in_the_wrong_place_is_an_error),
        cmocka_unit_test(tasks_wait_within_pcall_and_keep_their_budget),
        cmocka_unit_test(tasks_of_our_own_modules_have_more_time),
        cmocka_unit_test(an_error_that_comes_too_late_is_no_wait),
        cmocka_unit_test(a_task_that_fails_after_a_wait_is_logged_with_its_traceback),
        cmocka_unit_test(variables_are_closed_with_the_error),
        cmocka_unit_test(hooks_of_one_process_run_in_order),
        cmocka_unit_test(a_user_cannot_resume_a_task),
        cmocka_unit_test(all_that_waits_is_known),
        cmocka_unit_test(after_a_reload_tasks_finish_and_timers_end),
        cmocka_unit_test(what_is_left_at_the_end_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
