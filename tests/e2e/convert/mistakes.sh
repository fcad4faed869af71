#!/bin/sh
# A foreign file with mistakes is refused with all of them, by place, whoever reads it.
. "${0%/*}/../lib.sh"

cat >bad.yaml <<'END'
programs:
  web:
    cmd: sleep 1000
    umask: 089
    autostrat: yes
    numprocs: 1
    numprocs: 2
  db:
    stopsignal: HOPE
END
assert_status 1 "$REEVE" convert bad.yaml
for command in 'convert bad.yaml' 'check -c bad.yaml' 'plan -c bad.yaml' 'run -c bad.yaml'; do
    # shellcheck disable=SC2086 # words
    "$REEVE" $command >said 2>&1 && fail "$command takes it"
    for line in 'bad.yaml:4: .*089.*' "bad.yaml:5: .*did you mean 'autostart'.*" 'bad.yaml:7: .*twice.*' \
        'bad.yaml:8: .*no cmd' 'bad.yaml:9: .*HOPE.*'; do
        grep -Eq "$line" said || fail "$command does not say '$line' but: $(cat said)"
    done
done

# What only the plan can know is told by the foreign file's lines as well.
printf '[program:web]\ncommand = sleep 1000\n\nuser = nobody-of-that-name\n' >user.ini
"$REEVE" convert user.ini >/dev/null
assert_status 1 "$REEVE" check -c user.ini
"$REEVE" check -c user.ini 2>&1 | grep -q "user.ini:4: .*nobody-of-that-name" || fail "the user has no place"
