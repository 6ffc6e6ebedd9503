local function class(parent)
  local made = setmetatable({}, {__index = parent})
  made.__index = made
  return made
end

local floor = math.floor

local Chance = class()
function Chance:below(limit)
  self.state = self.state * 16807 % 2147483647
  return self.state % limit
end

local Customer = class()
function Customer:minutes_at(speed) return 1 + floor(self.items / speed) end

local Chatty = class(Customer)
function Chatty:minutes_at(speed) return Customer.minutes_at(self, speed) + 2 end

local Till = class()
function Till.new(kind) return setmetatable({queue = {}, last = 0, first = 0, busy = 0, served = 0, waited = 0}, kind) end
function Till:speed() return 8 end
function Till:accepts(customer) return true end
function Till:length() return self.last - self.first end
function Till:join(customer)
  self.last = self.last + 1
  self.queue[self.last] = customer
end
function Till:tick(now)
  if self.busy > 0 then
    self.busy = self.busy - 1
    return
  end
  if self:length() == 0 then
    self.queue, self.last, self.first = {}, 0, 0
    return
  end
  self.first = self.first + 1
  local customer = self.queue[self.first]
  self.waited = self.waited + now - customer.arrival
  self.served = self.served + 1
  self.busy = customer:minutes_at(self:speed())
end

local Express = class(Till)
function Express:speed() return 5 end
function Express:accepts(customer) return customer.items <= 10 end

local Shop = class()
function Shop:arrive(now)
  local items = 1 + self.chance:below(30)
  local customer = setmetatable({arrival = now, items = items}, self.chance:below(5) == 0 and Chatty or Customer)
  local best = nil
  for _, till in ipairs(self.tills) do
    if till:accepts(customer) and (not best or till:length() < best:length()) then best = till end
  end
  if best then best:join(customer) end
end
function Shop:run(minutes)
  for now = 0, minutes - 1 do
    for _ = 1, self.chance:below(3) do self:arrive(now) end
    for _, till in ipairs(self.tills) do till:tick(now) end
  end
end

return function(n)
  local shop = setmetatable({
    chance = setmetatable({state = 7}, Chance),
    tills = {Till.new(Till), Till.new(Till), Till.new(Express), Till.new(Till), Till.new(Express)},
  }, Shop)
  shop:run(n)
  local total = 0
  for _, till in ipairs(shop.tills) do total = total * 1009 % 1000000007 + till.served * 3 + till.waited end
  return total
end
