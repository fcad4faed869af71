#!/bin/sh
# What a reload changes at once it changes also where functions compute settings, and what these compute by themselves.
. "${0%/*}/../lib.sh"

config <<'END'
program "fixed" { cmd = "sleep 1001", starttime = 0, workingdir = function() return "/" end,
    stop_cmd = "sh -c 'kill $MAINPID; echo old >fixed'", reload_cmd = "touch refreshed.old" }
program "computed" { cmd = "sleep 1002", starttime = 0,
    stop_cmd = function(p) return { "sh", "-c", "kill $MAINPID; echo old " .. p.name .. " >computed" } end }
program "simple" { cmd = "sleep 1003", starttime = 0 }
END
sed -i "s# >fixed# >$dir/fixed#; s# >computed# >$dir/computed#; s#touch #touch $dir/#" supervisor.lua
run_reeve
for name in fixed computed simple; do
    wait_state "$name" RUNNING
done
fixed=$(pid_of fixed) computed=$(pid_of computed) simple=$(pid_of simple)

sed -i 's/echo old/echo new/; s/refreshed.old/refreshed.new/
    s#"sleep 1003"#&, stop_cmd = function() return { "sh", "-c", "kill $MAINPID; echo new >'"$dir"'/simple" } end#' supervisor.lua
assert_status 0 reeve reload --wait
assert_equal "$fixed $computed $simple" "$(pid_of fixed) $(pid_of computed) $(pid_of simple)" 'they run on'
assert_status 0 reeve refresh fixed
test -e refreshed.new || fail "the old reload command was run"
assert_status 0 reeve stop all
assert_equal new "$(cat fixed)" 'the stop command of fixed'
assert_equal 'new computed' "$(cat computed)" 'the stop command of computed'
assert_equal new "$(cat simple)" 'the stop command of simple'
