#!/bin/sh
# Every call that src/os makes of the system can be made to fail by tests/preload/faults.c, or is spared for a reason.
. "${0%/*}/../lib.sh"

command -v nm >/dev/null || skip 'there is no nm'
objects=${REEVE%/*}/obj
nm --defined-only -g "$objects"/*/*.o "$objects"/*/*/*.o 2>"$dir/null" | awk 'NF == 3 { print $3 }' | sort -u >ours
nm -D --defined-only "$PROGRAMS/faults.so" | awk '{ print $3 }' | sort -u >wrapped
nm -u "$objects"/os/*.o | awk '$1 == "U" { print $2 }' | sort -u | comm -23 - ours >called
test "$(count_lines called)" -gt 50 || fail 'there are hardly any calls'
grep -v '^#' "$e2e/faults/spared.txt" >patterns
set -f
is_spared()
{
    # shellcheck disable=SC2013 # words are what is wanted
    for pattern in $(cat patterns); do
        # shellcheck disable=SC2254 # a pattern is what is wanted
        case $1 in
        $pattern) return ;;
        esac
    done
    return 1
}
comm -23 called wrapped | while read -r name; do
    is_spared "$name" || echo "$name"
done >missing
test ! -s missing || fail "neither wrapped in tests/preload/faults.c nor in spared.txt: $(paste -sd ' ' missing)"
# And what is spared is not wrapped, or the reason would be wrong.
while read -r name; do
    ! is_spared "$name" || echo "$name"
done <wrapped >both
test ! -s both || fail "both wrapped and spared: $(paste -sd ' ' both)"
