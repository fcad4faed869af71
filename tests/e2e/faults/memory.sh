#!/bin/sh
# Wherever memory is asked for there is none, once: what cannot go on without it goes on in another life, with all programs.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
export REEVE PROGRAMS
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/loop.py" memory CALM,BUSY memory "${FAULTS_SHARE:-12}"
