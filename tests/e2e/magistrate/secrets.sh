#!/bin/sh
# A password goes to the server and nowhere else; certificates are checked; the environment is sent only on request.
. "${0%/*}/server.inc"

command -v openssl >/dev/null || skip 'no openssl'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out certificate.pem -days 2 \
    -subj /CN=localhost -addext 'subjectAltName=IP:127.0.0.1' 2>/dev/null
start_server certificate.pem key.pem
states one=running

follow()
{
    config <<END2
supervisor { name = "box" }
program "one" { cmd = "sleep 1000", autostart = false, starttime = 0 }
require("reeve.magistrate").follow { interval = "1h", timeout = 5, $1 }
END2
}

# Nobody vouches for it.
follow "url = 'https://127.0.0.1:$port', username = 'ann', password = 'b:c-secret'"
run_reeve
wait_for 'grep -q "no answer from https://127.0.0.1:$port/" "$log"'
assert_equal 0 "$(count_asked)" 'requests without a good certificate'
stop_reeve

SECRET_OF_TEST=visible
export SECRET_OF_TEST
follow "url = 'https://127.0.0.1:$port', username = 'ann', password = 'b:c-secret', ca_file = '$dir/certificate.pem'"
run_reeve
wait_state one RUNNING
wait_for 'test "$(count_reports)" -eq 1'
assert_equal 'Basic YW5uOmI6Yy1zZWNyZXQ=' "$(requests 'r[0]["headers"]["Authorization"]')"
assert_equal 'Basic YW5uOmI6Yy1zZWNyZXQ=' "$(requests 'r[1]["headers"]["Authorization"]')"
assert_equal false "$(last_report '"env" in r')"
stop_reeve

# In the URL, and the environment.
follow "url = 'https://ann:b%3Ac-secret@127.0.0.1:$port/', send_env = true, ca_file = '$dir/certificate.pem'"
run_reeve
wait_for 'test "$(count_reports)" -eq 2'
assert_equal 'Basic YW5uOmI6Yy1zZWNyZXQ=' "$(requests 'r[-1]["headers"]["Authorization"]')"
assert_equal "https://127.0.0.1:$port/" "$(last_report 'r["monitor_url"]')"
assert_equal true "$(last_report '"SECRET_OF_TEST=visible" in r["env"]')"
stop_reeve

# Alone, neither is sent.
follow "url = 'https://127.0.0.1:$port', username = 'ann', ca_file = '$dir/certificate.pem'"
run_reeve
wait_for 'test "$(count_reports)" -eq 3'
assert_equal false "$(requests '"Authorization" in r[-1]["headers"]')"
if grep -rqs 'c-secret' "$log" state; then fail 'the password is told'; fi
