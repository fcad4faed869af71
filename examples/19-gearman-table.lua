-- Gearman jobs whose functions stand in a table. Reeve runs the database and the job server, too; `make jobs` shows it.
--
--     build/reeve run -c examples/19-gearman-table.lua     in the folder that examples is in
--     echo 'to be or not to be' | gearman -p 4732 -f text::words
--     mariadb -S /tmp/reeve-jobs/sock -u root jobs -e 'UPDATE gearman_functions SET concurrency = 8'

local gearman = require "reeve.gearman"

local here = (os.getenv("PWD") or "") .. "/examples"
local place = os.getenv("JOBS_PLACE") or "/tmp/reeve-jobs"
local server = "127.0.0.1:" .. (os.getenv("JOBS_PORT") or "4732")

supervisor { env = { HERE = here, PLACE = place, PATH = "/usr/sbin:/usr/local/bin:/usr/bin:/bin" } }

-- A database is made once, and belongs to whoever runs this.
program "make-database" {
    shell = true, oneshot = true, starttime = 0,
    cmd = [[test -d "$PLACE/data" || { mkdir -p -m 700 "$PLACE" && mariadb-install-db --no-defaults \
    --user="$(id -un)" --datadir="$PLACE/data" --auth-root-authentication-method=normal --skip-test-db; }]],
}

program "mariadbd" {
    after = { "make-database" },
    shell = true,
    cmd = [[exec mariadbd --no-defaults --user="$(id -un)" --datadir="$PLACE/data" --socket="$PLACE/sock" \
    --skip-networking --innodb-buffer-pool-size=16M]],
    ready = { unix = place .. "/sock" },
}

program "make-table" {
    after = { "mariadbd" },
    shell = true, oneshot = true, starttime = 0,
    cmd = [[set -e
    mariadb="mariadb --no-defaults --socket=$PLACE/sock --user=root"
    $mariadb -e "CREATE DATABASE IF NOT EXISTS jobs"
    $mariadb jobs <"$HERE/gearman_functions.sql"
    $mariadb jobs -e "INSERT IGNORE INTO gearman_functions (name, ns, method, executor, concurrency, timeout) VALUES
      ('count', NULL, NULL, '$HERE/executors/count.sh', 4, 60),
      (NULL, 'text', 'words', '$HERE/executors/words.py', 2, 10)"]],
}

program "gearmand" {
    cmd = "gearmand --listen=127.0.0.1 --log-file=stderr --port=" .. server:match("%d+$"),
    ready = { tcp = server },
}

gearman.supervise {
    servers = { server },
    env = { PATH = "/usr/local/bin:/usr/bin:/bin", LANG = "C.UTF-8" },
    functions = gearman.from_mysql { socket = place .. "/sock", user = "root", database = "jobs" },
    reload_interval = 10,
}

-- The table is asked again every ten seconds, and at once when it has been made.
on("exit", "make-table", function(event)
    if event.exit.code == 0 then reeve.command("refresh") end
end)
