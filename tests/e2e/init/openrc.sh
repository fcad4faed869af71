#!/bin/sh
# The OpenRC script starts reeve, refuses a restart with a broken file, reloads and stops.
. "${0%/*}/../lib.sh"

config <<END
supervisor { control = "$socket" }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
export REEVE_SOCKET="$socket" reeve_config="$dir/supervisor.lua" pidfile="$dir/pid" command="$REEVE" RC_SVCNAME=reeve

# What openrc-run gives to the script: its words, and start and stop by the variables.
service()
{
    # shellcheck disable=SC2317 # the script calls them
    (
        RC_CMD=$1
        ebegin() { echo "$*"; }
        eend() { return "$1"; }
        # shellcheck disable=SC1091
        . "$root/contrib/openrc/reeve"
        case $1 in
        start)
            start_pre || exit
            # shellcheck disable=SC2154,SC2086 # set by the script
            "$command" $command_args
            ;;
        stop | restart) stop_pre && kill "$(cat "$pidfile")" ;;
        *) "$1" ;;
        esac
    )
}

service start
wait_state web RUNNING
started=$(cat pid)
cp supervisor.lua good
echo 'program "web" { cmd = 5 }' >>supervisor.lua
! service restart >/dev/null 2>&1 || fail 'a restart with a broken file'
! service reload >/dev/null 2>&1 || fail 'a reload with a broken file'
is_alive "$started" || fail 'reeve has gone'
cp good supervisor.lua
service reload
service stop
wait_for '! is_alive "$started"'
