return function(n)
  local words = {"amber", "basil", "cedar", "dune", "ember", "fjord", "grove"}
  local keys = {}
  for i = 0, n - 1 do keys[i + 1] = words[i % 7 + 1] .. "-" .. string.format("%d", i) end
  local text = table.concat(keys, ",")
  local total = #text
  for i = 1, #text do
    if text:sub(i, i) == "7" then total = total + 1 end
  end
  local line = ""
  for i = 0, n - 1 do
    local at = i % 4 + 1
    line = line .. words[i % 7 + 1]:sub(at, at)
    if #line == 80 then
      local _, count = line:gsub("a", "")
      total = total + count + (line:find("r", 1, true) or 0) - 1
      line = ""
    end
  end
  local found = 0
  for _, key in ipairs(keys) do
    if key:sub(1, 2) == "ce" or key:sub(-2) == "99" then found = found + 1 end
  end
  return total * 10 + found % 10
end
