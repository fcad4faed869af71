#!/bin/sh
# Each call of the system behind readiness, workers, hooks, daemons and a reload fails in turn, once and for a while: reeve
# lives, says what is lost, and has all its programs, and no descriptor more, when it is over.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
export REEVE PROGRAMS
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/loop.py" busy BUSY calls "${FAULTS_SHARE:-6}"
