-- Made from taskmaster.yaml by `reeve convert`.

supervisor {
  -- taskmaster.yaml:2: port 7279 is not opened; for a port of this host add
  --   control = { "unix:/run/reeve.sock", "tcp:127.0.0.1:7279" }, open = true,
  log = { "stderr", "taskmaster.log" },
  -- taskmaster.yaml:5: email is not carried over; for mail add, outside of this table,
  --   require("reeve.alert").email { to = "ops@example.com" }
}

program "nginx" {
  cmd = "/usr/sbin/nginx -c /etc/nginx/test.conf -g 'daemon off;'",
  -- taskmaster.yaml:19: numprocs was -1, which a taskmaster reads as 1
  numprocs = 1,
  autorestart = "unexpected",
  -- taskmaster.yaml:23: exitcodes was '-0 -2', read as a list; write `- 0` with a blank, or [0, 2]
  exitcodes = { 0, 2 },
  startretries = 3,
  starttime = 5,
  stopsignal = "TERM",
  stoptime = 10,
  stdout = "/tmp/nginx.stdout",
  stderr = "discard",
  umask = "022",
  autostart = true,
  env = { STARTED_BY = "taskmaster", ANSWER = "042" },
}

program "list-files" {
  -- taskmaster.yaml:31: 'list files' is not a name in reeve; here it is 'list-files'
  cmd = { "ls", "-l", "a file", "110" },
  autorestart = "never",
  stopsignal = "INT",
}

program "chatty" {
  cmd = 'sh -c "while :; do echo привет; sleep 1; done"',
  numprocs = 3,
  -- taskmaster.yaml:39: auto_restart was on-failure:5; the limit counts restarts within
  -- respawn_interval
  respawn_limit = 5,
  autorestart = "unexpected",
  stdout = { path = "/tmp/chatty.log", max_size = "1MB" },
}
