#!/bin/sh
# `make demo` shows what it promises: a crash that backs off, a hook that reports it, a replaced process, a reload.
. "${0%/*}/../lib.sh"

said=$(REEVE=$REEVE "$root/contrib/demo" </dev/null 2>&1) || fail "the demonstration failed: $said"
for expected in 'broken +FATAL' 'crashing +BACKOFF' 'the hook reports: crashing exited with status 3' 'pool:4 +RUNNING' \
    'removed: broken' 'reeve ends with status 0'; do
    printf '%s\n' "$said" | grep -qE "$expected" || fail "no '$expected' in: $said"
done
