#!/bin/sh
# Functions are edited in a table while jobs run: what is added, removed or changed holds from the next look at it, by
# refresh, USR2 or the interval, and no running job is dropped.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

# Each waits for the file go.PAYLOAD, and says who it is.
for who in old new; do
    executor "$who" <<END
name=\$(cat)
echo \$\$ >"$dir/running.\$name"
until [ -e "$dir/go.\$name" ]; do sleep 0.02; done
printf '{"type":"complete","by":"$who"}\n'
END
done

# A client that waits for job NAME of FUNCTION; what it hears comes to answer.NAME.
ask()
{
    told=0
    printf '%s' "$2" | submit "$1" >"answer.$2" 2>&1 || told=$?
    echo "status $told" >>"answer.$2"
}

# The same, and the job runs when this returns.
begin()
{
    ask "$1" "$2" &
    # shellcheck disable=SC2016 # expanded later
    begun=$2
    wait_for '[ -s "running.$begun" ]'
}

assert_running()
{
    for name in "$@"; do
        is_alive "$(cat "running.$name")" || fail "job $name was dropped"
    done
}

# Let the jobs end; each of them was done by $1.
finish()
{
    by=$1
    shift
    for name in "$@"; do
        : >"go.$name"
        finishing=$name
        wait_for 'grep -q "^.*status " "answer.$finishing"'
        grep -q "\"by\":\"$by\"" "answer.$name" || fail "job $name answered $(cat "answer.$name")"
    done
}

# JSON of the function $1 as status has it: a Python expression about it as `f`.
function_says()
{
    reeve status --json | json "next(($2 for f in r['functions'] if f['name'] == '$1'), 'none')"
}

crew()
{
    config <<END
local gearman = require "reeve.gearman"
gearman.supervise {
    servers = { "127.0.0.1:$port" }, reload_interval = $1,
    functions = gearman.from_mysql { socket = "$db", user = "root", database = "test" },
}
END
}

make_mariadb
start_gearmand
crew false

# The table as it is when reeve finds the database.
start_mariadb
sql <"$root/examples/gearman_functions.sql"
echo "INSERT INTO gearman_functions (name, executor) VALUES ('first', '$dir/old')" | sql
stop_mariadb

# The database is away at first: that is told, and tried again.
run_reeve
wait_for 'grep -q "$db: .*(2002)" "$log"'
start_mariadb
wait_worker first
begin first a

# Added.
echo "INSERT INTO gearman_functions (ns, method, executor) VALUES ('two', 'b', '$dir/old')" | sql
reeve refresh >refresh.out
wait_worker two::b
begin two::b b

# More at once, by USR2.
echo "UPDATE gearman_functions SET concurrency = 3 WHERE name = 'first'" | sql
kill -USR2 "$reeve_pid"
begin first c
begin first d
assert_equal '3/3' "$(function_says first '"%d/%d" % (f["running"], f["limit"])')"

# Another executor: from the next job on.
echo "UPDATE gearman_functions SET executor = '$dir/new' WHERE name = 'first'" | sql
reeve refresh >refresh.out
wait_for 'test "$(function_says first "f[\"executor\"]")" = "$dir/new"'
assert_running a b c d
finish old a c
begin first e
finish new e

# Fewer at once: those that run may end.
begin first f
begin first g
echo "UPDATE gearman_functions SET concurrency = 1 WHERE name = 'first'" | sql
reeve refresh >refresh.out
wait_for 'test "$(function_says first "f[\"limit\"]")" = 1'
assert_running d f g
finish old d
finish new f g

# A limit of time, for those that come from now on.
begin first h
echo "UPDATE gearman_functions SET timeout = 0.5 WHERE name = 'first'" | sql
reeve refresh >refresh.out
wait_for 'test "$(function_says first "f[\"timeout\"]")" = 0.5'
finish new h
begin first i
wait_for 'grep -q "^.*status [1-9]" answer.i'
is_alive "$(cat running.i)" && fail 'a job outlived its time'

# Removed: nothing more is taken, what runs is reported.
echo "DELETE FROM gearman_functions WHERE ns = 'two'" | sql
reeve refresh >refresh.out
wait_for 'test "$(function_says two::b "f[\"state\"]")" != RUNNING'
assert_running b
finish old b
wait_for 'test "$(functions | awk "\$1 == \"two::b\" { print \$4 }")" = 0'
wait_for 'test "$(function_says two::b "f")" = none'

# A name with a zero byte in it is no name, and the other rows hold. (Some collations pass over such bytes.)
sql <<END
INSERT INTO gearman_functions (name, executor) VALUES (CONCAT('fi', CHAR(0), 'le'), '$dir/new'), ('fine', '$dir/new');
END
reeve refresh >refresh.out
wait_worker fine
grep -q "gearman: function [0-9]*: 'name': the text has a zero byte in it" "$log" || fail 'nothing is said of it'
assert_equal RUNNING "$(function_says first 'f["state"]')"
assert_equal none "$(function_says 'fi' f)"
assert_equal '' "$(functions | awk '$1 ~ /^fi/ && $1 != "first" && $1 != "fine"')"
sql <<END
DELETE FROM gearman_functions WHERE name LIKE 'fi%' AND name <> 'first';
END

# While the database is away, what it said last holds; when it is back it is asked again, without being told to.
echo "INSERT INTO gearman_functions (name, executor) VALUES ('back', '$dir/old')" | sql
stop_mariadb
reeve refresh >refresh.out
wait_for 'test "$(grep -c "$db: .*(200[0-9])" "$log")" -ge 2'
begin first j
finish new j
start_mariadb
wait_worker back

# By itself, at each interval; a name that stands there twice is told, and the older row holds.
sql <<END
ALTER TABLE gearman_functions DROP KEY called;
INSERT INTO gearman_functions (name, executor) VALUES ('back', '$dir/new');
END
crew 0.2
reeve reload >reload.out
wait_for 'grep -q "back.*twice" "$log"'
assert_equal "$dir/old" "$(function_says back 'f["executor"]')"
echo "INSERT INTO gearman_functions (name, executor) VALUES ('late', '$dir/new')" | sql
wait_worker late
begin late k
finish new k
stop_reeve
assert_equal 0 "$reeve_status"
