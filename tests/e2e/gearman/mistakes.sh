#!/bin/sh
# What is wrong with a call of supervise is told with file and line, and nobody is contacted.
. "${0%/*}/../lib.sh"

config <<'END'
local gearman = require "reeve.gearman"
gearman.supervise {
    servrs = { "127.0.0.1" },
    servers = { "not a host:1" },
    functions = {
        { name = "a", executor = "bin/a" },
        { ns = "n", executor = "/bin/a" },
        { name = "b", executor = "/bin/b", concurency = 3 },
        { name = "c", executor = "/bin/c" },
        { name = "c", executor = "/bin/d" },
        { name = "with blank", executor = "/bin/d" },
        { name = "a\127b", executor = "/bin/d" },
    },
    max_output = "many",
    failure = "panic",
    user = "nobody-of-this-name",
    workdir = "tmp",
    env = { A = {} },
}
gearman.supervise { timeout = -1 }
END
assert_status 1 "$REEVE" check
said=$("$REEVE" check 2>&1) || true
expect()
{
    printf '%s\n' "$said" | grep -qE -- "^.*supervisor.lua:$1" || fail "no '$1' in: $said"
}
expect "3: gearman: unknown setting 'servrs', did you mean 'servers'\?"
expect "4: gearman: 'servers': .*not a host:1"
expect "5: gearman: 'functions': function 1 'a': 'executor' must be an absolute path, not 'bin/a'; "
expect "5: .*; function 2: 'name' is missing \(or 'ns' and 'method'\); "
expect "5: .*; function 3 'b': unknown setting 'concurency', did you mean 'concurrency'\?; "
expect "5: .*; function 5 'c': this name stands there twice"
expect "5: .*; function 6 'with blank': 'name' has a blank or a control character in it"
expect "5: .*; function 7 .*: 'name' has a blank or a control character in it"
expect "14: gearman: 'max_output': .*many"
expect "15: gearman: 'failure' must be .warning. or .exception., not .panic."
expect "16: gearman: 'user': there is no user 'nobody-of-this-name'"
expect "17: gearman: 'workdir' must be an absolute path, not 'tmp'"
expect "18: gearman: 'env.*"
expect "20: gearman: 'functions' is missing"
expect "20: gearman: 'timeout': "

# A zero byte would end the name on its way to the server, and begin another argument.
config <<'END'
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:1" },
    functions = { { name = "a\0b", executor = "/bin/a" }, { ns = "n\0", method = "m", executor = "/bin/a" } },
}
END
assert_status 1 "$REEVE" check
said=$output
expect "3: gearman: 'functions\[1\].name': the text has a zero byte in it"
expect "3: gearman: 'functions\[2\].ns': the text has a zero byte in it"

config <<'END'
require("reeve.gearman").supervise(3)
END
assert_status 1 "$REEVE" check
config <<'END'
require("reeve.gearman").supervise {
    servers = { "127.0.0.1:1" },
    functions = function() error("nobody calls me") end,
}
END
assert_status 0 "$REEVE" check

# A table that cannot be is told at the line of the file, not of the library.
for options in '{ tabel = "x" }' '{ socket = "/s", host = "h" }' '{ table = "a b" }' '{ table = {} }' '5'; do
    printf 'local gearman = require "reeve.gearman"\n\ngearman.supervise { functions = gearman.from_mysql(%s) }\n' "$options" \
        >supervisor.lua
    assert_status 1 "$REEVE" check
    said=$output
    expect "3: from_mysql: "
done
