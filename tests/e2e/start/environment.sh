#!/bin/sh
# A program gets its environment, directory and umask, and the words reeve adds.
. "${0%/*}/../lib.sh"

mkdir place
printf '%s\n' FROM_FILE=file BOTH=file >settings
config <<'END'
supervisor { env = { SUPERVISOR = "yes" } }
program "web" {
    cmd = "env > $REEVE_INDEX.tmp; pwd >> $REEVE_INDEX.tmp; umask >> $REEVE_INDEX.tmp; mv $REEVE_INDEX.tmp $REEVE_INDEX; exec sleep 1000",
    shell = true, numprocs = 2, starttime = 0, umask = "027",
    workingdir = os.getenv("E2E_DIR") .. "/place",
    env_file = os.getenv("E2E_DIR") .. "/settings",
    env = { STARTED_BY = "reeve", ANSWER = 42, BOTH = "env" },
}
program "bare" {
    cmd = "env > bare.tmp; mv bare.tmp bare", shell = true, oneshot = true, clear_env = true, env = { OWN = 1 },
}
END
export REEVE_HAS=this
run_reeve
wait_for 'test -e place/1 -a -e place/2'
for line in SUPERVISOR=yes FROM_FILE=file BOTH=env STARTED_BY=reeve ANSWER=42 REEVE_PROCESS=web:2 REEVE_PROGRAM=web \
    REEVE_INDEX=2 "REEVE_SOCKET=$socket" "$dir/place" 0027; do
    expect_line "$line" cat place/2
done
expect_line REEVE_PROCESS=web:1 cat place/1

# With clear_env nothing of reeve's own.
wait_for 'test -e bare'
expect_line OWN=1 cat bare
grep -q '^REEVE_HAS=' place/1 || fail "reeve's environment is not inherited"
! grep '^REEVE_HAS=' bare || fail 'clear_env inherits'
