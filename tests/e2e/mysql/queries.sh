#!/bin/sh
# Queries bring rows as tables, take values that are never part of their text, and fail by nil and a message.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

make_mariadb
port=$(free_port)
start_mariadb --skip-networking=0 --bind-address=127.0.0.1 --port="$port"
sql <<'END'
CREATE USER ann@'%' IDENTIFIED BY 'geheim';
GRANT ALL ON test.* TO ann@'%';
CREATE TABLE kinds (t TINYINT, u TINYINT UNSIGNED, b BIGINT, bu BIGINT UNSIGNED, y YEAR, f FLOAT, d DOUBLE,
    x DECIMAL(30,10), bit1 BIT(1), bit64 BIT(64), day DATE, moment DATETIME(3), bytes BLOB, words TEXT,
    e ENUM('a','b'), z INT(5) ZEROFILL);
INSERT INTO kinds VALUES (-128, 255, -9223372036854775808, 18446744073709551615, 2026, 0.1, 1e300,
    12345678901234567890.0123456789, 1, x'ffffffffffffffff', '2026-02-28', '2026-02-28 01:02:03.456',
    x'00ff10', 'grüße 🦊', 'b', 42);
INSERT INTO kinds (t) VALUES (NULL);
CREATE TABLE many (id INT PRIMARY KEY, text VARCHAR(40));
INSERT INTO many SELECT seq, CONCAT('row ', seq) FROM seq_1_to_10001;
CREATE TABLE log (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(200) UNIQUE, data LONGBLOB);
DELIMITER //
CREATE PROCEDURE two() BEGIN SELECT 1 AS one; SELECT 2 AS two; END //
END

cat >promises.lua <<'END'
-- Each function is a promise: it is kept if it returns.
local mysql = require "reeve.mysql"
local socket, port = os.getenv "DB", tonumber(os.getenv "DB_PORT")
local promises = {}

local function connect(options)
    options.socket = options.socket or not options.host and socket or nil
    options.user, options.password = options.user or "ann", options.password or "geheim"
    options.database = options.database or "test"
    return mysql.connect(options)
end

local function same(want, got)
    if want ~= got or math.type(want) ~= math.type(got) then
        error(("expected %s (%s), got %s (%s)"):format(want, math.type(want), got, math.type(got)), 2)
    end
end

local function like(pattern, text)
    if type(text) ~= "string" or not text:find(pattern) then error(("no '%s' in '%s'"):format(pattern, text), 2) end
end

local function refused(pattern, ...)
    local good, why = ...
    same(nil, good)
    like(pattern, why)
end

local function wrong(pattern, f, ...)
    local good, why = pcall(f, ...)
    same(false, good)
    like(pattern, why)
end

local db = connect {}

local function assert_kinds(row)
    same(-128, row.t)
    same(255, row.u)
    same(math.mininteger, row.b)
    same("18446744073709551615", row.bu)
    same(2026, row.y)
    same(0.1, row.f)
    same(1e300, row.d)
    same("12345678901234567890.0123456789", row.x)
    same(1, row.bit1)
    same("18446744073709551615", row.bit64)
    same("2026-02-28", row.day)
    same("2026-02-28 01:02:03.456", row.moment)
    same("\0\xff\x10", row.bytes)
    same("grüße 🦊", row.words)
    same("b", row.e)
    same(42, row.z)
end

function promises.values_keep_their_kinds()
    local rows = assert(db:query("SELECT * FROM kinds WHERE t IS NOT NULL"))
    same(1, #rows)
    assert_kinds(rows[1])
end

function promises.values_keep_their_kinds_in_prepared_statements()
    local rows = assert(db:query("SELECT * FROM kinds WHERE t = ?", -128))
    same(1, #rows)
    assert_kinds(rows[1])
end

function promises.null_is_nil_in_both_ways()
    for _, rows in ipairs { db:query("SELECT * FROM kinds WHERE t IS NULL"), db:query("SELECT * FROM kinds WHERE t <=> ?", nil) } do
        same(1, #rows)
        same(nil, next(rows[1]))
    end
end

function promises.json_null_is_null_too()
    same(1, assert(db:query("SELECT ? IS NULL AS yes", reeve.json.null))[1].yes)
end

function promises.values_come_back_as_they_went()
    local row = assert(db:query("SELECT ? AS i, ? AS t, ? AS f, ? AS d, ? AS n", math.maxinteger, "a\0b'\"\\%", true, 0.5, nil))[1]
    same(math.maxinteger, row.i)
    same("a\0b'\"\\%", row.t)
    same(1, row.f)
    same(0.5, row.d)
    same(nil, row.n)
end

function promises.values_never_become_sql()
    local evil = { "'; DROP TABLE log; --", "\\'; DROP TABLE log; --", "\" OR 1=1 --", "?", "\xbf' OR 1=1 -- ", "' OR '1'='1",
        "\0'", "/*", "grüße 🦊 ' -- " }
    for _, name in ipairs(evil) do
        same(1, assert(db:query("INSERT INTO log (name, data) VALUES (?, ?)", (name:gsub("\xbf", "¿")), name)).affected)
        local rows = assert(db:query("SELECT data FROM log WHERE data = ?", name))
        same(1, #rows)
        same(name, rows[1].data)
    end
    same(#evil, assert(db:query("SELECT COUNT(*) AS n FROM log"))[1].n)
    same(0, #assert(db:query("SELECT 1 AS x FROM log WHERE name = ?", "' OR '1'='1' -- ")))
    same(#evil, assert(db:query("DELETE FROM log")).affected)
end

function promises.question_marks_in_texts_are_no_places_for_values()
    local row = assert(db:query("SELECT '?' AS a, \"it's ?\" AS b, ? AS c -- ?", 7))[1]
    same("?", row.a)
    same("it's ?", row.b)
    same(7, row.c)
end

function promises.one_statement_is_one()
    refused("syntax", db:query("SELECT 1; DROP TABLE log"))
    refused("syntax", db:query("SELECT ?; DROP TABLE log", 1))
    same(0, assert(db:query("SELECT COUNT(*) AS n FROM log"))[1].n)
end

function promises.numbers_of_changes_are_told()
    local done = assert(db:query("INSERT INTO log (name) VALUES ('one'), ('two')"))
    same(2, done.affected)
    same(0, #done)
    local first = done.insert_id
    same(first + 2, assert(db:query("INSERT INTO log (name) VALUES (?)", "three")).insert_id)
    refused("Duplicate entry 'two' .*%(1062%)", db:query("INSERT INTO log (name) VALUES (?)", "two"))
    same(3, assert(db:query("DELETE FROM log")).affected)
end

function promises.ten_thousand_rows_come_and_no_more()
    local rows = assert(db:query("SELECT id, text FROM many WHERE id <= 10000 ORDER BY id"))
    same(10000, #rows)
    same("row 10000", rows[10000].text)
    same(10000, rows[10000].id)
    same(10000, #assert(db:query("SELECT id, text FROM many WHERE id <= ?", 10000)))
    refused("more than 10000 rows; max_rows", db:query("SELECT id FROM many"))
    refused("more than 10000 rows; max_rows", db:query("SELECT id FROM many WHERE id > ?", 0))
    same(10001, #assert(connect { max_rows = 10001 }:query("SELECT id FROM many")))
    same(1, assert(db:query("SELECT 1 AS x"))[1].x)
end

function promises.a_large_answer_stops_nobody()
    local large, longest, over = connect { max_rows = 100000 }, 0, false
    reeve.task(function()
        while not over do
            local begin = reeve.now()
            reeve.sleep(0.001)
            longest = math.max(longest, reeve.now() - begin)
        end
    end)
    local rows = assert(large:query("SELECT seq AS id, CONCAT('row ', seq) AS text FROM seq_1_to_100000"))
    over = true
    same(100000, #rows)
    same(100000, rows[100000].id)
    same("row 50000", rows[50000].text)
    assert(longest < 2, "everybody stood still for " .. longest .. " s")
    large:close()
end

function promises.large_answers_are_refused()
    local small = connect { max_bytes = "64KB" }
    same(60000, #assert(small:query("SELECT REPEAT('x', 60000) AS t"))[1].t)
    refused("more than 65536 bytes; max_bytes", small:query("SELECT REPEAT('x', 65536) AS t"))
    refused("more than 65536 bytes; max_bytes", small:query("SELECT REPEAT('x', ?) AS t", 65536))
    refused("more than 65536 bytes; max_bytes", small:query("SELECT * FROM many"))
    same(1, assert(small:query("SELECT 1 AS x"))[1].x)
end

function promises.a_large_value_goes_and_comes()
    local data = ("\0\1\2\xff"):rep(1 << 20)
    assert(db:query("INSERT INTO log (name, data) VALUES (?, ?)", "large", data))
    same(data, assert(db:query("SELECT data FROM log WHERE name = ?", "large"))[1].data)
    same(1, assert(db:query("DELETE FROM log")).affected)
    refused("at most 16777216 bytes", db:query("SELECT ?", ("x"):rep(17 << 20)))
end

function promises.of_several_results_the_first_one_comes()
    same(1, assert(db:query("CALL two()"))[1].one)
    same(1, assert(db:query("CALL two()"))[1].one)
    same(3, assert(db:query("SELECT ? AS x", 3))[1].x)
end

function promises.of_columns_with_one_name_the_last_one_counts()
    same(2, assert(db:query("SELECT 1 AS x, 2 AS x"))[1].x)
end

function promises.mistakes_are_told_by_the_server()
    refused("/db.sock: You have an error in your SQL syntax.*%(1064%)$", db:query("SELEC 1"))
    refused("Table 'test.nowhere' doesn't exist", db:query("SELECT * FROM nowhere"))
    refused("Table 'test.nowhere' doesn't exist", db:query("SELECT * FROM nowhere WHERE x = ?", 1))
    refused("the statement has 2 '%?' and got 1 values", db:query("SELECT ?, ?", 1))
    refused("the statement has 0 '%?' and got 1 values", db:query("SELECT 1", 1))
    same(1, assert(db:query("SELECT 1 AS x"))[1].x)
end

function promises.who_cannot_connect_is_told_why()
    refused("127.0.0.1:1: .*: Connection refused %(2002%)", connect { host = "127.0.0.1", port = 1 }:query("SELECT 1"))
    refused("^/nowhere/sock: .*: No such file or directory %(2002%)", connect { socket = "/nowhere/sock" }:query("SELECT 1"))
    refused("Access denied for user 'ann'@'localhost' %(using password: YES%) %(1045%)", connect { password = "wrong" }:query("SELECT 1"))
    refused("Access denied for user 'bob'", connect { user = "bob" }:query("SELECT 1"))
    refused("database 'nowhere'", connect { user = "root", password = "", database = "nowhere" }:query("SELECT 1"))
    refused("no%-such%-host.invalid:3306: Unknown server host .*%(2005%)", connect { host = "no-such-host.invalid" }:query("SELECT 1"))
end

function promises.names_and_addresses_are_hosts()
    for _, host in ipairs { "127.0.0.1", "localhost" } do
        same("ann@localhost", assert(connect { host = host, port = port }:query("SELECT USER() AS u"))[1].u)
    end
end

function promises.wrong_use_raises()
    wrong("unknown option 'usr', did you mean 'user'%?", mysql.connect, { usr = "ann" })
    wrong("'socket' is a Unix socket", mysql.connect, { socket = "/x", host = "y" })
    wrong("'port': expected an integer from 1 to 65535", mysql.connect, { port = 0 })
    wrong("'port': expected an integer", mysql.connect, { port = "x" })
    wrong("'max_bytes': expected a size up to 64MB", mysql.connect, { max_bytes = "65MB" })
    wrong("'max_rows': expected an integer from 1 to 100000", mysql.connect, { max_rows = 0 })
    wrong("mean nothing without tls", mysql.connect, { insecure = true })
    wrong("expected a text, a number, a boolean, nil", db.query, db, "SELECT ?", {})
    wrong("expected a text, a number, a boolean, nil", db.query, db, "SELECT ?, ?", 1, print)
end

function promises.changes_of_the_options_come_too_late()
    local options = { socket = socket, user = "ann", password = "geheim" }
    local mine = mysql.connect(options)
    options.password = "wrong"
    same(1, assert(mine:query("SELECT 1 AS x"))[1].x)
end

function promises.nothing_of_the_password_can_be_seen()
    local mine = connect {}
    same("connection", getmetatable(mine))
    same(nil, tostring(mine):find("geheim"))
    same(nil, mine.password)
end

function promises.a_query_has_its_time()
    local mine = connect { timeout = 0.2 }
    refused("no answer within 200ms", mine:query("SELECT SLEEP(60)"))
    refused("no answer within 200ms", mine:query("SELECT SLEEP(?)", 60))
    same(1, assert(mine:query("SELECT 1 AS x"))[1].x)
end

function promises.queries_of_one_connection_take_turns()
    local order, mine = {}, connect {}
    for i = 1, 5 do
        reeve.task(function() table.insert(order, assert(mine:query("SELECT SLEEP(0.02), ? AS i", i))[1].i) end)
    end
    repeat reeve.sleep(0.01) until #order == 5
    same("1 2 3 4 5", table.concat(order, " "))
end

function promises.too_many_that_wait_are_refused()
    local told, mine = {}, connect {}
    for i = 1, 101 do
        reeve.task(function()
            local rows, why = mine:query("SELECT SLEEP(?)", i == 1 and 60 or 0)
            told[#told + 1] = rows or why
        end)
    end
    repeat reeve.sleep(0.01) until #told > 0
    like("100 queries wait for this connection already", told[1])
    mine:close()
    repeat reeve.sleep(0.01) until #told == 101
    for i = 2, 101 do like("the connection was closed", told[i]) end
end

function promises.more_than_64_at_once_fail_and_say_so()
    local busy, ended = {}, 0
    for i = 1, 64 do
        busy[i] = connect {}
        reeve.task(function()
            busy[i]:query("SELECT SLEEP(60)")
            ended = ended + 1
        end)
    end
    reeve.sleep(0)
    refused("cannot start a thread: ", connect {}:query("SELECT 1"))
    for i = 1, 64 do busy[i]:close() end
    repeat reeve.sleep(0.01) until ended == 64 and db:query("SELECT 1")
end

function promises.connections_do_not_wait_for_each_other()
    local begin, ended = reeve.now(), 0
    for _ = 1, 20 do
        reeve.task(function()
            assert(connect {}:query("SELECT SLEEP(1)"))
            ended = ended + 1
        end)
    end
    repeat reeve.sleep(0.01) until ended == 20
    assert(reeve.now() - begin < 15, "they waited for each other")
end

function promises.a_closed_connection_is_no_connection()
    local mine = connect {}
    assert(mine:query("SELECT 1"))
    mine:close()
    mine:close()
    wrong("the connection is closed", mine.query, mine, "SELECT 1")
end

local function connections()
    return assert(db:query("SELECT COUNT(*) AS n FROM information_schema.processlist WHERE user = 'ann'"))[1].n
end

function promises.a_cancelled_query_closes_its_connection()
    local task = reeve.task(function() connect {}:query("SELECT SLEEP(60)") end)
    repeat reeve.sleep(0.01) until connections() == 2
    task:cancel()
    repeat reeve.sleep(0.01) until connections() == 1
end

function promises.a_lost_connection_is_made_anew()
    local mine, other = connect {}, connect { user = "root", password = "" }
    local id = assert(mine:query("SELECT CONNECTION_ID() AS id"))[1].id
    assert(other:query("KILL " .. id))
    repeat reeve.sleep(0.01) until connections() == 1
    local next = assert(mine:query("SELECT CONNECTION_ID() AS id"))[1].id
    assert(next ~= id)
    mine:close()
end

function promises.a_lost_transaction_is_told_once()
    local mine, other = connect {}, connect { user = "root", password = "" }
    local id = assert(mine:query("SELECT CONNECTION_ID() AS id"))[1].id
    assert(mine:query("START TRANSACTION"))
    assert(other:query("KILL " .. id))
    repeat reeve.sleep(0.01) until connections() == 1
    refused("lost in the middle of a transaction", mine:query("INSERT INTO log (name) VALUES ('half')"))
    same(0, #assert(mine:query("SELECT * FROM log")))
    mine:close()
end

function promises.a_killed_query_is_told()
    local mine, other, told = connect {}, connect { user = "root", password = "" }, nil
    reeve.task(function() told = { mine:query("SELECT SLEEP(60)") } end)
    local id
    repeat
        reeve.sleep(0.01)
        id = assert(db:query("SELECT id FROM information_schema.processlist WHERE info = 'SELECT SLEEP(60)'"))[1]
    until id
    assert(other:query("KILL " .. id.id))
    repeat reeve.sleep(0.01) until told
    refused("%(2013%)$", told[1], told[2])
    same(1, assert(mine:query("SELECT 1 AS x"))[1].x)
    mine:close()
end

return function()
    local names, kept = {}, 0
    for name in pairs(promises) do names[#names + 1] = name end
    table.sort(names)
    for _, name in ipairs(names) do
        local good, why = pcall(promises[name])
        kept = kept + (good and 1 or 0)
        reeve.log("notice", "%s: %s", name, good and "kept" or why)
        collectgarbage()
    end
    reeve.log("notice", "the end: %d of %d promises are kept", kept, #names)
end
END

export DB="$db" DB_PORT="$port"
config <<'END'
supervisor { hook_time = 10 } -- for what a sanitizer makes slow
program "web" { cmd = "sleep 1000", starttime = 0 }
reeve.task(require "promises")
END
run_reeve
deadline=$(($(date +%s) + 50))
while ! grep -q "the end: " "$log" && [ "$(date +%s)" -lt "$deadline" ]; do sleep 0.05; done
grep -qE "the end: ([0-9]+) of \\1 promises are kept" "$log" || fail "not all promises are kept"
grep -q geheim "$log" && fail 'the password was printed'
:
