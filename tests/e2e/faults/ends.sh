#!/bin/sh
# Each call of the system behind an end of reeve, orderly or not, and behind what it begins with then, fails in turn: it says why
# it ends, or it lives; and once nothing fails any more, all is there.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
export REEVE PROGRAMS
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/loop.py" ends ENDS calls "${FAULTS_SHARE:-9}"
