-- Every command that `troupe help --names` lists has a help path, an error path
-- and a success path, as a subprocess. A new command without an entry here is
-- red: it says in `wrong` what is typed and what is then said, in `right` what
-- is typed and matches what is printed, in a new project; `prepare` may change
-- that before, and return what undoes it.

local command = require "support.command"
local project = require "support.project"
local table_of = require "troupe.cli.command"

local RUNTIME = { TROUPE_RUNTIME_DIR = command.directory() }

local NOTHING = "^$"

local ENTRIES = {
  run = {
    prepare = function(shop) shop:write("main.lua", "print('ran', ...)") end,
    wrong = { { "none.lua" }, "cannot open none.lua" },
    right = { { "main.lua", "a" }, "^ran\ta\n$" },
  },
  repl = {
    prepare = function(shop) shop:write("main.lua", "print 'ran'") end,
    wrong = { { "--workers", "0" },
      "expected --workers to be 1 to 256, got 0 (see troupe --help)" },
    right = { { "main.lua" }, "^ran\n$" },
  },
  attach = {
    prepare = function(shop)
      local server = command.start({ command.binary(), "run", "--name",
        "every" }, { directory = shop.folder, environment = RUNTIME })
      server:await "shop runs"
      return function() server:stop() end
    end,
    wrong = { { "none" }, "no host named none is running; there is: every" },
    right = { { "every", "-e", "1 + 1" }, "^2\n$" },
  },
  new = {
    wrong = { { "Till" }, "expected NAME to be a module's name" },
    right = { { "till" }, "^till/till%-dev%-1.rockspec\n" },
  },
  test = {
    wrong = { { "spec/none_spec.lua" }, "spec/none_spec.lua" },
    right = { {}, "1 success" },
  },
  deps = {
    wrong = { { "add", "hello >> 1" }, 'cannot read the dependency "hello' },
    right = { { "get" }, "^wrote luarocks.lock\n" },
  },
  check = {
    prepare = function(shop) shop:write("lua/shop/odd.lua", "return {}\n") end,
    wrong = { { "x" }, "expected no argument, got also x" },
    right = { {}, NOTHING },
  },
  format = {
    prepare = function(shop)
      shop.environment.PATH = project.programs { stylua = "exec cat" }
    end,
    wrong = { { "none.lua" }, "there is no none.lua" },
    right = { { "--check" }, NOTHING },
  },
  docs = {
    prepare = function(shop)
      shop.environment.PATH = project.programs { ldoc = "mkdir ../docs" }
    end,
    wrong = { { "--all" }, "unknown option --all" },
    right = { {}, "^written: build/docs/index.html\n$" },
  },
  bench = {
    prepare = function(shop)
      shop:write("bench/one.lua", "return { one = function() end }")
    end,
    wrong = { { "--filter", "two" }, "no benchmark has a name like two" },
    right = { { "--seconds", "0.01" }, "^bench/one.lua\n  one " },
  },
  build = {
    wrong = { { "--output" }, "expected a value after --output" },
    right = { {}, "^build/shop  [%d.]+ MB\n$" },
  },
  clean = {
    prepare = function(shop) shop:write("build/file", "") end,
    wrong = { { "--all" }, "unknown option --all" },
    right = { {}, "^removed build\n$" },
  },
  stubs = {
    wrong = { { "x" }, "expected no argument, got also x" },
    right = { {}, NOTHING },
  },
  completion = {
    wrong = { { "tcsh" }, "unknown command completion tcsh" },
    right = { { "bash" }, "\ncomplete %-F _troupe troupe\n$" },
  },
  help = {
    wrong = { { "nothing" }, "no command nothing" },
    right = { {}, "\n  help +list" },
  },
}

local function names()
  local list = {}
  local text = project.empty():troupe("help", "--names").stdout
  for name in text:gmatch "[^\n]+" do list[#list + 1] = name end
  return list
end

local function helps(place, title)
  local words = {}
  for word in title:gmatch "%S+" do words[#words + 1] = word end
  words[#words + 1] = "--help"
  local result = place:troupe(table.unpack(words))
  assert.same({ 0, "" }, { result.status, result.stderr }, title)
  assert.matches("^usage: troupe " .. title, result.stdout)
  assert.is_true(select(2, result.stdout:gsub("\n", "")) > 1, title)
  for line in result.stdout:gmatch "[^\n]+" do
    assert.is_true(#line <= 80, title .. ": too wide: " .. line)
  end
  table.remove(words)
  assert.same(result, place:troupe("help", table.unpack(words)))
end

local function below(found, visit)
  for _, one in ipairs(found and found.commands or {}) do
    visit(one)
    below(one, visit)
  end
end

describe("every command", function()
  it("has an entry here, and no other has", function()
    local listed = {}
    for _, name in ipairs(names()) do listed[name] = true end
    for name in pairs(listed) do assert.is_table(ENTRIES[name], name) end
    for name in pairs(ENTRIES) do assert.is_true(listed[name], name) end
  end)
end)

for _, name in ipairs(names()) do
  local entry = ENTRIES[name] or {}
  describe("troupe " .. name, function()
    local shop, finish

    setup(function()
      shop = project.new():with { TROUPE_RUNTIME_DIR =
        RUNTIME.TROUPE_RUNTIME_DIR }
      finish = entry.prepare and entry.prepare(shop)
    end)
    teardown(function() if finish then finish() end end)

    local function run(words) return shop:troupe(name, table.unpack(words)) end

    it("explains itself, with all commands that it has", function()
      helps(project.empty(), name)
      below(table_of.find(name), function(one)
        helps(project.empty(), one.title)
      end)
    end)

    it("says what it does not know", function()
      local result = run { "--no-such" }
      assert.is_true(result.status ~= 0)
      assert.matches("no%-such", result.stdout .. result.stderr)
    end)

    it("says what is wrong", function()
      local result = run(entry.wrong[1])
      assert.is_true(result.status ~= 0)
      assert.matches(entry.wrong[2], result.stdout .. result.stderr, 1, true)
      assert.not_matches("stack traceback", result.stderr, 1, true)
    end)

    it("does what it is for", function()
      local result = run(entry.right[1])
      assert.equal(0, result.status, result.stdout .. result.stderr)
      assert.matches(entry.right[2], result.stdout)
    end)
  end)
end
