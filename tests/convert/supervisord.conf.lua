-- Made from supervisord.conf by `reeve convert`.
-- supervisord.conf:2: [unix_http_server] /run/supervisor.sock is not carried over: reeve is
-- controlled through its own socket, see `control`

supervisor {
  log = { "stderr", "/var/log/supervisord.log" },
  -- supervisord.conf:9: user = root: reeve stays who starts it
  env = { STAGE = "production" },
  stop_timeout = 3620,
}

program "php-fpm" {
  cmd = "/usr/sbin/php-fpm -F",
  first_index = 0,
  autorestart = true,
  stop_to = "process",
  priority = 5,
  stdout = "inherit",
  stderr = "stdout",
}

program "queue" {
  cmd = function(p) return ("php artisan queue:work --queue=high,low --name=%02d"):format(p.index) end,
  -- supervisord.conf:22: process_name = %(program_name)s_%(process_num)02d: reeve calls its
  -- processes by the program and a number
  numprocs = 4,
  first_index = 0,
  user = "www-data",
  env = function(p) return { PORT = ("80%02d"):format(p.index), LEVEL = "100%, at production" } end,
  stoptime = 3600,
  stop_to = "process",
  stdout = function(p) return { path = ("/var/log/queue-%d.log"):format(p.index), max_size = "50MB", backups = 10 } end,
}

-- supervisord.conf:31: [eventlistener:watch] is not carried over: reeve tells hooks what happens,
-- on("exit", function(event) … end), and ends with a program that is essential = true, or one
-- that it gives up, on_giveup = "shutdown"
-- supervisord.conf:32:   command = /usr/local/bin/watch
-- supervisord.conf:33:   events = PROCESS_STATE_FATAL

program "nginx" {
  cmd = 'nginx -g "daemon off; error_log stderr;"',
  first_index = 0,
  stop_to = "group",
  -- nginx.conf:5: both streams went to /var/log/nginx.log
  stdout = { path = "/var/log/nginx.log", max_size = "50MB", backups = 10 },
  stderr = "stdout",
}

group "site" { "php-fpm", "queue", "nginx" }
