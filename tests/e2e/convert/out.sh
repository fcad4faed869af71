#!/bin/sh
# What is converted goes where -o says: into a file at once and whole, and into a device, which stays one.
. "${0%/*}/../lib.sh"

echo 'web: sleep 1000' >Procfile
"$REEVE" convert Procfile >expected
grep -q 'program "web"' expected || fail "nothing is converted: $(cat expected)"

echo old >file.lua
"$REEVE" convert Procfile -o file.lua
cmp expected file.lua

ln -s /dev/stdout link
"$REEVE" convert Procfile -o link >said
cmp expected said
test -L link || fail '/dev/stdout would be a file now'

assert_status 1 "$REEVE" convert Procfile -o no/file.lua
assert_status 1 "$REEVE" convert Procfile -o .
