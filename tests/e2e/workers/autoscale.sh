#!/bin/sh
# reeve.autoscale follows a number, or how many are busy: more at once, fewer only after a while of wanting fewer.
. "${0%/*}/../lib.sh"

config <<'END'
local autoscale = require "reeve.autoscale"

local function depth()
    local file = io.open("depth")
    local text = file and file:read("a")
    if file then file:close() end
    return text and tonumber(text)
end

-- One after the other, and the last one for ever.
local function answers(list)
    local i = 0
    return function()
        i = math.min(i + 1, #list)
        return list[i]
    end
end

supervisor { pool = "lull", defaults = { starttime = 0 } }
program "queue" { cmd = "sleep 1000", max_procs = 8 }
program "lull" { cmd = "sleep 1000" }
program "patient" { cmd = "sleep 1000" }
program "busy" { run = function(worker)
    while worker:alive() do
        local file = io.open("busy." .. worker.index)
        if file then file:close() worker:busy() else worker:idle() end
        reeve.sleep(0.02)
    end
end }

autoscale { program = "queue", every = 0.05, min = 1, max = 6, down_after = 0.1,
            want = function() local n = depth() return n and n / 10 end }
autoscale { program = "lull", every = 0.05, down_after = 0.5, want = answers { 6, 1, 4, 1 } }
autoscale { program = "patient", every = 0.05, down_after = "1h", want = answers { 3, 1 } }
autoscale { program = "busy", every = 0.05, down_after = 0.2 }
END

count()
{
    reeve status "$1" 2>/dev/null | grep -c RUNNING || true
}

say()
{
    echo "$1" >depth.new
    mv depth.new depth
}

# What is not known yet changes nothing; then it follows the number within its bounds.
run_reeve
wait_state queue RUNNING
say 21
wait_for 'test "$(count queue)" = 3'
say 999
wait_for 'test "$(count queue)" = 6'
say 0
wait_for 'test "$(count queue)" = 1'

# Fewer are kept only after a lull, and then as many as were wanted at its busiest.
wait_for 'test "$(count lull)" = 1'
sed -n 's/.*notice lull scaled //p' "$log" >steps
assert_equal 'from 1 to 6 from 6 to 4 from 4 to 1 ' "$(tr '\n' ' ' <steps)"
assert_equal 3 "$(count patient)"

# A program that was scaled to 0 is left alone.
kill -WINCH "$reeve_pid"
wait_for 'test "$(count lull)" = 0'
say 30
wait_for 'test "$(count queue)" = 3'
assert_equal 0 "$(count lull)"

# By busy and idle: always one more than are busy.
wait_for 'test "$(count busy)" = 1'
touch busy.1
wait_for 'test "$(count busy)" = 2'
touch busy.2
wait_for 'test "$(count busy)" = 3'
rm busy.1 busy.2
wait_for 'test "$(count busy)" = 1'

# All that is wrong with the options is told with its place, also of who uses the library late.
config <<'END'
local autoscale = require "reeve.autoscale"
program "a" { cmd = "sleep 1000", starttime = 0, on_ready = function() autoscale { program = "a", every = 0 } end }
autoscale { program = "a", evry = 5, every = "x", min = 0.5, max = -1, want = 7, down_after = "0s" }
autoscale { min = 3, max = 10 / 5 }
autoscale { program = "b", min = 2, max = 1 }
autoscale { program = "b", max = 10 / 5 }
autoscale "a"
autoscale { program = "all" }
autoscale { program = "a:1" }
autoscale { program = "a*" }
autoscale { program = "@g" }
END
{
    sed 's/^/supervisor.lua:3: autoscale: /' <<'END'
'down_after': expected a time such as 30 or "5m"
'every': expected a time such as 30 or "5m"
'max': expected a whole number from 0 on
'min': expected a whole number from 0 on
'want': expected a function
unknown option 'evry', did you mean 'every'?
END
    sed 's/ /: autoscale: /; s/^/supervisor.lua:/' <<'END'
4 'program' is missing
5 'max' is less than 'min'
6 there is no program or group 'b'
7 expected a table of options
8 'program': expected the name of one program
9 'program': expected the name of one program
10 'program': expected the name of one program
11 'program': expected the name of one program
END
} >expected
assert_status 1 "$REEVE" check -c supervisor.lua
assert_equal "$(sort expected)" "$(printf '%s\n' "$output" | sort)"
stop_reeve
sed -i '3,$d' supervisor.lua
run_reeve
wait_for 'grep -q "supervisor.lua:2: autoscale: .every.: expected a time" "$log"'
