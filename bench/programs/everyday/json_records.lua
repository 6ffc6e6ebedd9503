local customers = {"Ada", "Grace", "Edsger", "Barbara", 'Donald "Don" K.'}
local all = {"new", "gift", "bulk"}

local function order(i)
  local tags = {}
  for k = 1, math.min(i % 4, 3) do tags[k] = all[k] end
  return {number = i, customer = customers[i % 5 + 1], price = i % 1000 * 0.25 + 1.0, paid = i % 3 == 0, tags = tags}
end

local function quoted(text)
  return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"') .. '"'
end

local function written(order)
  local tags = {}
  for k, tag in ipairs(order.tags) do tags[k] = quoted(tag) end
  return string.format(
    '{"number": %d, "customer": %s, "price": %.2f, "paid": %s, "tags": [%s]}',
    order.number, quoted(order.customer), order.price, order.paid and "true" or "false", table.concat(tags, ", "))
end

return function(n)
  local orders = {}
  for i = 0, n - 1 do orders[i + 1] = order(i) end
  local lines = {}
  for k, one in ipairs(orders) do lines[k] = written(one) end
  local text = "[" .. table.concat(lines, ",\n") .. "]"
  local _, count = text:gsub("true", "")
  return #text * 1000 + count % 1000
end
