local function write(n)
  local syllables = {"ka", "lo", "mi", "tu", "re", "san", "vel", "no"}
  local floor = math.floor
  local vocabulary = {}
  for i = 0, 1999 do
    vocabulary[i] = syllables[i % 8 + 1] .. syllables[floor(i / 8) % 8 + 1] .. syllables[floor(i / 64) % 8 + 1] .. syllables[floor(i / 512) % 8 + 1]
  end
  local block, state = {}, 42
  for line = 0, 249 do
    local words = {}
    for w = 1, 6 do
      state = state * 16807 % 2147483647
      local word = vocabulary[state % (floor(state / 2000) % 2000 + 1)]
      if state % 11 == 0 then word = word:sub(1, 1):upper() .. word:sub(2) end
      words[w] = word
    end
    block[line] = table.concat(words, " ") .. "."
  end
  local out = {}
  for i = 0, n - 1 do out[i + 1] = block[i % 250] end
  return table.concat(out, "\n")
end

local function count(text)
  local counts = {}
  for line in text:gmatch("[^\n]+") do
    for word in line:lower():gmatch("%S+") do
      word = word:match("^%.*(.-)%.*$")
      counts[word] = (counts[word] or 0) + 1
    end
  end
  return counts
end

return function(n)
  local ranked = {}
  for word, times in pairs(count(write(n))) do ranked[#ranked + 1] = {word, times} end
  table.sort(ranked, function(a, b)
    if a[2] ~= b[2] then return a[2] > b[2] end
    return a[1] < b[1]
  end)
  local total = #ranked
  for place = 1, math.min(10, #ranked) do
    total = total * 31 % 1000003 + ranked[place][2] * place + #ranked[place][1]
  end
  return total
end
