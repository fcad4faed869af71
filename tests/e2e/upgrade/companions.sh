#!/bin/sh
# What runs beside the programs has an owner in the next life, too, after an upgrade and after a crash: a check is ended
# and made anew; a stop command and what a hook runs go on, may write as much as they like, and end in time; the log says
# how.
. "${0%/*}/../lib.sh"

cat >run <<'END'
#!/bin/sh
# run NAME SECONDS: lives until there is a file NAME.go, and then writes more than a pipe holds, or for so long.
echo $$ >"$1.pid"
touch "$1.began"
for _ in $(seq $(($2 * 20))); do
    if test -e "$1.go"; then
        head -c 300000 /dev/zero && touch "$1.done"
        exit 3
    fi
    sleep 0.05
done
END
chmod +x run
config <<END
supervisor { max_lives = 100 }
program "checked" { cmd = "sleep 1000", starttime = 0, health = { exec = { "$dir/run", "check", "1000" }, every = 0.2, timeout = 900 } }
program "stops" { cmd = "sleep 1000", starttime = 0, stoptime = 900, stop_cmd = { "$dir/run", "stop", "1000" } }
program "hooked" {
  cmd = "sleep 1000", starttime = 0,
  on_start = function()
    reeve.exec { cmd = { "$dir/run", "patient", "1000" } }
  end,
}
program "hasty" {
  cmd = "sleep 1000", starttime = 0, autostart = false,
  on_start = function()
    reeve.exec { cmd = { "$dir/run", "late", "1000" }, timeout = 6 }
  end,
}
END
next_life()
{
    if test "$1" = upgrade; then
        reeve upgrade >"$dir/null"
    else
        kill -SEGV "$reeve_pid"
    fi
    wait_for "grep -q 'goes on after an* $1' '$log'"
}

for way in upgrade crash; do
    : >"$log"
    rm -f ./*.began ./*.go ./*.done
    run_reeve
    wait_for 'test -e check.began && test -e patient.began'
    reeve stop stops >"$dir/null" 2>&1 &
    stopping=$!
    reeve start hasty >"$dir/null"
    wait_for 'test -e stop.began && test -e late.began'
    check=$(cat check.pid)
    stop=$(cat stop.pid) patient=$(cat patient.pid) late=$(cat late.pid)
    rm check.began
    next_life "$way"

    # The check is another one.
    wait_for "! is_alive $check"
    wait_for 'test -e check.began'
    test "$(cat check.pid)" != "$check" || fail 'the check is the old one'

    # The others are the same, and go on.
    for who in "$stop" "$patient" "$late"; do
        is_alive "$who" || fail "after the $way somebody has ended"
    done
    assert_equal "$stop $patient $late" "$(cat stop.pid) $(cat patient.pid) $(cat late.pid)"
    touch patient.go
    wait_for 'grep -q "hook on_start of hooked: the command .*/run.*, begun by a former life of reeve, exited with status 3" "$log"'
    test -e patient.done || fail 'nobody has read what it wrote'
    if test "$way" = upgrade; then # once is enough: it takes its time
        wait_for 'grep -q "hook on_start of hasty: the command .*/run.*, begun by a former life of reeve, took too long and was killed" "$log"'
        ! is_alive "$late" || fail 'it lives on'
    fi
    touch stop.go
    wait_for 'grep -q "stops: the stop command, begun by a former life of reeve, exited with status 3" "$log"'
    kill "$(pid_of stops)"
    wait "$stopping"
    stop_reeve
    assert_equal 0 "$reeve_status"
    assert_equal '' "$(leftovers)"
done
