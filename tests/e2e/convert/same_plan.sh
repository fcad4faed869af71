#!/bin/sh
# A foreign file given to -c, included, or converted first leads to the same plan.
. "${0%/*}/../lib.sh"

export REEVE_FIXTURE_QUEUE=high,low
cp -R "$root/tests/convert" fixtures
cp -R "$root/tests/convert/app/.env" fixtures/app/

# Functions are told by their place, which differs.
plan()
{
    "$REEVE" plan --json -c "$1" | sed 's/{"function":"[^"]*"}/{"function":""}/g'
}

for file in fixtures/taskmaster.yaml fixtures/supervisord.conf fixtures/app/Procfile fixtures/magistrate.yml; do
    "$REEVE" convert "$file" -o converted.lua
    plan "$file" >direct
    plan converted.lua >converted
    cmp direct converted || fail "$file: the plan of its Lua is another one"
    echo "include '$file'" >including.lua
    plan including.lua >included
    cmp direct included || fail "$file: the plan is another one when it is included"
    expect_line '.*"programs":\[\{.*' cat direct
done
