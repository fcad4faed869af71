#!/bin/sh
# A life that ends while it reads a question, or answers it, leaves nobody waiting for ever.
. "${0%/*}/../lib.sh"

! is_sanitized || skip 'the sanitizers stand between reeve and its calls'
export REEVE PROGRAMS
PYTHONDONTWRITEBYTECODE=1 python3 "$e2e/faults/questions.py"
