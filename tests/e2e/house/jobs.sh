#!/bin/sh
# `make jobs` shows what it promises: reeve runs a database and a job server, and every one of many jobs has its result.
. "${0%/*}/../lib.sh"

for tool in mariadbd mariadb-install-db mariadb gearmand gearman; do
    PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || skip "no $tool"
done
said=$(JOBS=40 REEVE=$REEVE "$root/contrib/demo-jobs" </dev/null 2>&1) || fail "the demonstration failed: $said"
for expected in '40 results in' 'gearman:count +RUNNING +0/4 jobs, 40 done, 0 failed' \
    'gearman:count +RUNNING +0/16 jobs' 'reeve ends with status 0'; do
    printf '%s\n' "$said" | grep -qE "$expected" || fail "no '$expected' in: $said"
done
