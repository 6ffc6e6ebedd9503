local function scale(factor) return function(x) return x * factor end end
local function shift(by) return function(x) return x + by end end
local function wrap(limit) return function(x) return x % limit end end
local function chain(first, second) return function(x) return second(first(x)) end end
local function counter()
  local seen = 0
  return function(x)
    seen = seen + 1
    return x + seen % 2
  end
end

local function range(n)
  local i = -1
  return function()
    i = i + 1
    if i < n then return i end
  end
end
local function map(f, items)
  return function()
    local x = items()
    if x ~= nil then return f(x) end
  end
end
local function filter(f, items)
  return function()
    local x = items()
    while x ~= nil and not f(x) do x = items() end
    return x
  end
end

return function(n)
  local stages = {scale(3), shift(11), wrap(1009), chain(scale(7), shift(1)), counter(), chain(chain(wrap(257), shift(5)), scale(2))}
  local total = 0
  for i = 0, n - 1 do
    local x = i
    for _, stage in ipairs(stages) do x = stage(x) end
    total = total + x
  end
  for x in filter(function(x) return x % 2 == 1 end, map(function(x) return x * 3 + 1 end, range(n))) do
    total = total + wrap(101)(x)
  end
  return total % 1000000007
end
