-- Made from Procfile by `reeve convert`.
-- foreman ends everything when one process ends; here each one is restarted by itself.
-- `essential = true` in a program brings that back.

-- PORT as foreman counts it: 100 more for each line, 1 more for each further process.
local port = tonumber(os.getenv("PORT")) or 3000

-- From .env. What the environment says already wins.
local function environment(PORT)
  return {
    PORT = PORT,
    REEVE_FIXTURE_STAGE = os.getenv("REEVE_FIXTURE_STAGE") or "development",
    REEVE_FIXTURE_GREETING = os.getenv("REEVE_FIXTURE_GREETING") or 'hello, "world"',
  }
end

program "web" {
  cmd = "bundle exec puma -p $PORT",
  shell = true,
  env = environment(port),
  stdout = { to = "inherit", prefix = true },
  stderr = { to = "inherit", prefix = true },
}

program "worker" {
  cmd = "bundle exec sidekiq -c ${CONCURRENCY:-5} 2>/dev/null",
  shell = true,
  env = environment(port + 100),
  stdout = { to = "inherit", prefix = true },
  stderr = { to = "inherit", prefix = true },
}

program "release" {
  cmd = "RAILS_ENV=production rake db:migrate",
  shell = true,
  env = environment(port + 200),
  stdout = { to = "inherit", prefix = true },
  stderr = { to = "inherit", prefix = true },
}
