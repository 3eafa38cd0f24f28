--- What spies answer, and have been asked: in the state of who tests. Not for
--- scripts: see troupe.test.

local core = require "troupe.core"
local scope = require "troupe.test.scope"
local troupe = require "troupe"

local spies = {}

local spy = {}

spies.class = { __index = spy, __name = "spy" }

local made = {} -- by their numbers

-- --- Checking ----------------------------------------------------------------

local function is_answer(value)
  return type(value) == "function" or type(value) == "table"
end

local function check_list(request, list)
  if type(list) == "function" then return end
  local good = type(list) == "table"
  for index, value in pairs(good and list or {}) do
    good = good and math.type(index) == "integer" and is_answer(value)
  end
  if not good then
    core.expected("the answers to " .. core.describe(request),
      "a function, or a list of lists of results", list)
  end
end

local function check(answers)
  if type(answers) == "function" then return end
  if type(answers) ~= "table" then
    core.expected("answers", "a table or a function", answers)
  end
  for request, list in pairs(answers) do check_list(request, list) end
end

-- --- Answering ---------------------------------------------------------------

local function length(results)
  local last = results.n or 0
  for index in pairs(results) do
    if math.type(index) == "integer" then last = math.max(last, index) end
  end
  return last
end

local function word_of(value)
  return type(value) == "string" and value or core.describe(value)
end

-- What it raises fails the `it`; its caller hears that there is no answer.
local function run(self, request, fn, ...)
  local results = table.pack(pcall(fn, ...))
  if results[1] then return table.unpack(results, 1, results.n) end
  local why = "raised: " .. tostring(results[2])
  if why:find("attempt to wait across", 1, true) then
    why = "waits, which it cannot: it runs while the spec does"
  end
  scope.complain(("%s: the function for %s %s"):format(self.text,
    word_of(request), why))
  return false
end

local function give(self, request, value, ...)
  if type(value) == "function" then return run(self, request, value, ...) end
  return true, table.unpack(value, 1, length(value))
end

local function next_answer(self, request)
  local list = self.answers[request]
  if type(list) ~= "table" then return list end
  local at = (self.given[request] or 0) + 1
  if list[at] ~= nil then self.given[request] = at end
  return list[at]
end

local function answer_call(self, request, ...)
  if type(self.answers) == "function" then
    return run(self, request, self.answers, request, ...)
  end
  local value
  if request ~= nil then value = next_answer(self, request) end
  if value ~= nil then return give(self, request, value, ...) end
  local left = request ~= nil and self.answers[request] ~= nil
  scope.complain(("%s: no answer %sto %s"):format(self.text,
    left and "left " or "", word_of(request)))
  return false
end

-- A cast has no answer, but a function may look at it.
local function answer_other(self, request, ...)
  local fn = self.answers
  if type(fn) == "function" then return run(self, request, fn, request, ...) end
  if request ~= nil then fn = fn[request] end
  if type(fn) == "function" then return run(self, request, fn, ...) end
  return true
end

local function asked(number, kind, ...)
  local self = made[number]
  if not self then return false end
  self.requests[#self.requests + 1] = { ... }
  return (kind == "call" and answer_call or answer_other)(self, ...)
end

-- --- The spy -----------------------------------------------------------------

--- What it was sent, calls, casts and infos, in order: a list {request, ...}
--- for each; or, of one request, only what came with it.
---@param request any|nil
---@return table[]
function spy:calls(request)
  local found = {}
  for _, values in ipairs(self.requests) do
    if request == nil then
      found[#found + 1] = table.move(values, 1, #values, 1, {})
    elseif values[1] == request then
      found[#found + 1] = table.move(values, 2, length(values), 1, {})
    end
  end
  return found
end

local function left_over(self)
  local texts = {}
  for request, list in pairs(self.answers) do
    local count = 0
    if type(list) == "table" then count = #list - (self.given[request] or 0) end
    if count > 0 then
      texts[#texts + 1] = ("%d to %s"):format(count, word_of(request))
    end
  end
  table.sort(texts)
  return table.concat(texts, ", ")
end

--- Raises if there are answers that nobody has asked for.
function spy:assert_drained()
  if type(self.answers) == "function" then return end
  local text = left_over(self)
  if text == "" then return end
  require "busted".fail(("%s: answers that nobody has asked for: %s"):format(
    self.text, text), 2)
end

function spies.class:__tostring() return self.text end

--- Starts one, which ends with the innermost scope.
---@param name any|nil
---@param answers table|function
---@return table spy
function spies.new(name, answers)
  check(answers)
  core.answerer(asked)
  local number = #made + 1
  local self = setmetatable({ answers = answers, given = {}, requests = {},
    name = name }, spies.class)
  made[number] = self
  self.pid = troupe.start("troupe.test.spy",
    { test = troupe.self(), number = number }, { name = name })
  self.text = "spy " .. (name ~= nil and word_of(name) or tostring(self.pid))
  local piece = scope.innermost()
  piece.helpers[#piece.helpers + 1] = self.pid
  return self
end

return spies
