--- What an input has raised, as text. Not for scripts.
--
--     local ok, raised = xpcall(run, problem.caught, text)
--     problem.text(problem.of(raised))
--     --> error: shop.lua:2: no such till
--     -->   in what was typed
--     -->     shop.lua:2: in function 'shop.open'
--     -->     input:1: in main chunk
--
-- An error object of the host keeps its kind; whatever else is raised is of
-- kind "error". Of the operator's own actor only frames of what was typed are
-- shown, not the console's.

local core = require "troupe.core"
local pretty = require "troupe.console.pretty"
local quote = require "troupe.console.quote"
local troupe = require "troupe"

local problem = {}

local LONGEST = 20000 -- bytes of a message, or a stack

local function is_failure(value)
  return type(value) == "table" and type(rawget(value, "kind")) == "string" and
    type(rawget(value, "message")) == "string"
end

-- Of a stack of our own what the operator has typed, and called from there.
-- That it was the input itself which failed, is in the message.
local function own(stack, message)
  local lines = {}
  for line in stack:gmatch "[^\n]+" do
    line = line:gsub("^%s+", "")
    if not line:find "^%[C%]" and not line:find "^troupe/" then
      lines[#lines + 1] = line
    end
  end
  local place = #lines == 1 and lines[1]:match "^(input:%d+:) in main chunk$"
  if place and message:sub(1, #place) == place then return "" end
  return table.concat(lines, "\n")
end

-- Its hops, without what is only of the console.
local function is_typed(request)
  return type(request) == "string" and request:find '^visit "enter' ~= nil
end

local function request_of(hop)
  return is_typed(hop.request) and "what was typed" or hop.request
end

local function hops_of(trace, message)
  local list, self, last = {}, troupe.self(), nil
  for _, hop in ipairs(type(trace) == "table" and trace or {}) do
    if type(hop) ~= "table" then break end
    local stack = type(hop.stack) == "string" and hop.stack or ""
    if hop.pid == self then stack = own(stack, message) end
    if hop.pid ~= self or stack ~= "" and stack ~= last then
      list[#list + 1] = {pid = hop.pid, behaviour = hop.behaviour,
                         request = request_of(hop), stack = stack}
    end
    last = stack
  end
  return list
end

-- Was it raised by what was typed into another actor, which goes on?
local function is_entered(trace)
  local first = type(trace) == "table" and trace[1]
  return type(first) == "table" and is_typed(first.request)
end

local function of(value, trace)
  local kind, message = "error", value
  if is_failure(value) then
    kind, message = value.kind, value.message
    if kind == "exit" and is_entered(trace) then kind = "error" end
  elseif type(value) ~= "string" then
    message = pretty.text(value)
  end
  return {kind = kind, message = message, trace = hops_of(trace, message)}
end

--- For xpcall. It does as little as it can: where the stack has overflowed,
--- there is not much of it left.
---@param value any
---@return table raised
function problem.caught(value)
  return {value = value, trace = core.caught(value, "input").trace}
end

--- A plain table with kind, message, trace.
---@param raised any what xpcall has returned; no table: out of memory, say
---@return table
function problem.of(raised)
  if type(raised) ~= "table" then
    return of(type(raised) == "string" and raised or pretty.text(raised))
  end
  return of(raised.value, raised.trace)
end

--- The same of what core.evaluate returns.
---@param value any
---@param stack string
---@return table
function problem.ended(value, stack)
  local trace = {}
  if is_failure(value) and type(value.trace) == "table" then
    table.move(value.trace, 1, #value.trace, 1, trace)
  end
  trace[#trace + 1] = {pid = troupe.self(), stack = stack}
  return of(value, trace)
end

--- One without a trace.
---@param kind string
---@param message string
---@return table
function problem.new(kind, message)
  return {kind = kind, message = message, trace = {}}
end

local function clean(text)
  if #text > LONGEST then text = text:sub(1, LONGEST) .. "..." end
  return quote.clean(text, "lines")
end

local function hop_text(hop, first)
  local text = ("\n  %s "):format(first and "in" or "called by")
  if hop.pid == troupe.self() then
    text = text .. "what was typed"
  else
    text = text .. tostring(hop.pid)
    if hop.behaviour then text = text .. " " .. hop.behaviour end
    if hop.request then text = text .. ", " .. hop.request end
  end
  local stack = hop.stack:gsub("[^\n]+", function(line)
    return "\n    " .. line:gsub("^%s+", "")
  end):gsub("\n\n", "\n")
  return text .. stack
end

--- As it is shown, without a line end behind it.
---@param failure table what `caught` or `new` gave
---@param colour boolean|nil
---@return string
function problem.text(failure, colour)
  local kind, message = failure.kind, failure.message
  if (message .. " "):sub(1, #kind + 1) ~= kind .. " " then
    message = kind .. ": " .. message -- it does not begin with that
  end
  local head = clean(message)
  local parts = {colour and "\27[31m" .. head .. "\27[0m" or head}
  for index, hop in ipairs(failure.trace) do
    parts[#parts + 1] = clean(hop_text(hop, index == 1))
  end
  return table.concat(parts)
end

return problem
