#!/bin/sh
# Where etcd has accounts a box says its name and its password, gets a token, and another one when that is too old, when
# etcd has started anew, and when accounts are new. A wrong password is told, and the password never.
. "${0%/*}/etcd.inc"

grant_accounts()
{
    for name in root boxes; do
        ask_etcd auth/user/add "{ \"name\": \"$name\", \"password\": \"word of $name\" }"
        ask_etcd auth/role/add "{ \"name\": \"$name\" }"
        ask_etcd auth/user/grant "{ \"user\": \"$name\", \"role\": \"$name\" }"
    done
    ask_etcd auth/role/grant "{ \"name\": \"boxes\", \"perm\": { \"permType\": \"READWRITE\",
        \"key\": \"$(printf /reeve/ | base64)\", \"range_end\": \"$(printf /reeve0 | base64)\" } }"
    ask_etcd auth/enable '{}'
    etcd_user='root:word of root'
}

start_etcd --auth-token-ttl 1
cat >box.lua <<END2
supervisor { name = os.getenv("BOX") }
program "one" { cmd = { "sh", "-c", "$at exec sleep 1000" }, scope = "cluster", stoptime = 1, starttime = 0 }
program "web" { cmd = "sleep 1000", starttime = 0 }
require("reeve.magistrate").follow { etcd = os.getenv("ETCD"), lease = 6, username = "boxes",
  password = os.getenv("BOX") == "two" and "no word" or "word of boxes" }
END2

# What the keys say is done, and reported.
obeys()
{
    put targets/one/web "$1"
    wait_long "test \"\$(state_on one web)\" = $2"
    wait_long "test \"\$(get status/one | json 'r[\"workers\"][\"web\"][\"state\"]')\" = $1"
}

# Accounts are new.
start_box one
wait_long 'has_one one'
obeys stopped STOPPED
first=$(on_box one pid one)
grant_accounts
(
    etcd_user=''
    assert_status 1 ask_etcd get targets/one/web
)
obeys running RUNNING
wait_for 'test "$(get locks/one)" = one'

# A token lives for a second after its last use; the lease is renewed each two.
until=$(($(date +%s) + 4))
wait_for 'test "$(date +%s)" -ge $until'
obeys stopped STOPPED

# A wrong password is no reason to do anything. Afterwards the account is one for others too.
start_box two
wait_long "grep -q \"it does not let 'boxes' in: .*authentication failed\" two.log"
assert_equal RUNNING "$(state_on two web)" 'without a word from etcd'
assert_equal '' "$(get nodes/two)"

# etcd has forgotten all tokens.
stop_etcd
start_etcd --auth-token-ttl 1
obeys running RUNNING
assert_equal "$first" "$(on_box one pid one)" 'a program of the cluster meanwhile'
on_box one show web >shown
! grep -l 'word of boxes\|no word' ./*.log shown || fail 'a password is in there'
