-- The session that the README shows is one that a host has: but for pids,
-- times and sizes, which differ each time.

local command = require "support.command"
local console = require "support.console"
local named = require "support.named"

local function normal(text)
  text = text:gsub("%d[%d.]*", "N"):gsub("N [num]?s%f[%A]", "N s")
  return (text:gsub("N [KM]?i?B", "N B"):gsub("[ \n]+", " "):gsub(" $", ""))
end

local function typed(line)
  return line:match "^shop> ?(.*)$" or line:match "^shop <[%d.]+> %S+> ?(.*)$"
end

-- The block that begins with a prompt: {typed, printed} each.
local function session_of(text)
  local block = text:match "```\n(shop> .-)```"
  local list = {}
  for line in block:gmatch "([^\n]*)\n" do
    local input = typed(line)
    if input then
      list[#list + 1] = { line = line, typed = input, printed = "" }
    else
      list[#list].printed = list[#list].printed .. line .. "\n"
    end
  end
  return list
end

describe("the README's session", function()
  local host

  after_each(function()
    host:signal "KILL"
    host:wait()
    console.finish()
  end)

  it("is what happens", function()
    host = command.start({ command.binary(), "run", "--name", "shop",
      "--log", "error", "scripts/account/shop.lua" },
      { environment = { TROUPE_RUNTIME_DIR = named.directory() } })
    local path = named.directory() .. "/shop.sock"
    local client
    require "support.eventually"(function()
      local ok
      ok, client = pcall(console.attach, path)
      return ok
    end)
    local list = session_of(command.read "README.md")
    assert.is_true(#list > 5)
    for _, step in ipairs(list) do
      assert.equal(normal(client.prompt .. step.typed), normal(step.line))
      local all = client:ask(step.typed)
      local printed = (all.O or "") .. (all.R or all.F)
      assert.equal(normal(step.printed), normal(printed), step.typed)
    end
  end)
end)
