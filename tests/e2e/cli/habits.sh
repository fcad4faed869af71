#!/bin/sh
# Who says a word of another supervisor is told the verb or the setting that reeve has for it, and there is such a one.
. "${0%/*}/../lib.sh"

# "WORD OURS" of each row of a table.
rows_of()
{
    sed -n "/struct habit $1\[\]/,/^};/s/^    { \"\([^\"]*\)\", \"\(.*\)\" },\$/\1 \2/p" "$root/src/core/habit.c" | sed 's/\\"/"/g'
}

rows_of verbs >verbs.txt
test "$(wc -l <verbs.txt)" -gt 40 || fail "the table of verbs has not been found"
while read -r word ours; do
    assert_status 2 timeout 30 "$REEVE" "$word" all
    case $output in
    *"there is no command '$word': did you mean '$ours'?"*) ;;
    *) fail "'$word' is not translated: $output" ;;
    esac
    verb=${ours#reeve }
    assert_status 0 timeout 30 "$REEVE" help "${verb%% *}"
done <verbs.txt

# What is proposed is a setting of the table in which the word stood.
rows_of settings >settings.txt
test "$(wc -l <settings.txt)" -gt 60 || fail "the table of settings has not been found"
while read -r word ours; do
    config <<END
supervisor { $word = 1 }
program "web" { cmd = "true", $word = 1, stdout = { $word = 1 }, health = { tcp = "127.0.0.1:1", $word = 1 } }
END
    "$REEVE" check >answer 2>&1 || true
    grep -qF "unknown setting '$word', did you mean '$ours'?" answer ||
        fail "'$word' is not translated into '$ours': $(cat answer)"
    config <<END
supervisor { ${ours%% *} = {} }
program "web" { cmd = "true", ${ours%% *} = {}, stdout = { ${ours%% *} = {} }, health = { ${ours%% *} = {} } }
END
    "$REEVE" check >answer 2>&1 || true
    unknown=$(grep -cF "unknown setting '${ours%% *}'" answer || true)
    test "$unknown" -lt 4 || fail "there is no setting '${ours%% *}' anywhere: $(cat answer)"
done <settings.txt

# A file is told from a verb.
expect_line '.*a file is run by .reeve run -c FILE.*' timeout 30 "$REEVE" supervisor.lua
