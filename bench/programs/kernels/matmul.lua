return function(n)
  local a, b, c = {}, {}, {}
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      a[i * n + j + 1] = (i * 3 + j * 7) % 11 * 0.25 - 1.0
      b[i * n + j + 1] = (i * 5 + j * 2) % 13 * 0.125 - 0.5
    end
  end
  for i = 0, n - 1 do
    for j = 0, n - 1 do
      local total = 0.0
      for k = 0, n - 1 do total = total + a[i * n + k + 1] * b[k * n + j + 1] end
      c[i * n + j + 1] = total
    end
  end
  local result = 0.0
  for i = 0, n - 1 do
    for j = 0, n - 1 do result = result + c[i * n + j + 1] * ((i + 2 * j) % 5) end
  end
  return result
end
