/* What is wanted of processes in the middle of a start or an end, of which the log tells. */
#include "unit/script/scene.h"

static void an_advisor_may_stop_its_process(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'false', starttime = 0, autorestart = function(p)\n"
          "  reeve.log('notice', 'asked: %s', p:stop())\n"
          "  reeve.task(function() p:wait('STOPPED', 10) reeve.log('notice', 'now %s', p.state) end)\n"
          "  return true\n"
          "end }");
    wait_for("now STOPPED");
    assert_heard("asked: true");
    assert_not_heard("restarting");
    finish();
}

static void an_advisor_may_start_its_process_again(void **state)
{
    (void)state;
    start("local function dying(name, action)\n"
          "  local ends = 0\n"
          "  program(name) { cmd = 'false', starttime = 0, autorestart = function(p)\n"
          "    ends = ends + 1\n"
          "    if ends == 1 then p[action](p) else reeve.log('notice', '%s has ended again', p) end\n"
          "    return false\n"
          "  end }\n"
          "end\n"
          "dying('a', 'start') dying('b', 'restart')");
    wait_for("a has ended again");
    wait_for("b has ended again");
    finish();
}

/* There is no child to be restarted; the one that its answer starts is not in need of it. */
static void a_restart_by_an_advisor_is_one(void **state)
{
    (void)state;
    start("local runs = 0\n"
          "program 'a' { cmd = function() runs = runs + 1 return runs == 1 and 'false' or 'sleep 60' end, starttime = "
          "0,\n"
          "  autorestart = function(p)\n"
          "    p:restart()\n"
          "    reeve.task(function() reeve.log('notice', 'later %s, %d runs', p.state, runs) end)\n"
          "    return true\n"
          "  end }");
    wait_for("later RUNNING, 2 runs");
    assert_not_heard("stopped");
    finish();
}

static void an_advisor_may_scale_its_process_away(void **state)
{
    (void)state;
    start("program 'a' { cmd = 'sleep 60', starttime = 0, numprocs = 2, min_procs = 0, max_procs = 3,\n"
          "  autorestart = function(p)\n"
          "  local program = reeve.program('a')\n"
          "  reeve.log('notice', 'at most %d, at least %d', program:scale(9), program:scale(0))\n"
          "end }\n"
          "on('scale', function() reeve.log('notice', 'there are %d', #reeve.program('a'):processes()) end)\n"
          "on('ready', 'a:2', function(e) e.process:signal('KILL') end)");
    wait_for("at most 3, at least 0");
    wait_for("a scaled from 2 to 3");
    wait_for("a scaled from 3 to 0");
    wait_for("there are 0");
    finish();
}

static void a_setting_may_stop_what_it_starts(void **state)
{
    (void)state;
    start("program 'a' { cmd = function(p) p:stop() return 'sleep 60' end, starttime = 0,\n"
          "  on_stop = function(p) reeve.log('notice', 'it is %s', p.state) end }");
    wait_for("it is STOPPED");
    finish();
}

/* The start is called off while its gate runs, whose variables are closed in the middle of that. */
static void what_a_closed_variable_wants_comes_afterwards(void **state)
{
    (void)state;
    start("local gates = 0\n"
          "program 'a' { cmd = 'sleep 60', starttime = 0, before_start = function(p)\n"
          "  gates = gates + 1\n"
          "  if gates > 1 then return end\n"
          "  local again <close> = setmetatable({}, { __close = function() p:start() end })\n"
          "  reeve.task(function() p:stop() end)\n"
          "  reeve.sleep(60)\n"
          "end,\n"
          "on_ready = function() reeve.log('notice', 'ready behind gate %d', gates) end }");
    wait_for("ready behind gate 2");
    finish();
}

static void too_many_at_once_are_refused(void **state)
{
    (void)state;
    start("supervisor { hook_time = 5 }\n"
          "program 'a' { cmd = 'false', starttime = 0, autorestart = function(p)\n"
          "  local good, why\n"
          "  repeat good, why = p:stop() until not good\n"
          "  reeve.log('notice', 'refused: %s', why)\n"
          "end }");
    wait_for("refused: more than 10000 actions wait for this function to return");
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_advisor_may_stop_its_process),
        cmocka_unit_test(an_advisor_may_start_its_process_again),
        cmocka_unit_test(a_restart_by_an_advisor_is_one),
        cmocka_unit_test(an_advisor_may_scale_its_process_away),
        cmocka_unit_test(a_setting_may_stop_what_it_starts),
        cmocka_unit_test(what_a_closed_variable_wants_comes_afterwards),
        cmocka_unit_test(too_many_at_once_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
