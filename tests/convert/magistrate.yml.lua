-- Made from magistrate.yml by `reeve convert`.

supervisor {
  state_dir = "tmp/pids",
}

require("reeve.magistrate").follow {
  url = "http://localhost:4567/magistrate/",
  name = "shop-" .. reeve.host,
  username = "joe",
  password = "open sesame",
}

program "mailer" {
  workingdir = "/srv/shop",
  cmd = "bundle exec rake mail >> log/mail.log",
  shell = true,
  autostart = false,
  detached = true,
  pidfile = "tmp/pids/mailer.pid",
  stoptime = 5,
  stdout = "discard",
  stderr = "discard",
}

program "web" {
  workingdir = "/srv/shop",
  cmd = "mongrel_rails start -d -p 3000",
  stop_cmd = "mongrel_rails stop",
  pidfile = "/srv/shop/tmp/pids/mongrel.pid",
  autostart = false,
  detached = true,
  forks = true,
  stoptime = 5,
  stdout = "discard",
  stderr = "discard",
}
