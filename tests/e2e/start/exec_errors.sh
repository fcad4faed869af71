#!/bin/sh
# A start that fails says which step failed and why.
. "${0%/*}/../lib.sh"

touch not_executable
printf '#!/nonexistent/interpreter\n' >no_interpreter
chmod +x no_interpreter
config <<'END'
local function fails(name, settings)
    settings.autostart, settings.startretries = false, 0
    program(name)(settings)
end
fails("missing", { cmd = "/nonexistent/program" })
fails("nowhere", { cmd = "sleep 1000", workingdir = "/nonexistent" })
fails("forbidden", { cmd = os.getenv("E2E_DIR") .. "/not_executable" })
fails("script", { cmd = os.getenv("E2E_DIR") .. "/no_interpreter" })
fails("unwritable", { cmd = "sleep 1000", stdout = "/nonexistent/file" })
fails("no_env_file", { cmd = "sleep 1000", env_file = "/nonexistent/env" })
fails("nothing", { cmd = function() end })
fails("empty", { cmd = function() return {} end })
fails("job", { cmd = "/nonexistent/program", oneshot = true })
END
run_reeve
expect_line "missing: ERROR \(.*/nonexistent/program.*No such file or directory.*\)" reeve start missing
expect_line "nowhere: ERROR \(.*chdir to '/nonexistent': No such file or directory.*\)" reeve start nowhere
expect_line 'forbidden: ERROR \(.*Permission denied.*\)' reeve start forbidden
expect_line 'script: ERROR \(.*No such file or directory.*\)' reeve start script
expect_line 'unwritable: ERROR \(.*/nonexistent/file.*No such file or directory.*\)' reeve start unwritable
expect_line 'no_env_file: ERROR \(.*/nonexistent/env.*\)' reeve start no_env_file
expect_line 'missing +FATAL +.*No such file or directory.*' reeve status missing
expect_line 'nothing: ERROR \(exec: cmd: .*supervisor.lua:[0-9]+: the function has returned nothing to run\)' reeve start nothing
expect_line "empty: ERROR \(exec: cmd: .*supervisor.lua:[0-9]+: 'cmd' is empty.*\)" reeve start empty
expect_line 'job: ERROR \(.*No such file or directory.*\)' reeve start job
expect_line 'job +FATAL +.*No such file or directory.*' reeve status job
assert_status 1 reeve start missing nowhere
grep -q "nowhere.*chdir to '/nonexistent'" "$log" || fail "the log does not tell the step"
