-- clock: either
-- Troupe for LuaJIT (scripts/embed/love/troupe.lua), by spec/embed/binding.lua
-- in a process of LuaJIT.

local command = require "support.command"
local embed = require "support.embed"

local BINDING = "scripts/embed/love/troupe.lua"

-- Without comments, and with one space where there is any.
local function plain(text)
  text = text:gsub("/%*.-%*/", " "):gsub("TROUPE_DEPTH", "100")
  return (text:gsub("%s+", " "):gsub(" ?([%(%){},;]) ?", "%1"))
end

-- What is declared, up to a semicolon that is in no braces.
local function declarations(text)
  local list, from, depth = {}, 1, 0
  for at, character in text:gmatch "()([{};])" do
    if character == "{" then
      depth = depth + 1
    elseif character == "}" then
      depth = depth - 1
    elseif depth == 0 then
      list[#list + 1] = text:sub(from, at)
      from = at + 1
    end
  end
  return list
end

describe("the binding", function()
  it("declares what the header does", function()
    local header = plain(command.read "host/troupe.h")
    local declared = command.read(BINDING):match "ffi%.cdef %[%[(.-)%]%]"
    local list = declarations(plain(declared))
    assert.is_true(#list > 50)
    for _, declaration in ipairs(list) do
      -- It has the first options only, which their size tells; and it has a
      -- type of its own.
      local text = declaration:match "^(struct troupe_options{.-)};$" or
        declaration
      if not text:find "^struct troupe_pid{" then
        assert.is_truthy(header:find(text, 1, true), text)
      end
    end
  end)

  local folder, variant = embed.variant()
  if variant ~= "test" then return end -- LuaJIT itself is not instrumented

  for part, sentence in pairs {
    values = "carries values there and back",
    talk = "casts, calls and starts",
    behaviour = "has behaviours of its own, in which failures stay",
    rest = "has boards and modules, and says what is wrong",
  } do
    it(sentence, function()
      local result = command.run { "luajit", "spec/embed/binding.lua",
        folder .. "/libtroupe.so", part }
      assert.same({ 0, "done\n", "" },
        { result.status, result.stdout, result.stderr })
    end)
  end
end)
