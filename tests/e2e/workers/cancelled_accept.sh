#!/bin/sh
# A connection that was accepted for a task that is cancelled in the same moment goes to whoever accepts next.
. "${0%/*}/../lib.sh"

config <<'EOF'
socket "door" { listen = "unix:door" }
program "porter" {
  sockets = { "door" }, stdout = { path = "out" }, stderr = "stdout", autorestart = false, starttime = 0,
  run = function(worker)
    local door = worker:socket("door")
    local first = reeve.task(function()
      door:accept()
      print("the first has it")
    end)
    reeve.sleep(0.05)
    -- Who comes is seen between two turns, behind the task that was begun in the one before: that cancels.
    reeve.task(function()
      local guest = assert(reeve.connect("unix:door"))
      print(guest:read_line())
    end)
    reeve.task(function()
      reeve.task(function() first:cancel() end)
    end)
    reeve.sleep(0.05)
    local stream, why = door:accept(5)
    print(stream and "the second has it" or why)
    if stream then stream:write("welcome\n") end
    reeve.sleep(0.05)
  end,
}
EOF
run_reeve
wait_state porter EXITED
assert_equal 'the second has it
welcome' "$(cat out)"
