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
expect "13: gearman: 'max_output': .*many"
expect "14: gearman: 'failure' must be .warning. or .exception., not .panic."
expect "15: gearman: 'user': there is no user 'nobody-of-this-name'"
expect "16: gearman: 'workdir' must be an absolute path, not 'tmp'"
expect "17: gearman: 'env.*"
expect "19: gearman: 'functions' is missing"
expect "19: gearman: 'timeout': "

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
