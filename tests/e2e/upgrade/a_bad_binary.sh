#!/bin/sh
# A new binary that cannot go on from here is not run: the old one goes on, and says why.
. "${0%/*}/../lib.sh"

cp "$REEVE" mine
real=$REEVE
REEVE=$dir/mine
config <<'END'
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve
wait_state web RUNNING
pid=$(pid_of web)
REEVE=$real

put()
{
    cat >new
    chmod "$1" new
    mv -f new mine
}

refuses()
{
    assert_status 1 reeve upgrade
    expect_line "reeve: no upgrade.*$1" reeve upgrade
    assert_equal "$pid" "$(pid_of web)" "the process"
    assert_equal "$reeve_pid" "$(reeve pid)" "reeve"
}

echo nothing | put 644
refuses 'Permission denied'
printf '#!/bin/sh\nexit 3\n' | put 755
refuses 'exited with status 3'
printf '#!/bin/sh\necho "the state is of version 9" >&2; exit 1\n' | put 755
refuses 'the state is of version 9'
printf '#!/bin/sh\nkill -SEGV $$\n' | put 755
refuses 'killed by SIGSEGV'
printf '#!/bin/nowhere\n' | put 755
refuses '.*No such file or directory.*'
rm mine
refuses 'No such file or directory'

# Who begins a life while the file is away knows where it will be.
kill -SEGV "$reeve_pid"
wait_for 'reeve log | grep -q "goes on after a crash"'
refuses 'No such file or directory'

cp "$real" new && mv -f new mine
expect_line 'upgraded.*' reeve upgrade
assert_equal "$pid" "$(pid_of web)"
