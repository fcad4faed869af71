#!/bin/sh
# Whoever reads one page of the manual finds all others, and what it points to is there.
. "${0%/*}/../lib.sh"

cd "$root/contrib/man"
for page in *.[1-8]; do
    name=${page%.*} section=${page##*.}
    grep -qx "\.Dt $(echo "$name" | tr '[:lower:]' '[:upper:]') $section" "$page" || fail "$page has another title"
    test "$page" = reeve.1 || grep -qE "^\\.Xr $name $section( ,)?\$" reeve.1 || fail "reeve(1) does not name $page"
    sed -n 's/^\.Xr \(reeve[^ ]*\|supervisor.lua\) \([1-8]\).*/\1.\2/p' "$page" >"$dir/named"
    while read -r named; do
        test -f "$named" || fail "$page speaks of $named, which is not there"
        test "$named" != "$page" || fail "$page speaks of itself"
    done <"$dir/named"
done
