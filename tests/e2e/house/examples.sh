#!/bin/sh
# The examples are in one reading order, which their README lists; each says how it is run, by its own name.
. "${0%/*}/../lib.sh"

cd "$root/examples"
printf '%s\n' *.lua >"$dir/there"
assert_equal "$(cat "$dir/there")" "$(sed -n 's/^| `\([^`]*\.lua\)` .*/\1/p' README.md)" 'what the README lists'
assert_equal '' "$(sed -n 's/^\([0-9]*\)-.*/\1/p' "$dir/there" | uniq -d)" 'numbers that two have'

while read -r example; do
    others=$(grep -o 'examples/[0-9a-z-]*\.lua' "$example" | grep -vFx "examples/$example") || continue
    fail "$example calls itself $others"
done <"$dir/there"

grep -hor 'examples/[0-9a-z-]*\.lua' "$root/README.md" "$root/contrib" "$root/lua" >"$dir/named"
while read -r named; do
    test -f "$root/$named" || fail "somebody speaks of $named, which is not there"
done <"$dir/named"
