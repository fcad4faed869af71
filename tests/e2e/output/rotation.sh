#!/bin/sh
# Captured output is rotated, and no line is lost, split or out of order.
. "${0%/*}/../lib.sh"

config <<'END'
program "writer" {
    cmd = "seq -f '%09g the quick brown fox' 1 200000; echo trouble >&2", shell = true,
    starttime = 0, autorestart = "never",
    stdout = { path = os.getenv("E2E_DIR") .. "/writer.log", max_size = "1MB", backups = 20 },
    stderr = "stdout",
}
END
run_reeve
wait_state writer EXITED
wait_for 'grep -q "^trouble$" writer.log'

count=$(find . -name 'writer.log*' | wc -l)
test "$count" -ge 5 || fail "only $count files"
for file in writer.log*; do
    size=$(stat -c %s "$file")
    test "$size" -le $((1024 * 1024 + 65536)) || fail "$file has $size bytes"
done

# Newest is .1: read from the highest number down.
for n in $(seq $((count - 1)) -1 1); do
    cat "writer.log.$n"
done >all
cat writer.log >>all
seq -f '%09g the quick brown fox' 1 200000 >want
echo trouble >>want
cmp all want || fail "the rotated files differ from what was written"
