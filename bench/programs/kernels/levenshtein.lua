local function letters(n, seed)
  local alphabet, out, state = {"a", "c", "g", "t"}, {}, seed
  for i = 1, n do
    state = state * 16807 % 2147483647
    out[i] = alphabet[state % 4 + 1]
  end
  return table.concat(out)
end

local function distance(a, b)
  local byte = string.byte
  local previous, current = {}, {}
  for j = 0, #b do previous[j], current[j] = j, 0 end
  for i = 1, #a do
    current[0] = i
    for j = 1, #b do
      local best = previous[j - 1]
      if byte(a, i) ~= byte(b, j) then best = best + 1 end
      if previous[j] + 1 < best then best = previous[j] + 1 end
      if current[j - 1] + 1 < best then best = current[j - 1] + 1 end
      current[j] = best
    end
    previous, current = current, previous
  end
  return previous[#b]
end

return function(n) return distance(letters(n, 1), letters(n, 2)) end
