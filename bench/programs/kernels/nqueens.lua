local function place(row, n, column, rising, falling)
  if row == n then return 1 end
  local ways = 0
  for c = 0, n - 1 do
    if not column[c + 1] and not rising[row + c + 1] and not falling[row - c + n] then
      column[c + 1], rising[row + c + 1], falling[row - c + n] = true, true, true
      ways = ways + place(row + 1, n, column, rising, falling)
      column[c + 1], rising[row + c + 1], falling[row - c + n] = false, false, false
    end
  end
  return ways
end

return function(n)
  local column, rising, falling = {}, {}, {}
  for i = 1, n do column[i] = false end
  for i = 1, 2 * n do rising[i], falling[i] = false, false end
  return place(0, n, column, rising, falling)
end
