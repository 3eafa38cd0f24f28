-- What most specs need.
--
--   local support = require "support"
--   local result = support.script [[
--     local troupe = require "troupe"
--     print(troupe.self())
--   ]]
--   assert.equal(0, result.status)

local command = require "support.command"

local support = {
  command = command,
  eventually = require "support.eventually",
}

--- The words of a command that runs `source`, and the options for it.
function support.prepare(source, options)
  local directory = command.directory()
  command.write(directory .. "/main.lua", source)
  for name, text in pairs(options.files or {}) do
    local folder = name:match("^(.*)/")
    if folder then
      os.execute("mkdir -p " .. command.quote(directory .. "/" .. folder))
    end
    command.write(directory .. "/" .. name, text)
  end
  local words = { command.binary(), "run" }
  for _, flag in ipairs(options.flags or {}) do words[#words + 1] = flag end
  words[#words + 1] = "main.lua"
  for _, word in ipairs(options.arguments or {}) do words[#words + 1] = word end
  return words, { directory = directory, input = options.input,
    limit = options.limit, environment = options.environment }
end

--- Runs a Lua source as the script of a host of its own.
---@param source string
---@param options table|nil those of command.run, and: files (name to text,
--- written beside the script), arguments, flags (before the script's name)
---@return table result status, stdout, stderr, directory
function support.script(source, options)
  local words, for_command = support.prepare(source, options or {})
  local result = command.run(words, for_command)
  result.directory = for_command.directory
  return result
end

--- The same in the background.
---@return table process see support.command
function support.start(source, options)
  return command.start(support.prepare(source, options or {}))
end

--- As script, but it must end well: returns what it printed.
---@param source string
---@param options table|nil
---@return string
function support.output(source, options)
  local result = support.script(source, options)
  if result.status ~= 0 then
    error(("the script ended with status %s:\n%s%s"):format(result.status,
      result.stdout, result.stderr), 2)
  end
  return result.stdout
end

return support
