-- A deployment as a task: wait for a new release, test it, restart one process after the other, go back if it fails.
--
--     mkdir -p /tmp/demo/releases/1 && ln -sfn releases/1 /tmp/demo/current
--     build/reeve run -c examples/10-deploy.lua
--     mkdir /tmp/demo/releases/2 && echo 2 > /tmp/demo/wanted

local root = "/tmp/demo"

local function read_line(path)
    local file = io.open(path)
    if not file then return nil end
    local line = file:read("l")
    file:close()
    return line
end

local function point_to(release)
    local link = { "ln", "-sfn", "releases/" .. release, root .. "/current" }
    local done = assert(reeve.exec { cmd = link, timeout = 5 })
    return done.code == 0 or error(done.stderr)
end

local function roll_out(release)
    local found = assert(reeve.exec { cmd = { "test", "-d", root .. "/releases/" .. release } })
    if found.code ~= 0 then return nil, "there is no such release" end
    point_to(release)
    return reeve.command("restart --rolling app")
end

local function deploy(release, before)
    reeve.log("notice", "deploying %s", release)
    local good, why = roll_out(release)
    if good then
        reeve.store.release = release
        reeve.emit("deployed", { release = release })
        return
    end
    reeve.log("err", "release %s: %s; back to %s", release, why, before)
    roll_out(before)
end

local refused

reeve.every(1, function()
    local wanted, now = read_line(root .. "/wanted"), reeve.store.release or "1"
    if not wanted or wanted == now or wanted == refused then return end
    deploy(wanted, now)
    refused = reeve.store.release ~= wanted and wanted or nil
end)

on("deployed", function(event) reeve.log("notice", "release %s is live", event.release) end)

program "app" {
    cmd = "sleep 1000",
    numprocs = 3,
    before_stop = function(process)
        reeve.log("info", "%s: draining", process.name)
        reeve.sleep(0.5)
    end,
}
