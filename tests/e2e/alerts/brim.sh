#!/bin/sh
# Hooks that have eaten all the memory they may, or loop, keep no alert from going out.
. "${0%/*}/servers"

serve_mail
config <<END
supervisor { hook_memory = "4MB", hook_time = 0.1 }
require("reeve.alert").email { to = "ops@example.com", server = "127.0.0.1:$mail_port", digest = 0 }
local hoard = {}
local function eat()
  for _, size in ipairs { 1 << 20, 1 << 16, 1 << 12, 1 << 8, 1 << 4 } do
    while pcall(function() hoard[#hoard + 1] = ("x"):rep(size) .. #hoard end) do end
  end
  reeve.log("notice", "full")
end
program "hog" { cmd = "until [ -e $dir/go ]; do sleep 0.05; done; echo bye; exit 3", shell = true, starttime = 0,
  autorestart = false, on_start = eat, on_exit = function() while true do end end }
END
run_reeve
wait_for 'grep -q "full\|hook on_start of hog" log'
touch go
wait_for '[ -e mails/1 ]'
subjects >all
grep -q 'hog crashed: exited with status 3' all || fail "$(cat all)"
body_of 1 | grep -qx '    bye' || fail "$(body_of 1)"
expect_line 'email to ops@example.com: sent' reeve alert test
