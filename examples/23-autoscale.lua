-- As many processes as there is work: a number says how many are wanted.
--
--     build/reeve run -c examples/23-autoscale.lua
--     touch /tmp/reeve-queue/{1..40}           -- work comes
--     build/reeve events -f

local autoscale = require "reeve.autoscale"

local folder = "/tmp/reeve-queue"

program "work" {
  cmd = { "sh", "-c", "mkdir -p " .. folder .. " && cd " .. folder .. [[ || exit 1
    while :; do
      job=$(ls | head -n 1)
      [ -z "$job" ] || { rm -f "$job"; echo "did $job"; }
      sleep 1
    done]] },
}

autoscale {
  program = "work",
  every = "1s",
  min = 1, max = 8,
  -- Nobody is sent home because of a short lull.
  down_after = "10s",
  want = function()
    local list = reeve.exec { cmd = { "ls", folder } }
    local _, jobs = (list and list.stdout or ""):gsub("\n", "")
    return jobs / 5
  end,
}
