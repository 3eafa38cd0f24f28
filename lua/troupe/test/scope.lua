--- A piece of a spec with a beginning and an end: a file, a `describe`, or an
--- `it` with what comes before and after each. Not for scripts: see
--- troupe.test.
--
-- What is started in it is to be over at its end. Scopes nest; what
-- troupe.test starts belongs to the innermost.

local actors = require "troupe.test.actors"
local core = require "troupe.core"
local inspect = require "troupe.inspect"
local lines = require "troupe.test.lines"
local registry = require "troupe.registry"
local troupe = require "troupe"

local scope = {}

local MARK = "troupe.test: up to here"
local PATIENCE = 5     -- seconds for one actor to stop
local DRAINED = 100000 -- messages, at most, of one mailbox

local open = {} -- the innermost last

---@return table|nil
function scope.innermost() return open[#open] end

--- Says of the innermost what is wrong with it; each once.
---@param text string
function scope.complain(text)
  local piece = open[#open]
  if not piece or piece.said[text] then return end
  piece.said[text] = true
  piece.complaints[#piece.complaints + 1] = text
end

-- --- The mailbox -------------------------------------------------------------

local function note_exit(pid, reason, linked, normal)
  if not linked or normal then return end
  local exits = open[#open] and open[#open].exits
  if exits then exits[#exits + 1] = { pid = pid, reason = reason } end
end

local function take_one()
  local values = table.pack(core.take())
  if values[1] == MARK then return false end
  if values[1] == "down" and values.n == 5 then
    note_exit(table.unpack(values, 2, 5))
  end
  return true
end

-- A full mailbox has no room for the mark.
local function mark()
  while not pcall(troupe.send, troupe.self(), MARK) do take_one() end
end

-- What is urgent may come behind the first mark.
local function drain()
  for _ = 1, 2 do
    mark()
    local count = 0
    while take_one() and count < DRAINED do count = count + 1 end
  end
end

--- Drops what stands in the test's own mailbox; ends of linked actors are the
--- innermost scope's.
function scope.drain() drain() end

-- --- What the test's own actor has ------------------------------------------

-- A key may be a list.
local function word_of(value)
  return type(value) == "table" and table.concat(value, "\0") or value
end

local function as_set(list)
  local set = {}
  for _, value in ipairs(list) do set[word_of(value)] = true end
  return set
end

local function belongings()
  local info = inspect.info(troupe.self())
  local own = {}
  for _, what in ipairs { "keys", "groups", "links", "monitors" } do
    own[what] = { list = info[what], set = as_set(info[what]) }
  end
  return own
end

local LET_GO = {
  keys = registry.unregister, groups = registry.leave,
  links = troupe.unlink, monitors = troupe.demonitor,
}

local function let_go(before)
  for what, own in pairs(belongings()) do
    for _, value in ipairs(own.list) do
      if not before[what].set[word_of(value)] then
        pcall(LET_GO[what], value)
      end
    end
  end
end

local function close_sockets(since)
  local peer = core.close_socket(since)
  while peer do
    scope.complain("still open: a socket to " .. peer)
    peer = core.close_socket(since)
  end
end

local CLOSING = { __close = function() open[#open] = nil end }

-- --- Beginning and end -------------------------------------------------------

--- The actor that hears of the ends of those that are supervised.
---@param piece table
---@return userdata pid
function scope.witness(piece)
  if not piece.witness then
    piece.witness = troupe.start "troupe.test.witness"
    piece.helpers[#piece.helpers + 1] = piece.witness
  end
  return piece.witness
end

--- Opens one.
---@return table
function scope.begin()
  local piece = { before = actors.now(), own = belongings(), supervised = {},
    helpers = {}, exits = {}, expected = {}, complaints = {}, said = {},
    sockets = core.close_socket() }
  open[#open + 1] = piece
  return piece
end

local function stop(started)
  if type(started) == "table" then return started:stop() end
  return troupe.stop(started)
end

local function stop_supervised(piece)
  for index = #piece.supervised, 1, -1 do
    local started = piece.supervised[index]
    local good, failure = pcall(troupe.shield, PATIENCE, stop, started)
    if not good and failure.kind == "timeout" then
      scope.complain(("%s did not stop within %d s"):format(
        core.is_pid(started) and actors.who(started) or "the pool", PATIENCE))
    end
  end
end

-- It is gone: what the log says of its end says who it was, and all of why.
local function sentence(exit)
  local why = exit.reason
  if type(why) == "table" and not (getmetatable(why) or {}).__tostring then
    why = core.describe(why)
  end
  why = tostring(why)
  for _, line in ipairs(lines.all()) do
    if line.actor == tostring(exit.pid) and line.level == "error" then
      return line.who .. ": " .. why:match "^[^\n]*"
    end
  end
  return ("%s: %s"):format(exit.pid, why)
end

local function complain_of_exits(piece)
  for _, exit in ipairs(piece.exits) do
    if not piece.expected[exit.pid] then
      scope.complain("a linked actor ended: " .. sentence(exit))
    end
  end
end

local function complain_of_left(piece)
  local left = actors.left(piece.before)
  if #left > 0 then scope.complain(actors.complaint(left)) end
end

--- Closes the innermost: ends what troupe.test has started in it, and looks at
--- what is left. `rest` waits until nothing is in flight.
---@param piece table
---@param rest function
---@return string[] complaints
function scope.finish(piece, rest)
  assert(open[#open] == piece, "scopes nest")
  local _ <close> = setmetatable({}, CLOSING)
  stop_supervised(piece)
  rest(piece)
  for _, pid in ipairs(piece.helpers) do
    pcall(troupe.shield, PATIENCE, troupe.stop, pid)
  end
  core.stop_timers()
  drain()
  complain_of_exits(piece)
  complain_of_left(piece)
  close_sockets(piece.sockets)
  actors.kill(piece.before)
  let_go(piece.own)
  drain()
  return piece.complaints
end

return scope
