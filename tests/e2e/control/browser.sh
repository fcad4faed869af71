#!/bin/sh
# What a web page has a browser send to the port is refused whole, also where the port is open: no line of it is obeyed.
. "${0%/*}/../lib.sh"

port=$(free_port)
config <<'END'
supervisor { open = true }
program "web" { cmd = "sleep 1000", starttime = 0 }
END
run_reeve -s "tcp:127.0.0.1:$port"
wait_state web RUNNING

# Its first line, then what the page chose.
browser_says()
{
    printf '%s\r\nHost: 127.0.0.1:%s\r\nContent-Type: text/plain\r\n\r\nstop web\nshutdown\n{"verb":"stop","args":["web"]}\n' \
        "$1" "$port" | timeout 30 nc -N 127.0.0.1 "$port"
}
for request in 'POST / HTTP/1.1' 'GET /stop%20web HTTP/1.0' 'POST /;status HTTP/1.1' 'OPTIONS * HTTP/1.1'; do
    browser_says "$request" >answer || fail "$request: the connection broke"
    expect_line 'ERR this is no web server.*' cat answer
    assert_equal 2 "$(count_lines answer)" "the greeting and one answer to '$request'"
done
assert_equal RUNNING "$(state web)"
