#!/bin/sh
# What stands in a state_dir is believed: so one that others may write, or made by somebody else, is refused.
. "${0%/*}/../lib.sh"

config <<'END'
supervisor { state_dir = "state" }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
sleep 1000 &
victim=$!
start=$(sed 's/.*) //' "/proc/$victim/stat" | cut -d' ' -f20)
mkdir state
printf 'life 1 1 %s somebody\nprocess %s %s web\n' "$(cat /proc/sys/kernel/random/boot_id)" "$victim" "$start" >state/census

refused()
{
    expect_line '.*state_dir: .*others.*' timeout 10 "$REEVE" run -c supervisor.lua -s "$socket"
    is_alive "$victim" || fail 'somebody was ended who was never ours'
}

chmod 777 state
refused
chmod 1777 state
refused
if [ "$(id -u)" = 0 ]; then
    chmod 700 state
    chown 65534 state
    refused
    chown 0 state
fi
chmod 700 state
run_reeve
wait_state web RUNNING
wait_for '! is_alive "$victim"'
