-- A client that comes over a socket, and with the manners that the plan says.
-- Nobody harms it, but who is at the counter may be gone.

local outcome = require "faults.outcome"
local probe = require "probe"
local tcp = require "troupe.tcp"
local troupe = require "troupe"

local LONGEST_VISIT = 1 -- seconds
local LONG = ("x"):rep(30000)

local visitor = { call = {}, cast = {} }

local manners = {}

function visitor.init(address)
  probe.spare()
  return { address = address }
end

local function ask(sock, wanted)
  return sock:write(("%s %d %d %d .\n"):format(wanted.id, wanted.from,
    wanted.to, wanted.amount))
end

-- Reads what has become of one of them.
local function hear(sock, results)
  local line = sock:read("line")
  if not line then return false end
  local id, how = line:match("^(%S+) (.*)$")
  results[#results + 1] = { id = id, outcome = how, late = 0 }
  return true
end

function manners.polite(sock, transfers, results)
  for _, wanted in ipairs(transfers) do
    if not ask(sock, wanted) or not hear(sock, results) then return end
  end
end

function manners.hasty(sock, transfers, results)
  for _, wanted in ipairs(transfers) do ask(sock, wanted) end
  for _ = 1, #transfers do
    if not hear(sock, results) then return end
  end
end

--- Leaves without an answer.
function manners.absent(sock, transfers)
  for _, wanted in ipairs(transfers) do ask(sock, wanted) end
end

--- Leaves before the end of a line.
function manners.torn(sock, transfers, results)
  manners.polite(sock, transfers, results)
  sock:write("t0 1 2")
end

--- Leaves with answers unread: its end is a reset.
function manners.rude(sock, transfers, results)
  for _, wanted in ipairs(transfers) do ask(sock, wanted) end
  hear(sock, results)
end

--- Says long lines, which are no transfers, and lets the answers wait.
function manners.deaf(sock, transfers, results)
  for _, wanted in ipairs(transfers) do
    ask(sock, wanted)
    sock:write(LONG, "\n")
  end
  troupe.sleep(0.005)
  while #results < #transfers and hear(sock, results) do end
end

local function visit(address, manner, transfers, results)
  local sock <close> = tcp.connect(address)
  if sock then manners[manner](sock, transfers, results) end
end

function visitor.cast.run(state, manner, transfers)
  local results, start = {}, troupe.now()
  local ok, problem = pcall(troupe.timeout, LONGEST_VISIT, visit,
    state.address, manner, transfers, results)
  if not ok then
    results[#results + 1] = { id = "visit", outcome = outcome.raised(problem) }
  end
  local late = troupe.now() - start - LONGEST_VISIT
  results[#results + 1] = { id = "visit", outcome = "unknown", late = late }
  state.results = results
end

--- How each ended, once all have.
function visitor.call.results(state) return state.results end

return visitor
