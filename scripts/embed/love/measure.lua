-- Takes the time of what each frame does, and writes down how it was.

local ffi = require "ffi"

ffi.cdef [[
struct timespec_of_measure { long seconds, nanoseconds; };
int clock_gettime(int clock, struct timespec_of_measure *time);
]]

local MONOTONIC, THREAD = 1, 3
local time = ffi.new "struct timespec_of_measure"

local measure = {}
measure.__index = measure

local function read(clock)
  ffi.C.clock_gettime(clock, time)
  return tonumber(time.seconds) + tonumber(time.nanoseconds) / 1e9
end

--- Seconds.
function measure.now() return read(MONOTONIC) end

--- Seconds of this thread's use of a core.
function measure.used() return read(THREAD) end

function measure.new() return setmetatable({ lists = {} }, measure) end

--- One more value, of what has this name.
function measure:note(name, value)
  local list = self.lists[name]
  if not list then
    list = {}
    self.lists[name] = list
  end
  list[#list + 1] = value
end

-- So much of a sorted list is not larger.
local function quantile(list, part)
  return list[math.max(1, math.ceil(#list * part))]
end

--- Lines: name, p50, p99, the largest; of each name in the list.
function measure:lines(names)
  local lines = {}
  for _, name in ipairs(names) do
    local list = self.lists[name]
    table.sort(list)
    lines[#lines + 1] = ("%s p50 %.3f p99 %.3f max %.3f"):format(name,
      quantile(list, 0.5), quantile(list, 0.99), list[#list])
  end
  return lines
end

return measure
