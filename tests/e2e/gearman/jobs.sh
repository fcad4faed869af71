#!/bin/sh
# A job gets its arguments, payload, environment and work directory, and its messages reach the client.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/gearman.sh
. "$e2e/gearman.sh"

executor talks <<'END'
printf '{"type":"progress","numerator":1,"denominator":4}\r\n'
printf '{"type":"update","data":{"part":1}}\n'
printf 'this is no message\n\nnull\n{"type":"sing"}\n'
printf '{"type":"print","content":"a\\nword"}\n'
printf '{"type":"complete","args":["%s","%s","%s"],"payload":"%s"}' "$1" "$2" "$3" "$(cat)"
END
executor looks <<'END'
env >environment
ls -ld . | cut -c 1-10 >mode
pwd >place
printf '{"type":"complete","env":"%s","mode":"%s","place":"%s"}\n' \
    "$(grep -v '^PWD=\|^_=\|^SHLVL=\|^OLDPWD=' environment | tr '\n' ' ')" "$(cat mode)" "$(cat place)"
END
executor mute <<'END'
printf '{"type":"complete","separator":"\342\200\250","big":123456789012345678901234567890,"f":1.50}\n'
exit 9
END
executor swallows <<'END'
printf '{"type":"complete","bytes":%s}\n' "$(wc -c)"
END
mkdir work
config <<END
supervisor { log_level = "info" }
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:$port" },
    workdir = "$dir/work",
    env = { COLOUR = "blue", N = 3 },
    functions = {
        { ns = "test", method = "talks", executor = "$dir/talks" },
        { name = "looks/../../around", executor = "$dir/looks" },
        { name = "mute", executor = "$dir/mute" },
        { name = "swallows", executor = "$dir/swallows" },
    },
}
END
start_gearmand
run_reeve
wait_worker test::talks

# The arguments are the function, the unique id and the payload's length; updates come before the result.
said=$(printf 'a payload' | submit test::talks -u '../odd/id')
case $said in
'{"part":1}{"args":["test::talks","../odd/id","9"],"payload":"a payload"}'*) ;;
*) fail "the client heard: $said" ;;
esac
case $said in
*'25% Complete'*) ;;
*) fail "no progress: $said" ;;
esac
wait_for 'grep -q "gearman:test::talks: job H:.*: a.nword$" log'
assert_equal 3 "$(grep -c 'wrote a line that is no message' log)" 'lines that are no messages'

# Nothing is inherited; the folder is the job's own, within workdir whatever the names say, and goes with the job.
said=$(submit looks/../../around -u '../../../x' </dev/null)
assert_equal 'COLOUR=blue N=3' "$(echo "$said" | json '" ".join(sorted(r["env"].split()))')"
assert_equal drwx------ "$(echo "$said" | json 'r["mode"]')"
assert_equal "$dir/work/looksaround-" "$(echo "$said" | json 'r["place"]' | sed 's/......$//')"
wait_for 'test -z "$(ls work)"'

# Only a line feed ends a line, numbers keep their digits, a status after the result does not matter.
assert_equal '{"separator":"'"$(printf '\342\200\250')"'","big":123456789012345678901234567890,"f":1.50}' \
    "$(submit mute </dev/null)"

# A payload larger than a pipe.
head -c 300000 /dev/zero | tr '\0' x >big
assert_equal '{"bytes":300000}' "$(submit swallows <big)"
wait_for 'test -z "$(ls work)"'
