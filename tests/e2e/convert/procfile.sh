#!/bin/sh
# A Procfile given to -c runs: ports by foreman's rule, .env below the environment, prefixed output.
. "${0%/*}/../lib.sh"

unset PORT
export FROM_OUTSIDE=outside
printf '%s\n' 'FROM_FILE="a b"' FROM_OUTSIDE=file >.env
cat >Procfile <<'END'
# a comment
web:    echo "at $PORT: $FROM_FILE, $FROM_OUTSIDE"; exec sleep 1000
worker: echo "at $PORT" >&2; exec sleep 1000
END
run_reeve -c "$dir/Procfile"
wait_state web RUNNING
wait_state worker RUNNING
wait_for 'grep -qx "web *| at 5000: a b, outside" out'
wait_for 'grep -qx "worker *| at 5100" log'
