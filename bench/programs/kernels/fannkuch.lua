return function(n)
  local perm, start, count = {}, {}, {}
  for i = 0, n - 1 do perm[i], start[i], count[i] = 0, i, 0 end
  local checksum, flips_max, even, r = 0, 0, true, n
  while true do
    while r > 1 do
      count[r - 1] = r
      r = r - 1
    end
    for i = 0, n - 1 do perm[i] = start[i] end
    local flips, first = 0, perm[0]
    while first ~= 0 do
      local low, high = 0, first
      while low < high do
        perm[low], perm[high] = perm[high], perm[low]
        low = low + 1
        high = high - 1
      end
      flips = flips + 1
      first = perm[0]
    end
    if flips > flips_max then flips_max = flips end
    if even then checksum = checksum + flips else checksum = checksum - flips end
    even = not even
    while true do
      if r == n then return checksum * 100 + flips_max end
      local lead = start[0]
      for i = 0, r - 1 do start[i] = start[i + 1] end
      start[r] = lead
      count[r] = count[r] - 1
      if count[r] > 0 then break end
      r = r + 1
    end
  end
end
