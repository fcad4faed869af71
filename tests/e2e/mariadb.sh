# shellcheck shell=sh
# A MariaDB server for end-to-end tests, read by `. "${0%/*}/../mariadb.sh"` after lib.sh. It takes a second to make, so
# one is shared by all that a script promises.
#
#   make_mariadb              a fresh data directory in $dir/db; skips the test where there is no server
#   start_mariadb [OPTION…]   start it on the socket $db; its pid is $mariadb_pid
#   stop_mariadb [SIGNAL]     end it (TERM), wait for it
#   sql [OPTION…] <SQL        run SQL as root, in the database `test`
#
# root has no password. It ends with the test, like all else.
# What it writes into TMPDIR has names that several servers may choose: so that is its own, too.
db=${dir:?}/db.sock
mariadb_pid=

# The server and its tools lie in sbin and bin.
PATH=$PATH:/usr/sbin:/usr/local/sbin

as_mysql_root()
{
    timeout 60 mariadb --no-defaults --skip-ssl --socket="$db" --user=root --default-character-set=utf8mb4 "$@"
}

sql()
{
    as_mysql_root -N test "$@"
}

make_mariadb()
{
    for tool in mariadbd mariadb-install-db mariadb; do
        command -v "$tool" >/dev/null || skip "no $tool"
    done
    test -e "${REEVE%/*}/modules/mysql.so" || skip 'no module mysql'
    mkdir "$dir/db.tmp"
    TMPDIR="$dir/db.tmp" mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$dir/db" --skip-test-db \
        --auth-root-authentication-method=normal >"$dir/db.log" 2>&1 || fail "no database: $(tail -5 "$dir/db.log")"
}

start_mariadb()
{
    TMPDIR="$dir/db.tmp" mariadbd --no-defaults --user="$(id -un)" --datadir="$dir/db" --socket="$db" --pid-file="$dir/db.pid" \
        --skip-networking --innodb-buffer-pool-size=16M --innodb-log-file-size=4M --innodb-flush-log-at-trx-commit=0 \
        --skip-log-bin --performance-schema=off "$@" >>"$dir/db.log" 2>&1 &
    mariadb_pid=$!
    # shellcheck disable=SC2016 # expanded later
    poll '! is_alive $mariadb_pid || echo "SELECT 1" | as_mysql_root >/dev/null 2>&1' || true
    is_alive "$mariadb_pid" || fail "mariadbd ended at once: $(tail -5 "$dir/db.log")"
    echo 'CREATE DATABASE IF NOT EXISTS test CHARACTER SET utf8mb4' | as_mysql_root || fail "mariadbd does not answer"
}

stop_mariadb()
{
    kill -s "${1:-TERM}" "$mariadb_pid"
    # shellcheck disable=SC2016 # expanded later
    poll '! is_alive $mariadb_pid' || fail 'mariadbd does not end'
    wait "$mariadb_pid" 2>/dev/null || true
    mariadb_pid=
}
