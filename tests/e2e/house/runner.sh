#!/bin/sh
# tests/run counts what passed and failed, and shows the output of failures only.
. "${0%/*}/../lib.sh"

echo 'echo good' >good.sh
echo 'echo bad; exit 3' >bad.sh
echo 'while :; do sleep 0.05; done' >endless.sh
cat >unit <<'END'
#!/bin/sh
echo "[==========] 4 test(s) run."
echo "[  PASSED  ] 3 test(s)."
echo "[  FAILED  ] 1 test(s), listed below:"
echo "[  FAILED  ] a_promise"
exit 1
END
chmod +x unit
run()
{
    LIMIT=1 RETRIES=${retries:-0} "$root/tests/run" "$@"
}
assert_status 0 run "$dir/good.sh"
assert_equal '1 passed, 0 failed' "$(run "$dir/good.sh" | tail -n 1)"
assert_status 1 run "$dir/good.sh" "$dir/bad.sh"
assert_equal '4 passed, 3 failed' "$(run "$dir/good.sh" "$dir/bad.sh" "$dir/endless.sh" "$dir/unit" | tail -n 1)"
expect_line 'not ok .*bad.sh .*status 3\)' run "$dir/bad.sh"
expect_line ' *bad' run "$dir/bad.sh"
run "$dir/good.sh" | grep -qx ' *good' && fail "the output of a good test is shown"
expect_line ' *ended after 1 s' run "$dir/endless.sh"

# One that passes at the second try is told of, where that is asked for.
echo 'test -e again || { touch again; echo at first; exit 1; }' >fickle.sh
assert_equal '0 passed, 1 failed' "$(run "$dir/fickle.sh" | tail -n 1)"
rm again
retries=1
run "$dir/fickle.sh" >fickle.out
expect_line 'ok  .*fickle.sh \(flaky\) .*' cat fickle.out
expect_line ' *at first' cat fickle.out
assert_equal '0 passed, 1 failed' "$(run "$dir/bad.sh" | tail -n 1)"
