local sqrt = math.sqrt

local function energy(x, y, z, vx, vy, vz, mass)
  local total = 0.0
  for i = 1, 5 do
    total = total + 0.5 * mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i])
    for j = i + 1, 5 do
      local dx, dy, dz = x[i] - x[j], y[i] - y[j], z[i] - z[j]
      total = total - mass[i] * mass[j] / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return total
end

local function step(x, y, z, vx, vy, vz, mass, dt)
  for i = 1, 5 do
    for j = i + 1, 5 do
      local dx, dy, dz = x[i] - x[j], y[i] - y[j], z[i] - z[j]
      local squared = dx * dx + dy * dy + dz * dz
      local pull = dt / (squared * sqrt(squared))
      vx[i] = vx[i] - dx * mass[j] * pull
      vy[i] = vy[i] - dy * mass[j] * pull
      vz[i] = vz[i] - dz * mass[j] * pull
      vx[j] = vx[j] + dx * mass[i] * pull
      vy[j] = vy[j] + dy * mass[i] * pull
      vz[j] = vz[j] + dz * mass[i] * pull
    end
  end
  for i = 1, 5 do
    x[i] = x[i] + dt * vx[i]
    y[i] = y[i] + dt * vy[i]
    z[i] = z[i] + dt * vz[i]
  end
end

return function(n)
  local solar = 39.47841760435743
  local x = {0.0, 4.841431442464721, 8.34336671824458, 12.894369562139131, 15.379697114850917}
  local y = {0.0, -1.1603200440274284, 4.124798564124305, -15.111151401698631, -25.919314609987964}
  local z = {0.0, -0.10362204447112311, -0.4035234171143214, -0.22330757889265573, 0.17925877295037118}
  local vx = {0.0, 0.606326392995832, -1.0107743461787924, 1.08279100644153, 0.979090732243898}
  local vy = {0.0, 2.81198684491626, 1.8256623712304119, 0.8687130181696082, 0.5946989986476762}
  local vz = {0.0, -0.02521836165988763, 0.008415761376584154, -0.010832637401363636, -0.034755955550407806}
  local mass = {solar, 0.03769367487038949, 0.011286326131968767, 0.0017237240570597112, 0.0020336868699246304}
  local px, py, pz = 0.0, 0.0, 0.0
  for i = 1, 5 do
    px = px + vx[i] * mass[i]
    py = py + vy[i] * mass[i]
    pz = pz + vz[i] * mass[i]
  end
  vx[1], vy[1], vz[1] = -px / solar, -py / solar, -pz / solar
  for _ = 1, n do step(x, y, z, vx, vy, vz, mass, 0.01) end
  return energy(x, y, z, vx, vy, vz, mass)
end
