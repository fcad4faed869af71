#!/bin/sh
# A worker drops its privileges as a command does, and dies with its supervisor all the same.
. "${0%/*}/../lib.sh"
test "$(id -u)" = 0 || skip "only root can become somebody else"

config <<'END'
program "work" {
    user = "nobody", starttime = 0, stdout = { path = "out" }, umask = "077",
    run = function(worker)
        print(os.getenv("USER"), reeve.exec { cmd = "id -un" }.stdout:match("%S+"))
        print("write", (io.open("/reeve-may-not", "w")))
        while worker:alive() do reeve.sleep(60) end
    end,
}
END
run_reeve
wait_for 'grep -q "^write" out'
expect_line 'nobody	nobody' cat out
expect_line 'write	nil' cat out
pid=$(pid_of work)
assert_equal "$(id -u nobody)" "$(awk '/^Uid:/ { print $3 }' "/proc/$pid/status")"
assert_equal '' "$(awk '/^Groups:/ { $1 = ""; print }' "/proc/$pid/status" | tr -d ' ' | sed "s/^$(id -g nobody)\$//")"

# The kernel forgets the death signal when the user changes: it is asked for afterwards.
kill -KILL "$reeve_pid"
wait_end
wait_for '! is_alive $pid'
