-- A box of the demonstration: three programs that run when the server says so.
supervisor { name = os.getenv("BOX") or "box", state_dir = os.getenv("BOX_STATE") or "/tmp/magistrate-box" }

for _, name in ipairs { "web", "mail", "search" } do
    program(name) { cmd = "sleep 100000", autostart = false, starttime = 0 }
end

require("reeve.magistrate").follow {
    url = os.getenv("MAGISTRATE_URL") or "http://127.0.0.1:9292/",
    interval = 2,
}
