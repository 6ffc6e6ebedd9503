local function escape(cx, cy)
  local x, y = 0.0, 0.0
  for i = 0, 49 do
    local xx, yy = x * x, y * y
    if xx + yy > 4.0 then return i end
    y = 2.0 * x * y + cy
    x = xx - yy + cx
  end
  return 50
end

return function(n)
  local total = 0
  for row = 0, n - 1 do
    local cy = 2.0 * row / n - 1.0
    for column = 0, n - 1 do
      total = total + escape(3.0 * column / n - 2.0, cy)
    end
  end
  return total
end
