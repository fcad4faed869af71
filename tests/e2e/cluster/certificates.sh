#!/bin/sh
# etcd by TLS, which asks for certificates: a box shows its own, also along with an account.
. "${0%/*}/etcd.inc"

make_certificate()
{
    openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj /O=boxes -config minimal.conf 2>>openssl.log
    openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -set_serial "$2" -days 2 -out "$1.pem" -extfile extensions \
        2>>openssl.log
}

printf '[req]\ndistinguished_name = name\n[name]\n' >minimal.conf
printf 'subjectAltName = IP:127.0.0.1\nextendedKeyUsage = serverAuth, clientAuth\n' >extensions
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=boxes -addext keyUsage=critical,keyCertSign -days 2 2>>openssl.log
make_certificate etcd 1
make_certificate box 2
cat box.pem box.key >both.pem

# shellcheck disable=SC2034 # for etcd.inc
etcd_tls="$dir/ca.pem $dir/box.pem $dir/box.key"
start_etcd --cert-file etcd.pem --key-file etcd.key --client-cert-auth --trusted-ca-file ca.pem
cat >box.lua <<END2
supervisor { name = os.getenv("BOX") }
program "one" { cmd = { "sh", "-c", "$at exec sleep 1000" }, scope = "cluster", stoptime = 1, starttime = 0,
  autostart = os.getenv("BOX") == "one" }
program "web" { cmd = "sleep 1000", starttime = 0 }
local shown = {
  one = { cert_file = "$dir/box.pem", key_file = "$dir/box.key" },
  two = { cert_file = "$dir/both.pem", username = "boxes", password = "a word" },
  three = {},
}
local mine = shown[os.getenv("BOX")]
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = 6, ca_file = "$dir/ca.pem",
  cert_file = mine.cert_file, key_file = mine.key_file, username = mine.username, password = mine.password }
END2

start_box one
wait_long 'has_one one'
put targets/one/web stopped
wait_long 'test "$(state_on one web)" = STOPPED'
start_box three
wait_long 'grep -q "the lease at https://127.0.0.1:[0-9]*/ is not renewed: no TLS with 127.0.0.1:" three.log'
assert_equal '' "$(get nodes/three)"

# Whoever has a certificate only is nobody where there are accounts.
ask_etcd auth/role/add '{ "name": "root" }'
for name in root boxes; do
    ask_etcd auth/user/add "{ \"name\": \"$name\", \"password\": \"a word\" }"
    ask_etcd auth/user/grant "{ \"user\": \"$name\", \"role\": \"root\" }"
done
ask_etcd auth/enable '{}'
# shellcheck disable=SC2034
etcd_user='root:a word'
start_box two
wait_long 'test -n "$(get nodes/two)"'
put targets/two/web stopped
wait_long 'test "$(state_on two web)" = STOPPED'
