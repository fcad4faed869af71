#!/bin/sh
# Each call of the system behind an upgrade, and behind what follows a crash, fails in turn: the old life goes on and says
# why, or another one comes, with all programs.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
export REEVE PROGRAMS
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/loop.py" lives LIVES calls "${FAULTS_SHARE:-3}"
