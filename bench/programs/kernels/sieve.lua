return function(n)
  local prime = {}
  for i = 1, n do prime[i] = true end
  prime[1] = false
  local i = 2
  while i * i <= n do
    if prime[i] then
      for multiple = i * i, n, i do prime[multiple] = false end
    end
    i = i + 1
  end
  local total = 0
  for k = 1, n do
    if prime[k] then total = total + 1 end
  end
  return total
end
