local Node = {}
Node.__index = Node

function Node:count()
  if not self.left or not self.right then return 1 end
  return 1 + self.left:count() + self.right:count()
end

local function tree(depth)
  if depth == 0 then return setmetatable({left = false, right = false}, Node) end
  return setmetatable({left = tree(depth - 1), right = tree(depth - 1)}, Node)
end

return function(n)
  local total = tree(n + 1):count()
  local kept = tree(n)
  for depth = 4, n, 4 do
    for _ = 1, 2 ^ (n - depth + 4) do total = total + tree(depth):count() end
  end
  return total + kept:count()
end
