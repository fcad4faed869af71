-- What the tests in this folder share: a table of promises, which are functions that raise.

local promises = {}

--- Raise, in the caller's name, unless both are the same.
function promises.equal(want, got)
  if want ~= got then error(("expected %q, got %q"):format(tostring(want), tostring(got)), 2) end
end

--- Try all, in the order of their names, until one is broken; say how many were kept.
function promises.keep(list)
  local names = {}
  for name in pairs(list) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local good, why = pcall(list[name])
    if not good then error(name .. ": " .. why, 0) end
  end
  reeve.log("notice", "%d promises kept", #names)
end

return promises
