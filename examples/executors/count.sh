#!/bin/sh
# Counts the lines and bytes of a job's data: EXECUTOR FUNCTION UNIQUE BYTES, the data on stdin.
if [ "$1" = --caps ]; then
    echo '{"type":"caps","caps":["single"]}'
    exit
fi
cat >data # in a folder that is this job's alone
echo '{"type":"progress","numerator":1,"denominator":2}'
printf '{"type":"complete","lines":%d,"bytes":%d}\n' "$(wc -l <data)" "$3"
