--- One input at the prompt: a command, or Lua, here or in the actor that was
-- entered. Not for scripts: see troupe.console.evaluator, whose `context` it
-- is: env (what globals the input sees), mode, width, colour, entered.
--
--     run.input(context, "1 + 1")  --> {type = "R", values = {2, n = 1}}
--
-- An outcome has the type of its frame: "R" with values, "F" with a problem,
-- "M" if the input is not complete.

local command = require "troupe.console.command"
local core = require "troupe.core"
local near = require "troupe.console.near"
local problem = require "troupe.console.problem"
local word = require "troupe.console.word"

local run = {}

local function failed(failure) return {type = "F", problem = failure} end

local function done(ok, ...)
  if not ok then return failed(problem.of((...))) end
  return {type = "R", values = table.pack(...)}
end

--- Calls a function: what it returns or raises, as an outcome.
---@param fn function
---@return table outcome
function run.protected(fn, ...)
  return done(xpcall(fn, problem.caught, ...))
end

-- More lines may make it whole: it is only that the end came too early. A
-- short string ends with its line.
local function is_open(why, text)
  if not why:find "<eof>$" then return false end
  return not why:find "unfinished string" or text:find "\\%s*$" ~= nil
end

--- The chunk of a text, an expression first: its value is what one wants to
--- see.
---@param env table|nil its globals
---@return function|nil chunk nil: why, and whether more might make it whole
function run.compile(text, name, env)
  local chunk, reason = load("return " .. text, name, "t", env)
  if chunk then return chunk end
  local why
  chunk, why = load(text, name, "t", env)
  if chunk then return chunk end
  return nil, why, is_open(why, text) or is_open(reason, text)
end

local function remember(context, outcome)
  if outcome.type == "R" and outcome.values.n > 0 then
    rawset(context.env, "_", outcome.values[1])
  end
  return outcome
end

-- A name that means nothing may be a command's that was not spelt right, or one
-- that has to be typed elsewhere.
local function hint_of_name(context, name)
  if context.entered then
    return command.named(name) and
      "no such variable here; `leave` first for the command " .. name
  end
  local meant = command.near(name)
  return meant and "no such variable; did you mean the command " .. meant .. "?"
end

-- What is thought and not said, for a person.
local function hint(context, text, outcome)
  if outcome.type ~= "R" then return outcome end
  local name = text:match "^%s*([%a_][%w_]*)%s*$"
  local value = text:match "^%s*local%s[%s%w_,]+=([^\n]*)$"
  if name and outcome.values[1] == nil then
    outcome.hint = hint_of_name(context, name)
  elseif value and load("return " .. value, "=input", "t") then
    outcome.hint = "a local ends with its line; without `local` it stays"
  end
  return outcome
end

-- Inside an actor the text is compiled once more.
local function of_lua(context, text, name)
  local chunk, why, open = run.compile(text, name, context.env)
  if open then return {type = "M"} end
  if not chunk then
    return failed(problem.new("syntax", command.correct(text) or why))
  end
  if context.entered then
    return hint(context, text, remember(context,
      run.protected(command.inside, context, text)))
  end
  return hint(context, text, remember(context, run.protected(chunk)))
end

-- A key that nobody has may be one that was not spelt right.
local function near_key(outcome, args)
  local raised = outcome.problem
  if outcome.type ~= "F" or raised.kind ~= "noactor" or
    type(args.target) ~= "string" then
    return
  end
  local names = {}
  for index, it in ipairs(core.keys(1000)) do
    names[index] = type(it.key) == "string" and it.key or ""
  end
  local meant = near.of(args.target, names)
  if meant then
    raised.message = ("%s; did you mean %s?"):format(raised.message,
                                                     word.of_key(meant))
  end
end

local function of_command(context, found, text)
  local args, why, open = command.read(context, found, text)
  if args and args.source then
    local chunk
    chunk, why, open = run.compile(args.source, "=input", context.env)
    if open then return {type = "M"} end
    if not chunk then return failed(problem.new("syntax", why)) end
  end
  if args then
    local outcome = run.protected(found.run, context, args)
    near_key(outcome, args)
    outcome.command = found
    return outcome
  end
  if open then return {type = "M"} end
  return failed(problem.new("badargument", why .. "\nusage: " ..
                            command.usage(found)))
end

--- Runs one input.
---@param context table
---@param text string
---@param name string|nil the chunk's, for errors: "=input"
---@return table outcome
function run.input(context, text, name)
  if not text:find "%S" then return {type = "R", values = {n = 0}} end
  local found = command.find(context, text)
  if found then return of_command(context, found, text) end
  return of_lua(context, text, name or "=input")
end

-- Its lines one after another, as if they were typed, till the first failure.
local function line_by_line(context, text, show)
  local held, first, number, last = "", nil, 0, {type = "R", values = {n = 0}}
  for line in (text .. "\n"):gmatch "([^\n]*)\n" do
    number = number + 1
    first = first or number
    held = held == "" and line or held .. "\n" .. line
    local outcome = run.input(context, held, "=input")
    if outcome.type == "F" then
      return outcome, first
    elseif outcome.type == "R" then
      if outcome.values.n > 0 then last = outcome end
      show(outcome)
      if context.leaving then return last end
      held, first = "", nil
    end
  end
  if held == "" then return last end
  return failed(problem.new("syntax", "the end of the input is missing")), first
end

--- Runs a whole script: as one chunk, if it is Lua; else line by line.
---@param show fun(outcome: table) is given each line's
---@return table outcome
---@return integer|nil line of the failure, if the lines were run
function run.script(context, text, show)
  text = text:gsub("^#[^\n]*", "")
  if not context.entered then
    local chunk = run.compile(text, "=input", context.env)
    if chunk then return remember(context, run.protected(chunk)) end
  end
  return line_by_line(context, text, show)
end

return run
