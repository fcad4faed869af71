#!/bin/sh
# Workers that use a connection of the file's get one of their own each, and leave the supervisor's alone, also in the
# middle of a query.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

make_mariadb
start_mariadb
config <<END
local db = require("reeve.mysql").connect { socket = "$db", user = "root" }

local function id()
    return assert(db:query("SELECT CONNECTION_ID() AS id"))[1].id
end

program "idle" { cmd = "sleep 1000", starttime = 0, on_start = function()
    local mine = id()
    reeve.log("notice", "supervisor %d", mine)
    reeve.task(function()
        local rows, why = db:query("SELECT SLEEP(1), CONNECTION_ID() AS id")
        reeve.log("notice", "slept %s", rows and rows[1].id == mine or why)
    end)
    reeve.sleep(0.1)
    reeve.program("work"):start()
end }

program "work" {
    numprocs = 3, autostart = false, autorestart = false, starttime = 0, stdout = "$dir/ids",
    run = function()
        for _ = 1, 20 do -- all that can be collected is
            local garbage = {}
            for i = 1, 20000 do garbage[i] = { i } end
            reeve.sleep(0)
        end
        local first = id()
        assert(id() == first, "another connection")
        print("worker " .. first)
    end,
}
END
run_reeve
wait_for '[ "$(count_lines ids)" -eq 3 ] && grep -q "slept true" "$log"'
assert_equal 4 "$(sed -n 's/^.*\(supervisor\|worker\) \([0-9]*\)$/\2/p' ids "$log" | sort -u | wc -l)" 'connections'
stop_reeve
assert_equal 0 "$reeve_status"
