local function entry(i, j)
  return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1)
end

local function times(n, u, out)
  for i = 0, n - 1 do
    local total = 0.0
    for j = 0, n - 1 do total = total + entry(i, j) * u[j + 1] end
    out[i + 1] = total
  end
end

local function times_transposed(n, u, out)
  for i = 0, n - 1 do
    local total = 0.0
    for j = 0, n - 1 do total = total + entry(j, i) * u[j + 1] end
    out[i + 1] = total
  end
end

return function(n)
  local u, v, middle = {}, {}, {}
  for i = 1, n do u[i], v[i], middle[i] = 1.0, 0.0, 0.0 end
  for _ = 1, 10 do
    times(n, u, middle)
    times_transposed(n, middle, v)
    times(n, v, middle)
    times_transposed(n, middle, u)
  end
  local uv, vv = 0.0, 0.0
  for i = 1, n do
    uv = uv + u[i] * v[i]
    vv = vv + v[i] * v[i]
  end
  return math.sqrt(uv / vv)
end
