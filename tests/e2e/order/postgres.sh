#!/bin/sh
# A dependent of PostgreSQL does not start before the server answers.
. "${0%/*}/../lib.sh"

PATH=$PATH:$(echo /usr/lib/postgresql/*/bin | tr ' ' ':')
for tool in initdb postgres pg_isready; do
    command -v "$tool" >/dev/null || skip "there is no $tool"
done
# It refuses to run as root.
user=
if [ "$(id -u)" = 0 ]; then
    user='user = "nobody",'
    chmod 755 "$dir"
    mkdir "$dir/data"
    chown nobody "$dir/data"
fi
config <<END
program "initdb" { cmd = "initdb -D $dir/data -A trust -N", $user env = { HOME = "$dir" }, oneshot = true, starttime = 60 }
program "postgres" { cmd = "postgres -D $dir/data -k $dir/data -c listen_addresses= -F", $user
  requires = "initdb", stopsignal = "INT", ready = { exec = "pg_isready -q -h $dir/data -U nobody -d postgres" } }
program "app" { cmd = { "sh", "-c", "pg_isready -h $dir/data -U nobody -d postgres; echo \$? >$dir/asked; exec sleep 1000" },
  requires = "postgres", starttime = 0 }
END
run_reeve
expect_line 'app +STARTING +waiting for postgres' reeve status app
poll 'test -s asked' || poll 'test -s asked' || poll 'test -s asked' || fail 'app was not started within 30 s'
assert_equal 0 "$(cat asked)" 'pg_isready of the dependent'
expect_line 'postgres +RUNNING .*' reeve status postgres
assert_equal EXITED "$(state initdb)"
stop_reeve
grep -q 'app stopped' "$log" || fail 'app was not stopped'
