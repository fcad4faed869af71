#!/bin/sh
# With tls a server must show a certificate that is good for its name before it hears of a user; a handshake that never
# ends holds nobody up.
. "${0%/*}/../lib.sh"
# shellcheck source=tests/e2e/mariadb.sh
. "$e2e/mariadb.sh"

# A certificate for the name localhost, and an authority that signed it.
make_certificates()
{
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=authority' -keyout ca.key -out ca.pem
    openssl req -newkey rsa:2048 -nodes -subj '/CN=localhost' -keyout server.key -out server.csr
    echo 'subjectAltName=DNS:localhost' >names
    openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out server.pem
}

# Hands on the greeting of the server at $1, and nothing more; prints its port.
cat >mute.py <<'END'
import socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
kept = []
while True:
    client, _ = listener.accept()
    server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.sendall(server.recv(4096))
    kept += [client, server]
END

make_mariadb
make_certificates >openssl.log 2>&1 || fail "openssl: $(cat openssl.log)"
port=$(free_port)
start_mariadb --skip-networking=0 --bind-address=127.0.0.1 --port="$port" --ssl-ca="$dir/ca.pem" \
    --ssl-cert="$dir/server.pem" --ssl-key="$dir/server.key"
echo "CREATE USER ann@'%' IDENTIFIED BY 'geheim' REQUIRE SSL" | sql
python3 mute.py "$port" >mute.port &
wait_for '[ -s mute.port ]'
# Newer clients take any name for 127.0.0.1, but not for this.
socat TCP-LISTEN:"$port",bind=127.0.0.2,reuseaddr,fork TCP:127.0.0.1:"$port" &
wait_for 'socat -u /dev/null TCP:127.0.0.2:$port 2>/dev/null'

config <<END
local mysql = require "reeve.mysql"
local function ask(name, options)
    options.host, options.port = options.host or "localhost", options.port or $port
    options.user, options.password = "ann", "geheim"
    local rows, why = mysql.connect(options):query("SHOW STATUS LIKE 'Ssl_cipher'")
    reeve.log("notice", "%s: %s", name, rows and #rows[1].Value > 0 and "encrypted" or why)
end
program "mute" { cmd = "sleep 1000", starttime = 0, on_start = function()
    ask("mute", { tls = true, ca_file = "$dir/ca.pem", port = $(cat mute.port), timeout = 60 })
end }
program "asker" { cmd = "sleep 1000", starttime = 0, autostart = false, on_start = function()
    ask("plain", {})
    ask("good", { tls = true, ca_file = "$dir/ca.pem" })
    ask("wrong name", { tls = true, ca_file = "$dir/ca.pem", host = "127.0.0.2" })
    ask("unknown authority", { tls = true })
    ask("insecure", { tls = true, insecure = true, host = "127.0.0.2" })
    ask("no such file", { tls = true, ca_file = "$dir/nowhere.pem" })
end }
END
run_reeve
reeve start asker >start.out
wait_for 'grep -q "no such file: " "$log"'
grep -q 'notice plain: .*Access denied' "$log" || fail 'a plain connection was taken'
grep -q 'notice good: encrypted' "$log" || fail 'the right certificate was refused'
grep -q 'notice insecure: encrypted' "$log" || fail 'insecure does not take any certificate'
for name in 'wrong name' 'unknown authority' 'no such file'; do
    grep -q "notice $name: .*(2026)" "$log" || fail "not refused: $name"
done
grep -q 'notice mute: ' "$log" && fail 'the mute server was not waited for'
assert_equal RUNNING "$(state mute)"

# Without certificates of its own the server cannot do what is asked.
stop_mariadb
start_mariadb --skip-networking=0 --bind-address=127.0.0.1 --port="$port" --skip-ssl
reeve restart asker >restart.out
wait_for 'test "$(grep -c "no such file: " "$log")" -eq 2'
test "$(grep -c 'notice good: .*(2026)' "$log")" -eq 1 || fail 'a server without TLS was taken'
