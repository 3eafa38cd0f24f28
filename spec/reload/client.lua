-- Calls and casts to accounts until it is told to finish, and now and then
-- starts one of its own.

local troupe = require "troupe"

local client = { call = {}, info = {} }

local BATCH = 20

function client.init(args)
  local state = { pids = args.pids, seed = args.seed, first = {}, last = {},
    calls = 0, casts = 0, mixed = 0 }
  troupe.send(troupe.self(), "go")
  return state
end

local function random(state, limit)
  state.seed = (state.seed * 1103515245 + 12345) % 2147483648
  return state.seed // 65536 % limit + 1
end

-- Answers: version, time, version, time...
local function note(state, ...)
  local answers = table.pack(...)
  state.calls = state.calls + 1
  for index = 1, answers.n, 2 do
    local version, at = answers[index], answers[index + 1]
    if version ~= answers[1] then state.mixed = state.mixed + 1 end
    state.first[version] = math.min(state.first[version] or at, at)
    state.last[version] = math.max(state.last[version] or at, at)
  end
end

-- Up to three accounts, each with a greater number than the one before it, so
-- that they never wait for each other in a circle.
local function give(state)
  local count, at, chain = #state.pids, 0, {}
  while #chain < 3 and at < count do
    at = at + random(state, math.max((count - at) // 2, 1))
    chain[#chain + 1] = state.pids[at]
  end
  return troupe.call(chain[1], "give", 1, table.unpack(chain, 2))
end

-- Waits while a reload is under way.
local function open(state)
  local pid = troupe.start("versioned_account", nil, { timeout = 60 })
  note(state, troupe.timeout(60, troupe.call, pid, "get"))
  troupe.timeout(60, troupe.stop, pid)
end

function client.info.go(state)
  if state.over then return end
  for _ = 1, BATCH do
    local pid = state.pids[random(state, #state.pids)]
    troupe.cast(pid, "add")
    state.casts = state.casts + 1
    note(state, troupe.timeout(60, troupe.call, pid, "get"))
    note(state, troupe.timeout(60, give, state))
  end
  open(state)
  troupe.send(troupe.self(), "go")
end

function client.call.finish(state)
  state.over = true
  return { first = state.first, last = state.last, calls = state.calls,
    casts = state.casts, mixed = state.mixed }
end

return client
