-- A box that runs what its server says: see `man 7 reeve-magistrate`.
--
--     contrib/magistrate-server/demo           -- the server with its page, and this box
--     build/reeve run -c examples/15-magistrate.lua

supervisor {
  name = "box-1",
  state_dir = "/tmp/reeve-box-1",   -- what the server said last is kept here, for the time when it is gone
}

for _, name in ipairs { "web", "mail", "search" } do
  program(name) {
    cmd = "sleep 1000",
    autostart = false,              -- not before the server has said so
    starttime = 0,
  }
end

require("reeve.magistrate").follow {
  url = os.getenv("MAGISTRATE_URL") or "http://127.0.0.1:9292/",
  interval = 5,
}
