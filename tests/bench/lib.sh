# shellcheck shell=sh
# What the benchmarks share: read by `. "$here/lib.sh"`, after `here`, the folder of the benchmarks, is set.
#
#   compile_all                     build the programs of the benchmarks
#   configure COUNT OUTPUT ARG...   a configuration of reeve's for so many of our children
#   measure WHO ITEM COUNT COMMAND  measure a supervisor; notes the figures as "ROUND WHO FIGURE VALUE"
#   time_client COMMAND             how long a command takes
#   await COMMAND                   until the command says yes, for a minute
#   in_rounds ITEM...               bench_ITEM in each round
#   print_table WHO... <ROWS        medians; beside those of each WHO their ratio to the floor's
REEVE=${REEVE:-$here/../../build/reeve}
rounds=${ROUNDS:-3}
patience=${PATIENCE:-60} # seconds that a supervisor has to stop everything
options="-p $patience"   # of measure
# shellcheck disable=SC2034 # for the scripts
bytes=400000000 size=10000000 # of the log, and of each of its files: whole lines
# shellcheck disable=SC2034
backups=10 # logs.h knows
test -x "$REEVE" || { echo "bench: there is no $REEVE: build it with make, or set REEVE" >&2; exit 1; }

if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then TMPDIR=/dev/shm; fi
work=$(mktemp -d "${TMPDIR:-/tmp}/reeve-bench.XXXXXX")
socket=$work/socket
server=
: > "$work/measured"
programs=${REEVE%/*}/bench
test -w "${REEVE%/*}" || programs=$work/bench
trap 'test -z "$server" || kill_below "$server"; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# A thousand programs need more descriptors than is usual. (dash and bash know the option.)
# shellcheck disable=SC3045
ulimit -n "$(ulimit -H -n)" || true

# ---- building ---------------------------------------------------------------------------------------

# Linked statically, and against musl if it is there: a child that starts quickly hides nothing.
compile()
{
    name=$1; shift
    "${CC:-$(command -v musl-gcc || echo cc)}" -static -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra \
        -o "$programs/$name" "$here/$name.c" "$@"
}

compile_all()
{
    mkdir -p "$programs"
    compile child "$here/ledger.c"
    compile ask "$here/ledger.c"
    compile measure "$here/ledger.c" "$here/logs.c" "$here/usage.c"
    for floor in respawn copy gather; do
        compile "floor_$floor" "$here/floor.c"
    done
    compile floor_status
}

# ---- measuring --------------------------------------------------------------------------------------

# COUNT OUTPUT CHILD-ARGUMENTS: a configuration; in OUTPUT, a Lua expression, `i` counts from 0.
configure()
{
    count=$1 output=$2; shift 2
    list=$(printf ', "%s"' "$@")
    cat > "$work/supervisor.lua" <<EOF
supervisor { log_level = "warning" }
for i = 0, $count - 1 do
    program("p" .. i) {
        cmd = { "$programs/child", "$work/ledger"$list },
        autorestart = true, starttime = 0, startretries = 1000000, backoff = 0,
        stdout = $output, stderr = "discard",
    }
end
EOF
}

reeve() { measure reeve "$1" "$2" "$REEVE" run -c "$work/supervisor.lua" -s "unix:$socket"; }

measure()
{
    who=$1 item=$2 count=$3; shift 3
    rm -rf "$work/ledger" "$work/logs" && mkdir "$work/logs"
    # shellcheck disable=SC2086 # words
    if "$programs/measure" $options "$item" "$work/ledger" "$count" "$work/logs" "$@" > "$work/figures" 2> "$work/errors"; then
        note "$who" < "$work/figures"
    else
        sed "s/^/bench: $who, $item: /" "$work/errors" >&2
    fi
}

note() { sed "s/^/$round $1 /" >> "$work/measured"; }

# Milliseconds of the command, the median of several.
time_client()
{
    for _ in 1 2 3 4 5; do
        began=$(date +%s%N)
        "$@" > /dev/null
        echo "$(($(date +%s%N) - began))"
    done | sort -n | awk 'NR == 3 { printf "client_ms %.2f\n", $1 / 1e6 }'
}

end_server()
{
    kill "-${1:-TERM}" "$server"
    poll "$patience" has_ended "$server" || kill_below "$server"
    wait "$server" 2> /dev/null || true
    server=
    rm -f "$socket"
}

# A zombie waits for us.
has_ended() { case $(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2> /dev/null) in '' | Z) ;; *) false ;; esac; }

# A process and all below it: the one above first, so that it starts no others.
kill_below()
{
    children=$(cat "/proc/$1/task/$1/children" 2> /dev/null)
    kill -KILL "$1"
    for child in $children; do
        (kill_below "$child")
    done
}

# SECONDS COMMAND
poll()
{
    tenths=${1}0
    shift
    for _ in $(seq "$tenths"); do
        ! "$@" || return 0
        sleep 0.1
    done
    return 1
}

await()
{
    poll 60 "$@" || { echo "bench: $* does not come true" >&2; return 1; }
}

all_run() { test "$("$REEVE" status -s "unix:$socket" 2> /dev/null | grep -c RUNNING)" = 1000; }

in_rounds()
{
    for round in $(seq "$rounds"); do
        for item; do
            printf '\rround %d of %d: %-10s' "$round" "$rounds" "$item" >&2
            "bench_$item"
        done
    done
    printf '\r%40s\r' '' >&2
}

# ---- the table --------------------------------------------------------------------------------------

# Rows are "FIGURE TITLE". Medians over the rounds; a ratio is the median of the ratios within one round each.
print_table()
{
    awk -v who="$*" -v rounds="$rounds" '
        function median(list,   n, values, i, j, t) {
            n = split(list, values, " ")
            for (i = 2; i <= n; i++)
                for (j = i; j > 1 && values[j - 1] + 0 > values[j] + 0; j--) {
                    t = values[j]; values[j] = values[j - 1]; values[j - 1] = t
                }
            return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
        }
        function figure(key, name,   value) {
            if (all[key, name] == "")
                return "-"
            value = median(all[key, name])
            return over[key, name] (value >= 100 || value == int(value) ? sprintf("%.0f", value) : sprintf("%.2f", value))
        }
        function ratio(key, name,   round, ratios) {
            for (round = 1; round <= rounds; round++)
                if (one[key, "floor", round] > 0 && (key, name, round) in one)
                    ratios = ratios " " one[key, name, round] / one[key, "floor", round]
            return ratios == "" ? "-" : over[key, name] sprintf("%.2f", median(ratios))
        }
        BEGIN {
            peers = split(who, peer, " ")
            printf "%-46s %10s", "", "floor"
            for (i = 1; i <= peers; i++)
                printf " %11s %7s", peer[i], "ratio"
            print ""
        }
        FNR == NR && sub(/^>/, "", $4) { over[$3, $2] = ">" } # it took longer than that
        FNR == NR { all[$3, $2] = all[$3, $2] " " $4; one[$3, $2, $1] = $4; known[$3] = 1; next }
        known[$1] {
            printf "%-46s %10s", substr($0, length($1) + 2), figure($1, "floor")
            for (i = 1; i <= peers; i++)
                printf " %11s %7s", figure($1, peer[i]), ratio($1, peer[i])
            print ""
        }' "$work/measured" -
}
