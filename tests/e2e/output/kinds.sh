#!/bin/sh
# A path, merged streams, nothing given and discard: where the output goes, and what tail shows.
. "${0%/*}/../lib.sh"

config <<'END'
local here = os.getenv("E2E_DIR") .. "/"
local function talks(name, settings)
    settings.cmd = "echo out of $REEVE_PROGRAM; echo err of $REEVE_PROGRAM >&2; exec sleep 1000"
    settings.shell, settings.starttime = true, 0
    program(name)(settings)
end
talks("path", { stdout = here .. "path.out", stderr = here .. "path.err" })
talks("merged", { stdout = here .. "merged.out", stderr = "stdout" })
talks("ring", {})
talks("silent", { stdout = "discard", stderr = "discard" })
talks("mine", { stdout = "inherit", stderr = "discard" })
program "fifo" { cmd = "seq 1 50000", starttime = 0, autorestart = "never", stdout = here .. "fifo" }
talks("json", { stdout = { path = here .. "json.out", json = true } })
END
mkfifo fifo
exec 3<>fifo
run_reeve
wait_for 'grep -qx "out of path" path.out && grep -qx "err of path" path.err'
wait_for 'grep -qx "out of merged" merged.out && grep -qx "err of merged" merged.out'
wait_for 'reeve tail ring | grep -qx "out of ring"'
wait_for 'reeve tail ring stderr | grep -qx "err of ring"'
wait_for 'grep -qx "out of mine" out'
wait_for 'test -s json.out'
expect_line 'out of path' reeve tail path
assert_equal '["json", "stdout", "out of json"]' "$(json '[r["process"], r["stream"], r["line"]]' <json.out)"

# Who is no longer alone has another name, in what it writes too, and so has who is alone again.
reeve scale json 2 >/dev/null
wait_state json:1 RUNNING
wait_state json:2 RUNNING
reeve restart json:1 >/dev/null
wait_for 'test "$(count_lines json.out)" -eq 3'
assert_equal json:1 "$(tail -n 1 json.out | json 'r["process"]')"
reeve scale json 1 >/dev/null
wait_state json RUNNING
reeve restart json >/dev/null
wait_for 'test "$(count_lines json.out)" -eq 4'
assert_equal json "$(tail -n 1 json.out | json 'r["process"]')"

# The child has a FIFO as a shell would give it: it waits for the reader.
cat fifo >got &
reader=$!
wait_for 'grep -qx 50000 got'
kill "$reader"
seq 1 50000 | cmp - got || fail 'other lines than those that were written'
