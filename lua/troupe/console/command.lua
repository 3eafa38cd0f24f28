--- The commands of the prompt. Not for scripts, which have troupe.inspect.
--
--     actors sort=memory limit=5
--     call account/7 deposit 5
--
-- A line is a command if its first word is a command's name and what follows
-- does not go on like Lua: `log = 3` and `log.x` are Lua. A name that the
-- session has as a variable of its own, and any name inside an actor, is a
-- command only where it cannot be Lua. Words are split at blanks; what is
-- quoted or in braces is as in Lua. A target is <0.17.3>, 0.17.3, 17, or a key:
-- shop, "a key", account/7, {"account", 7}.
--
-- Each command is {name, summary, help, words, options, run, show, call}:
-- troupe.console.argument says how words and options are written; `run(context,
-- args)` returns values; `show(context, ...)` makes text of them, which has its
-- line end. Without `show` they are shown as values. `call(context, ...)` is
-- the command as a function. Without `run` or `call` it is that of
-- troupe.inspect which has its name, for the target.

local argument = require "troupe.console.argument"
local core = require "troupe.core"
local inside = require "troupe.console.inside"
local near = require "troupe.console.near"
local inspect = require "troupe.inspect"
local quote = require "troupe.console.quote"
local word = require "troupe.console.word"

local command = {}

local GROUPS = {"watch", "act", "code", "talk"}

-- In the order in which help lists them.
command.list = {}

local by_name = {}

local function fill(found)
  local name = found.name
  found.run = found.run or function(_, args)
    return inspect[name](args.target)
  end
  found.call = found.call or function(_, ...) return inspect[name](...) end
end

for _, group in ipairs(GROUPS) do
  for _, found in ipairs(require("troupe.console.commands." .. group)) do
    found.group = group
    fill(found)
    command.list[#command.list + 1] = found
    by_name[found.name] = found
  end
end

--- Inside an actor these alone are not Lua.
local ALWAYS = {leave = true, exit = true, help = true}

---@param name string
---@return table|nil
function command.named(name) return by_name[name] end

--- How it is written, on one line.
command.usage = argument.usage

-- --- Is it one? --------------------------------------------------------------

-- Does the rest of a line go on like Lua, behind a name?
local function is_lua(rest)
  if rest == "" or rest:find "^<[%d.]+>" then return false end
  if rest:find "^%-%-%a" or rest:find "^%.?%./" then return false end
  if rest:find "^and%f[^%w_]" or rest:find "^or%f[^%w_]" then return true end
  return rest:find "^[=(%.%[:,+%-*/%%^#&|~<>;]" ~= nil
end

local function compiles(text)
  return load("return " .. text, "=input", "t") or load(text, "=input", "t")
end

local function is_taken(context, name)
  if context.entered then return not ALWAYS[name] end
  return rawget(context.env, name) ~= context.functions[name]
end

--- The command that a line is, or nil: it is Lua.
---@param context table
---@param text string
---@return table|nil
function command.find(context, text)
  local name, rest = text:match "^%s*([%a_][%w_]*)%s*(.*)$"
  local found = by_name[name]
  if not found or is_lua(rest) then return nil end
  if is_taken(context, name) and compiles(text) then return nil end
  return found
end

-- The words before the Lua that goes with a command, and that; nil, why.
local function split(found, text)
  local items, count, at = {}, 0, text:find("%S", text:match "^%s*[%w_]+()")
  while at do
    local item, next = word.one(text, at)
    if not item and count < #found.words then return nil, next end
    if not item or not argument.is_option(found, item) then
      if count == #found.words then return items, text:sub(at) end
      count = count + 1
    end
    items[#items + 1] = item
    at = text:find("%S", next)
  end
  return items
end

--- Its arguments; nil, why, and whether more lines might make it whole.
function command.read(context, found, text)
  if found.source then
    local items, source = split(found, text)
    if not items then return nil, source end
    local args, why = argument.read(found, items)
    if args then args.source = source end
    return args, why
  end
  local items, why, open = word.read(text)
  if not items then return nil, why, open end
  table.remove(items, 1)
  return argument.read(found, items)
end

-- --- A wrong word ------------------------------------------------------------

-- What others call it.
local OTHERS = {quit = "exit", q = "exit", bye = "exit", logout = "exit",
  ps = "actors", top = "actors", ls = "actors", list = "actors", i = "actors",
  regs = "registry", bt = "stack", backtrace = "stack", where = "stack",
  h = "help", man = "help", back = "leave", messages = "mailbox"}

--- The command whose name is nearly this.
---@param name string
---@return string|nil
function command.near(name)
  if OTHERS[name:lower()] then return OTHERS[name:lower()] end
  local names = {}
  for index, found in ipairs(command.list) do names[index] = found.name end
  return near.of(name, names)
end

-- Of those who have typed `?`, or another shell's `\h` and `:q`.
local function is_lost(text) return text:find "^%s*[?\\/:]" ~= nil end

--- What is wrong with a line that is neither Lua nor a command, if it looks
--- like one: words.
---@param text string
---@return string|nil
function command.correct(text)
  if is_lost(text) then return "help lists the commands" end
  local name, rest = text:match "^%s*([%a_][%w_]*)%s*(.*)$"
  if not name or is_lua(rest) or text:find "\n" or quote.RESERVED[name] then
    return nil
  end
  local meant = command.near(name)
  if not meant then return nil end
  return ("no command %s; did you mean %s?\nusage: %s"):format(name, meant,
    argument.usage(by_name[meant]))
end

-- --- As functions ------------------------------------------------------------

--- The globals that an input sees: those of the actor, the commands as
--- functions, `troupe` and `inspect`. What is assigned becomes a global of the
--- actor, but for these names.
---@param context table
---@return table
function command.environment(context)
  context.functions = {}
  for _, found in ipairs(command.list) do
    context.functions[found.name] = function(...)
      return found.call(context, ...)
    end
  end
  local env = {}
  for name, call in pairs(context.functions) do env[name] = call end
  env.troupe, env.inspect = require "troupe", inspect
  return setmetatable(env, {__index = _G, __newindex = _G})
end

--- The behaviour of a pid, for those that are shown.
command.behaviour = core.behaviour

command.inside = inside.run

return command
