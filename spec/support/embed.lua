-- Small programs of spec/embed/ that embed Troupe, as subprocesses: compiled
-- against the library of the variant that runs the specs, so that under a
-- sanitizer they are instrumented, too.
--
--   local embed = require "support.embed"
--   local result = embed.run("begin", { arguments = { "return" } })
--   assert.same({ status = 0, stdout = "", stderr = "" }, result)
--
-- A program is spec/embed/NAME.c, of C99 and nothing else: what it wants of
-- POSIX it asks for by a macro. Each is compiled once per run of the specs.

local command = require "support.command"

local embed = {}

local LIMIT = 30 -- seconds, of a program

local WARNINGS = "-pedantic -Wall -Wextra -Werror -g -Ihost"
local SANITIZERS = {
  asan = "-fsanitize=address,undefined -fno-sanitize-recover=undefined",
  tsan = "-fsanitize=thread",
}

--- What scripts that programs run say first.
embed.HEAD = [[
  local troupe = require "troupe"
  local function fails(text, ...)
    local ok, problem = pcall(...)
    assert(not ok, "it did not fail")
    problem = tostring(problem)
    assert(problem:find(text, 1, true), problem)
  end
]]

--- The folder of the variant that runs the specs, and its name.
---@return string folder
---@return string variant "test", "asan", "tsan", "stress"
function embed.variant()
  local folder = command.binary():match "^(.*)/[^/]*$"
  return folder, folder:match "[^/]*$"
end

--- The library that programs are linked with.
---@return string
function embed.library() return embed.variant() .. "/libtroupe.a" end

--- Compiles; raises what the compiler says if it does not like the program.
---@param line string a compiler and its flags, sources and libraries
---@return string program its path
function embed.build(line)
  local program = command.directory() .. "/program"
  local result = command.run(line .. " -o " .. command.quote(program),
    { limit = 60 })
  if result.status ~= 0 then
    error(line .. "\n" .. result.stdout .. result.stderr, 2)
  end
  return program
end

--- A compiler of C, with the flags of the variant, for `build`; before the
--- sources.
---@param standard string "-std=c99"
---@return string
function embed.compiler(standard)
  local _, variant = embed.variant()
  return table.concat({ "gcc", standard, WARNINGS, SANITIZERS[variant] }, " ")
end

--- What stands behind the sources.
---@return string
function embed.libraries()
  return command.quote(embed.library()) .. " -lm -ldl -lpthread"
end

local compiled = {}

--- The program of spec/embed/NAME.c.
---@param name string
---@return string its path
function embed.compile(name)
  if compiled[name] then return compiled[name] end
  compiled[name] = embed.build(table.concat({ embed.compiler "-std=c99",
    "spec/embed/" .. name .. ".c", embed.libraries() }, " "))
  return compiled[name]
end

--- Compiles it if that has not been done, and runs it to its end.
---@param name string
---@param options table|nil arguments, input, environment, limit (seconds)
---@return table result status (128 + n for signal n), stdout, stderr
function embed.run(name, options)
  options = options or {}
  local words = { embed.compile(name) }
  table.move(options.arguments or {}, 1, #(options.arguments or {}), 2, words)
  return command.run(words, { limit = options.limit or LIMIT,
    input = options.input, environment = options.environment })
end

return embed
