--- What an actor says of its stacks, for people and for programs. For
-- troupe.inspect.

local stack = {}

-- "shop.lua:12: in field 'buy'"
local function frame(line, number)
  local where, name = line:match "^(.-): (in .*)$"
  return {where = where or line, name = name, coroutine = number}
end

-- `hand`: what one handler, or the whole actor, has in hand.
local function add_frames(hand)
  local frames = {}
  for number, text in ipairs(hand.stacks or {}) do
    for line in text:gmatch "[^\n]+" do
      frames[#frames + 1] = frame(line, number)
    end
  end
  hand.stacks, hand.frames = nil, frames
end

local function words(hand)
  local text = "is " .. hand.doing
  if hand.doing == "new" then text = "has not begun to start" end
  if hand.request then text = ("%s in %s"):format(text, hand.request) end
  if hand.where then text = ("%s (%s)"):format(text, hand.where) end
  if hand.waits then
    text = ("%s%s for %s, since %.3g s"):format(text,
      hand.request and "," or "", hand.waits, hand.since)
  end
  return text
end

local function add_lines(lines, hand, indent)
  local former = 1
  for _, at in ipairs(hand.frames) do
    if at.coroutine ~= former then
      lines[#lines + 1] = indent .. "resumed by"
      former = at.coroutine
    end
    local text = at.name and at.where .. ": " .. at.name or at.where
    lines[#lines + 1] = indent .. text
  end
end

local function text_of(it)
  local who = ("%s %s "):format(it.pid, it.behaviour or "actor")
  local lines = {who .. words(it)}
  if it.silent then lines[#lines + 1] = "  " .. it.silent end
  if it.handlers then
    lines[1] = ("%s%s, %d of %d handlers in flight"):format(who, words(it),
      #it.handlers, it.concurrent)
  end
  add_lines(lines, it, "  ")
  for _, hand in ipairs(it.handlers or {}) do
    lines[#lines + 1] = "  a handler " .. words(hand)
    add_lines(lines, hand, "    ")
  end
  return table.concat(lines, "\n")
end

--- Takes what core.stacks has returned, and makes of it what inspect.stack
-- returns.
---@param it table
---@return table
function stack.of(it)
  add_frames(it)
  for _, hand in ipairs(it.handlers or {}) do add_frames(hand) end
  it.text = text_of(it)
  return it
end

return stack
