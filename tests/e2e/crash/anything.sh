#!/bin/sh
# Whatever users, files and hooks do at whatever moment, reeve lives, answers, runs nothing twice, ends in time and leaves
# nobody. ANYTHING_SEED is where the steps come from, of which there are ANYTHING_STEPS.
. "${0%/*}/../lib.sh"

export REEVE
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/crash/anything.py" "${ANYTHING_SEED:-7}" "${ANYTHING_STEPS:-120}" ||
    fail "ANYTHING_SEED=${ANYTHING_SEED:-7} ANYTHING_STEPS=${ANYTHING_STEPS:-120} tests/e2e/run crash/anything"
