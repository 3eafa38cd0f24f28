--- Quantities as people read them. Not for scripts.
--
--     unit.bytes(1258291)     --> 1.2 MiB
--     unit.seconds(0.000035)  --> 35 us

local unit = {}

-- Three digits at most, or all of a whole number.
local function short(value)
  if value >= 100 or value == value // 1 then return ("%.0f"):format(value) end
  if value >= 10 then return (("%.1f"):format(value):gsub("%.0$", "")) end
  return (("%.2f"):format(value):gsub("%.?0+$", ""))
end

local SIZES = {"B", "KiB", "MiB", "GiB", "TiB"}

---@param count number|nil
---@return string
function unit.bytes(count)
  if not count then return "-" end
  if count == 1 / 0 then return "none" end
  local index = 1
  while count >= 1000 and SIZES[index + 1] do
    count, index = count / 1024, index + 1
  end
  return short(count) .. " " .. SIZES[index]
end

local function long(seconds)
  seconds = math.floor(seconds + 0.5)
  local days, hours = seconds // 86400, seconds // 3600 % 24
  local minutes = seconds // 60 % 60
  if days > 0 then return ("%d d %d h"):format(days, hours) end
  if hours > 0 then return ("%d h %d min"):format(hours, minutes) end
  return ("%d min %d s"):format(minutes, seconds % 60)
end

---@param seconds number|nil
---@return string
function unit.seconds(seconds)
  if not seconds then return "-" end
  if seconds == 1 / 0 then return "none" end
  if seconds >= 99.95 then return long(seconds) end
  if seconds >= 0.9995 or seconds == 0 then return short(seconds) .. " s" end
  if seconds >= 0.0009995 then return short(seconds * 1e3) .. " ms" end
  if seconds >= 0.0000009995 then return short(seconds * 1e6) .. " us" end
  return short(seconds * 1e9) .. " ns"
end

--- A share from 0 to 1.
---@param share number|nil
---@return string
function unit.percent(share)
  if not share then return "-" end
  return ("%.0f %%"):format(share * 100)
end

---@param count number|nil
---@return string
function unit.count(count)
  if not count then return "-" end
  return ("%.0f"):format(count)
end

return unit
