local cities = {"Lisbon", "Porto", "Faro", "Braga", "Évora"}

local function lines(n)
  local rows = {}
  for i = 0, n - 1 do
    rows[i + 1] = string.format("%d, %s ,open,%d,x-%d-y", i, cities[i % 5 + 1], i * 37 % 1000, i % 17)
  end
  return table.concat(rows, "\n")
end

local function split(text, separator)
  local parts, count, from = {}, 0, 1
  while true do
    local at = text:find(separator, from, true)
    count = count + 1
    if not at then
      parts[count] = text:sub(from)
      return parts, count
    end
    parts[count] = text:sub(from, at - 1)
    from = at + 1
  end
end

local function tidy(row)
  local fields, count = split(row, ",")
  for k = 1, count do fields[k] = fields[k]:match("^%s*(.-)%s*$") end
  local parts, pieces = split(fields[5], "-")
  for k = 1, math.floor(pieces / 2) do parts[k], parts[pieces + 1 - k] = parts[pieces + 1 - k], parts[k] end
  fields[5] = table.concat(parts, "_")
  if tonumber(fields[4]) > 500 then fields[3] = "closed" end
  return table.concat(fields, ";", 2) .. ";" .. ("0"):rep(8 - #fields[1]) .. fields[1]
end

return function(n)
  local out = {}
  for k, row in ipairs(split(lines(n), "\n")) do out[k] = tidy(row) end
  local text = table.concat(out, "\n"):upper():gsub("CLOSED", "shut")
  local _, count = text:gsub("shut", "")
  -- A byte of "É" is no letter of its own: the length is that of the characters.
  local _, continued = text:gsub("[\128-\191]", "")
  return (#text - continued) * 1000 + count % 1000
end
