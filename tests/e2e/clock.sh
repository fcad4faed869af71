# shellcheck shell=sh disable=SC2154 # the names are lib.sh's
# A wall clock that a test sets: read after lib.sh, before reeve is started. The zone is Central Europe's.
#
#   . "$e2e/clock.sh"
#   set_clock 'YYYY-MM-DD HH:MM:SS'    it is that time now, for reeve and what it starts
export TZ=CET-1CEST,M3.5.0,M10.5.0/3
export CLOCK_OFFSET="$dir/offset" CLOCK_STEPS="$dir/steps"
export CLOCK="$PROGRAMS/clock.so"
mkfifo "$CLOCK_STEPS"
echo 0 >"$CLOCK_OFFSET"

set_clock()
{
    echo $(($(date -d "$1" +%s) * 1000 - $(date +%s%3N))) >"$CLOCK_OFFSET.new"
    mv "$CLOCK_OFFSET.new" "$CLOCK_OFFSET"
    # Nobody may listen yet: the FIFO is opened for both ends.
    echo set 1<>"$CLOCK_STEPS"
}

spawn_reeve()
{
    env --default-signal LD_PRELOAD="$CLOCK" "$REEVE" run -c "$dir/supervisor.lua" -s "$socket" "$@" \
        >>"$dir/out" 2>>"$log" &
    reeve_pid=$!
    reeve_status=
}
