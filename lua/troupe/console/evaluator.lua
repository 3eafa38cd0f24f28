--- Runs what an operator types; has the variables of the session. Not for
-- scripts: see troupe.console.session, which has the socket.
--
-- It asks the session for the next input, and waits for it as long as need be:
-- so what is typed may itself receive, as in any script. An interrupt reaches
-- what is typed and nothing else here: it is for the number of an evaluation.

local command = require "troupe.console.command"
local completion = require "troupe.console.completion"
local core = require "troupe.core"
local json = require "troupe.console.json"
local output = require "troupe.console.output"
local pretty = require "troupe.console.pretty"
local problem = require "troupe.console.problem"
local run = require "troupe.console.run"
local troupe = require "troupe"

local evaluator = {}

local PIECE = 1024 * 1024 -- bytes of one message to the session
local PATIENCE = 60       -- seconds for the session to take one

function evaluator.init(args)
  local context = {session = args.session, name = args.name or "",
                   mode = "plain", width = 80}
  context.env = command.environment(context)
  return {context = context}
end

-- --- Telling the session -----------------------------------------------------

-- It goes on when the session has taken it: so no more than one piece is on its
-- way when the session, or what is typed, is to end.
local function tell(self, ...)
  return troupe.shield(PATIENCE, troupe.call, self.context.session, ...)
end

local function print_piece(self, text)
  local ok, failure = pcall(tell, self, "output", text)
  if ok then return end
  if type(failure) ~= "string" then error(failure, 0) end
  -- In a __tostring, say, nobody can wait.
  troupe.trycast(self.context.session, "output", text)
end

local function print_text(self, text)
  for at = 1, #text, PIECE do
    print_piece(self, text:sub(at, at + PIECE - 1))
  end
end

local function prompt_of(context)
  local name = context.name == "" and "troupe" or context.name
  if context.entered then name = name .. " " .. context.entered.text end
  return name .. "> "
end

local function tell_prompt(self)
  local text = prompt_of(self.context)
  if text == self.prompt then return end
  tell(self, "prompt", text)
  self.prompt = text
end

-- --- What came of it, as text ------------------------------------------------

local function options_of(context)
  return {width = context.width, colour = context.colour,
          behaviour = command.behaviour}
end

local function value_text(context, outcome)
  local values, text = outcome.values, ""
  if values.n > 0 then text = pretty.values(values, options_of(context)) end
  if not outcome.hint or context.mode ~= "terminal" then return text end
  return ("%s-- %s"):format(text == "" and text or text .. " ", outcome.hint)
end

-- A command's own words are output: they are not a value.
local function show_command(self, outcome)
  local found = outcome.command
  if outcome.type ~= "R" or not found or not found.show then return end
  local context = self.context
  if context.mode == "json" then return end
  local text = found.show(context, table.unpack(outcome.values, 1,
                                                outcome.values.n))
  if text ~= "" then print_text(self, text) end
  outcome.values = {n = 0}
end

local function failure_text(context, outcome, line)
  local failure = outcome.problem
  if line then
    failure.message = ("line %d: %s"):format(line, failure.message)
  end
  if context.mode == "json" then
    return json.encode {ok = false, error = failure}
  end
  return problem.text(failure, context.colour)
end

local function render(self, outcome, line)
  local context = self.context
  if outcome.type == "M" then return "" end
  if outcome.type == "F" then return failure_text(context, outcome, line) end
  if context.mode == "json" then
    return '{"ok":true,"values":' .. json.values(outcome.values) .. "}"
  end
  return value_text(context, outcome)
end

-- Rendering may fail, too: what has to be shown may be too large.
local function rendered(self, outcome, line)
  local shown = run.protected(function()
    show_command(self, outcome)
    return render(self, outcome, line)
  end)
  if shown.type == "R" then return outcome.type, shown.values[1] end
  return "F", failure_text(self.context, shown, line)
end

-- --- Inputs ------------------------------------------------------------------

local work = {}

function work.evaluate(self, text)
  return rendered(self, run.input(self.context, text))
end

-- What a line of a script gives is output; the last's is the answer in JSON.
function work.script(self, text)
  local outcome, line = run.script(self.context, text, function(outcome)
    local _, shown = rendered(self, outcome)
    if self.context.mode == "json" then return end
    if shown ~= "" then print_text(self, shown .. "\n") end
    outcome.values, outcome.command = {n = 0}, nil
  end)
  return rendered(self, outcome, line)
end

function work.complete(self, text)
  local ok, replaced, list = pcall(completion.of, self.context, text)
  if not ok then replaced, list = 0, {} end
  return "C", table.concat({replaced, table.unpack(list)}, "\n")
end

function work.hello(self, mode, width, colour)
  local context = self.context
  context.mode, context.width, context.colour = mode, width, colour
  -- What no person reads, a pipe, loses nothing.
  context.screen = mode == "terminal" and width or math.huge
  return "H", ""
end

-- Nothing that is typed gets out of here but by its end. What was interrupted
-- in a loop, say, has not come back: that is told here.
local function perform(self, id, kind, ...)
  local context = self.context
  local ok, answer, text = core.evaluate(id, work[kind], self, ...)
  if ok then return answer, text end
  if kind == "complete" then return "C", "0" end
  local failure = problem.ended(answer, text)
  return "F", failure_text(context, {problem = failure})
end

local function report(self, kind, text)
  tell_prompt(self)
  for at = 1, #text, PIECE do
    tell(self, "piece", text:sub(at, at + PIECE - 1))
  end
  tell(self, "finish", kind)
  if self.context.leaving then tell(self, "leave") end
end

local function step(self)
  report(self, perform(self, troupe.timeout(math.huge, troupe.call,
                                            self.context.session, "next")))
end

function evaluator.continue(self)
  core.task() -- what is typed may receive
  self.context.print = function(text) print_text(self, text) end
  output.redirect(self.context.print)
  local ok = pcall(function()
    while true do step(self) end
  end)
  if not ok then troupe.exit("shutdown") end -- the session is gone
end

return evaluator
