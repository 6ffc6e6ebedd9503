local function numbers(n)
  local values, state = {}, 42
  for i = 0, n - 1 do
    state = state * 16807 % 2147483647
    values[i] = state
  end
  return values
end

local floor = math.floor

local function sort(values, low, high)
  while high - low > 16 do
    local middle = floor((low + high) / 2)
    if values[middle] < values[low] then values[low], values[middle] = values[middle], values[low] end
    if values[high] < values[low] then values[low], values[high] = values[high], values[low] end
    if values[high] < values[middle] then values[middle], values[high] = values[high], values[middle] end
    local pivot, i, j = values[middle], low, high
    while i <= j do
      while values[i] < pivot do i = i + 1 end
      while values[j] > pivot do j = j - 1 end
      if i <= j then
        values[i], values[j] = values[j], values[i]
        i, j = i + 1, j - 1
      end
    end
    if j - low < high - i then
      sort(values, low, j)
      low = i
    else
      sort(values, i, high)
      high = j
    end
  end
  for i = low + 1, high do
    local value, j = values[i], i
    while j > low and values[j - 1] > value do
      values[j] = values[j - 1]
      j = j - 1
    end
    values[j] = value
  end
end

return function(n)
  local values = numbers(n)
  sort(values, 0, n - 1)
  local total = 0
  for i = 1, n - 1 do
    if values[i - 1] > values[i] then return -1 end
    total = (total * 31 + values[i]) % 1000000007
  end
  return total
end
