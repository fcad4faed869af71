-- Record every exit in a table. While the database is away nobody waits for it, and the log says what was lost.
--
--     CREATE TABLE exits (id INT AUTO_INCREMENT PRIMARY KEY, at DATETIME, host VARCHAR(255), process VARCHAR(80),
--         reason VARCHAR(255), uptime DOUBLE);
--
--     DB_PASSWORD=secret build/reeve run -c examples/17-database.lua

local mysql = require "reeve.mysql"

-- Nobody is asked before the first query.
local db = mysql.connect {
  host = os.getenv("DB_HOST") or "127.0.0.1",
  user = "reeve",
  password = os.getenv("DB_PASSWORD"),
  database = "reeve",
  timeout = 10,
}

on("exit", function(event)
  local done, why = db:query("INSERT INTO exits (at, host, process, reason, uptime) VALUES (?, ?, ?, ?, ?)",
    os.date("!%Y-%m-%d %H:%M:%S", math.floor(event.at)), reeve.host, event.process.name, event.exit.reason,
    event.exit.uptime)
  if not done then reeve.log("warning", "an exit is not recorded: %s", why) end
end)

program "web" { cmd = { "sh", "-c", "sleep 20; exit 1" }, autorestart = true }
