#!/bin/sh
# Whoever reads one page of the manual finds all others, what it points to is there, and it fits on a terminal.
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

command -v man >/dev/null || skip 'there is no man'
for page in *.[1-8]; do
    MANWIDTH=80 man -l "$page" >"$dir/shown" 2>"$dir/warned"
    assert_equal '' "$(cat "$dir/warned")" "what man says of $page"
    wide=$(python3 -c 'import sys; print("".join(line for line in sys.stdin if len(line.rstrip()) > 80))' <"$dir/shown")
    assert_equal '' "$wide" "lines of $page that are too wide"
done
