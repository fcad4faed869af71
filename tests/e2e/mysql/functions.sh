#!/bin/sh
# from_mysql gives the functions that stand in a table, as they are now; a table that cannot be read gives none and says why.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

make_mariadb
start_mariadb
sql <"$root/examples/gearman_functions.sql"
sql <<'END'
INSERT INTO gearman_functions (name, ns, method, executor, concurrency, timeout, active) VALUES
    ('resize', NULL, NULL, '/opt/resize', 4, 60, TRUE), (NULL, 'mail', 'send', '/opt/send', 1, NULL, TRUE),
    ('', 'mail', 'read', '/opt/read', 2, 0, TRUE), ('idle', NULL, NULL, '/opt/idle', 0, NULL, TRUE),
    ('off', NULL, NULL, '/opt/off', 1, NULL, FALSE), ('half', 'a', 'b', '/opt/half', 1, 0.5, TRUE);
CREATE TABLE old (ns TEXT, method TEXT, active BIT(1), concurrency TEXT, executor TEXT);
INSERT INTO old VALUES ('a', 'b', 1, '3', '/opt/old'), ('a', 'c', 0, '1', '/opt/off');
CREATE TABLE twice LIKE gearman_functions;
ALTER TABLE twice DROP KEY called, MODIFY id INT, DROP PRIMARY KEY;
INSERT INTO twice (id, name, executor) VALUES (3, 'x', '/opt/third'), (1, 'x', '/opt/first'), (2, 'x', '/opt/second');
END

config <<END
local from_mysql = require "reeve.gearman.mysql"
program "web" { cmd = "sleep 1000", starttime = 0 }
local providers = {
    standard = from_mysql { socket = "$db", user = "root", database = "test" },
    old = from_mysql { socket = "$db", user = "root", table = "test.old" },
    twice = from_mysql { socket = "$db", user = "root", database = "test", table = "twice" },
    missing = from_mysql { socket = "$db", user = "root", database = "test", table = "missing" },
}
on("ask", function(event)
    local list, why = providers[event.name]()
    reeve.log("notice", "%s = %s", event.name, list and reeve.json.encode(list) or why)
end)
program "ask" { cmd = "true", autostart = false, autorestart = false, starttime = 0, on_start = function()
    for name in pairs(providers) do reeve.emit("ask", { name = name }) end
end }
reeve.log("notice", "wrong: %s", select(2, pcall(from_mysql, { table = "a; DROP TABLE b" })))
reeve.log("notice", "unknown: %s", select(2, pcall(from_mysql, { tabel = "a" })))
END
assert_status 0 "$REEVE" check -c supervisor.lua

# All of them, once more.
ask()
{
    asked=$((${asked:-0} + 1))
    reeve start ask >ask.out
    # shellcheck disable=SC2016 # expanded later
    wait_for 'test "$(grep -cE " (standard|old|twice|missing) = " "$log")" -eq $((asked * 4))'
}
last()
{
    sed -n "s/^.* notice $1 = //p" "$log" | tail -1
}

run_reeve
ask
assert_equal '[{"concurrency":4,"executor":"/opt/resize","name":"resize","timeout":60},{"concurrency":1,"executor":"/opt/send","method":"send","ns":"mail"},{"concurrency":2,"executor":"/opt/read","method":"read","ns":"mail","timeout":false},{"concurrency":1,"executor":"/opt/half","name":"half","timeout":0.5}]' "$(last standard)"
assert_equal '[{"concurrency":3,"executor":"/opt/old","method":"b","ns":"a"}]' "$(last old)"
assert_equal '/opt/first /opt/second /opt/third' "$(last twice | json '" ".join(f["executor"] for f in r)')"
grep -q "missing = $db: Table 'test.missing' doesn't exist (1146)" "$log" || fail 'a missing table is not told'
grep -q "wrong: .*'table' is no name of a table: 'a; DROP TABLE b'" "$log" || fail 'no name of a table was taken'
grep -q "unknown: .*unknown option 'tabel'" "$log" || fail 'an unknown option was taken'

# Edited while it runs.
echo "UPDATE gearman_functions SET active = COALESCE(name, '') IN ('off', 'idle')" | sql
echo "UPDATE gearman_functions SET concurrency = 7 WHERE name = 'idle'" | sql
ask
assert_equal 'idle 7 off 1' "$(last standard | json '" ".join("%s %s" % (f["name"], f["concurrency"]) for f in r)')"

# Away, and back.
stop_mariadb
ask
grep -q "standard = $db: .*(200[0-9])" "$log" || fail 'a server that is away is not told'
start_mariadb
ask
assert_equal 2 "$(last standard | json 'len(r)')"

# Two rows with one name are refused by the table itself.
echo "INSERT INTO gearman_functions (ns, method, executor) VALUES ('mail', 'send', '/x')" | sql 2>twice.out &&
    fail 'the table took a name twice'
grep -q 'Duplicate entry' twice.out || fail "no duplicate: $(cat twice.out)"
