-- Seventeen workers: forked copies of reeve that run a function of this file.
--
--     build/reeve run -c examples/20-workers.lua
--     build/reeve scale crunch +1             -- or: kill -TTIN, -TTOU, -WINCH
--     build/reeve tail -f crunch

-- What is made before the fork is there in every worker, and in memory only once.
local primes = {}
for n = 2, 100000 do
  local is_prime = true
  for _, p in ipairs(primes) do
    if p * p > n then break end
    if n % p == 0 then is_prime = false break end
  end
  if is_prime then primes[#primes + 1] = n end
end

local function factors(n)
  local list = {}
  for _, p in ipairs(primes) do
    while n % p == 0 do
      list[#list + 1] = p
      n = n // p
    end
  end
  if n > 1 then list[#list + 1] = n end
  return table.concat(list, " * ")
end

program "crunch" {
  numprocs = 17,
  autorestart = true,
  -- A worker that does not ask whether it is still wanted for so long is killed and replaced.
  watchdog = "30s",
  run = function(worker)
    local n = 1000000000 + worker.index
    while worker:alive() do
      print(worker.name .. ": " .. n .. " = " .. factors(n))
      n = n + 17
      reeve.sleep(1) -- ends early when the worker is asked to end
    end
    print(worker.name .. " goes home")
  end,
}
