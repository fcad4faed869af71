-- The server and three boxes, each a reeve of its own: what `contrib/magistrate-server/demo` runs.
local folder = os.getenv("MAGISTRATE_DEMO") or "/tmp/magistrate-demo"

supervisor { control = "unix:" .. folder .. "/sock" }

include "supervisor.lua"

for _, box in ipairs { "box-1", "box-2", "box-3" } do
    program(box) {
        cmd = function()
            local here = reeve.settings().file:match("^(.*)/")
            local address = "unix:" .. folder .. "/" .. box .. ".sock"
            return { os.getenv("REEVE") or "reeve", "run", "-c", here .. "/box.lua", "-s", address }
        end,
        env = { BOX = box, BOX_STATE = folder .. "/" .. box },
        after = "magistrate",
        stdout = { path = folder .. "/log" },
        stderr = "stdout",
    }
end
