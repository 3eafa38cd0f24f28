-- The functions of `string` that are our own: as in stock Lua, but none holds
-- a worker or keeps its actor from being ended, and what gsub calls may wait.

local actors = require "support.actors"
local eventually = require "support.eventually"
local differential = require "support.differential"
local troupe = require "troupe"

local run, puppet, begin = actors.run, actors.puppet, actors.begin

local PATIENCE = tonumber(os.getenv "TROUPE_SPEC_PATIENCE") or 1

describe("the functions of string, called at random,", function()
  after_each(actors.finish)

  for _, seed in ipairs(differential.seeds) do
    it(("do what stock Lua does (seed %d)"):format(seed), function()
      for way, text in pairs(differential.run("string", seed, 2000)) do
        assert.is_true(#text.stock > 10000, way)
        assert.equal(text.stock, text.ours, way)
      end
    end)
  end
end)

describe("a search", function()
  after_each(actors.finish)

  -- What each call is to give, in an actor that makes way at each step, and
  -- in this one.
  local cases = {
    { "('hello'):find('l', -2)", 4, 4 },
    { "('hello'):find('', 6)", 6, 5 },
    { "('hello'):find('', 7)", nil },
    { "('hello'):find('h', -99)", 1, 1 },
    { "('hello'):match('.-', math.maxinteger)", nil },
    { "('a.b'):find('.', 2, true)", 2, 2 },
    { "('a\\0b'):find('\\0b')", 2, 3 },
    { "('a\\0b'):find('[\\0]')", 2, 2 },
    { "('a\\0\\0b'):match('%z+()')", 4 },
    { "('key = value'):match('^(%w+)%s*=%s*(%w+)$')", "key", "value" },
    { "('aXb'):find('%u()')", 2, 2, 3 },
    { "('f(a(b)c)'):match('%b()')", "(a(b)c)" },
    { "('f(a(b'):match('%b()')", nil },
    { "('THE (quick) fox'):find('%f[%a]%l+%f[%A]')", 6, 10 },
    { "('say \"it\" now'):match([[(['\"])(.-)%1]])", "\"", "it" },
    { "('x]-^'):match('[]^-]+')", "]-^" },
    { "('b-c'):match('[a-]+', 2)", "-" },
    { "('  trim  '):match('^%s*(.-)%s*$')", "trim" },
    { "('aaab'):match('a-b')", "aaab" },
    { "('a$'):find('$', 1, true)", 2, 2 },
    { "('a$b'):find('a$b')", 1, 3 },
    { "('abc'):gsub('', '-')", "-a-b-c-", 4 },
    { "('abc'):gsub('%w', '%0%0', 2)", "aabbc", 2 },
    { "('abc'):gsub('^a', 'x', 5)", "xbc", 1 },
    { "('hello world'):gsub('(%w+) (%w+)', '%2 %1')", "world hello", 1 },
    { "('abc'):gsub('b', { b = false })", "abc", 1 },
    { "('abc'):gsub('%w', { a = 1, b = 2.5 })", "12.5c", 3 },
    { "('abc'):gsub('()', { [2] = '-' })", "a-bc", 4 },
    { "('abc'):gsub('b', '%%')", "a%c", 1 },
    { "('abc'):gsub('b', 5)", "a5c", 1 },
    { "('x'):rep(3, ', ')", "x, x, x" },
    { "('x'):rep(0)", "" },
    { "(''):rep(3, 'ab')", "abab" },
    { "('').rep('', 1 << 50)", "" },
    { "#('ab'):rep(100000, 'c')", 299999 },
    { "('ab'):rep(1000, 'c') == ('abc'):rep(999) .. 'ab'", true }
  }

  it("finds what the manual says", function()
    for _, case in ipairs(cases) do
      local source = "return " .. case[1]
      local wanted = table.pack(table.unpack(case, 2, math.max(2, #case)))
      assert.same(wanted, table.pack(load(source)()), source)
      assert.same(wanted, table.pack(actors.pacing(source)), source)
    end
  end)

  local errors = {
    { "('a'):find('[a')", "malformed pattern (missing ']')" },
    { "('a'):find('[]')", "malformed pattern (missing ']')" },
    { "('a'):find('[a%')", "malformed pattern (missing ']')" },
    { "('a'):find('a%')", "malformed pattern (ends with '%')" },
    { "('a'):find('%b')", "malformed pattern (missing arguments to '%b')" },
    { "('a'):find('%fa')", "missing '[' after '%f' in pattern" },
    { "('a'):find('(a')", "unfinished capture" },
    { "('a'):find('a+)')", "invalid pattern capture" },
    { "('a'):find('%1')", "invalid capture index %1" },
    { "('a'):find('(%1)')", "invalid capture index %1" },
    { "('a'):gsub('a', '%2')", "invalid capture index %2" },
    { "('a'):gsub('a', '%x')", "invalid use of '%' in replacement string" },
    { "('a'):gsub('a', function() return {} end)",
      "invalid replacement value (a table)" },
    { "('a'):gsub('a', { a = true })",
      "invalid replacement value (a boolean)" },
    { "('a'):find(('()'):rep(33))", "too many captures" },
    { "('a'):rep(200):find(('a?'):rep(200))", "pattern too complex" },
    { "('a'):rep(1 << 31)", "resulting string too large" },
    { "('a'):gsub('a', true)", "bad argument #2 to 'gsub' " ..
      "(string/function/table expected, got boolean)" },
    { "string.rep()",
      "bad argument #1 to 'rep' (string expected, got no value)" }
  }

  it("raises what stock Lua raises, and says where", function()
    for _, case in ipairs(errors) do
      local source = ("local ok, problem = pcall(function()\n\nlocal _ = %s " ..
        "end) return ok, problem"):format(case[1])
      for _, place in ipairs { actors.pacing, function(text)
        return load(text, "=puppet")()
      end } do
        local ok, problem = place(source)
        assert.is_false(ok, source)
        assert.equal("puppet:3: " .. case[2], problem)
      end
    end
  end)

  it("finds a text whose beginning is everywhere", function()
    for size = 250, 300, 5 do
      local part = ("x"):rep(size - 1) .. "y"
      local text = ("x"):rep(5000) .. part .. "z"
      assert.equal(5001, actors.pacing([[
        local text, part = ...
        return (text:find(part, 1, true))
      ]], text, part))
      assert.is_nil(actors.pacing([[
        local text, part = ...
        return text:find(part, 5002, true)
      ]], text, part))
    end
  end)

  it("is as quick for a long text that is almost everywhere", function()
    local pid = puppet()
    assert.is_nil(troupe.timeout(60 * PATIENCE, run, pid, [[
      local size = ...
      local text = ("a"):rep(2 * size)
      return text:find(("a"):rep(size - 1) .. "b", 1, true)
    ]], 1 << 20))
  end)
end)

-- None of these would ever end, or not soon.
local ENDLESS = {
  ["choices without end"] =
    "('a'):rep(40):find(('a?'):rep(40) .. ('a'):rep(40))",
  ["lazy ones"] = "('a'):rep(300):find(('.-'):rep(20) .. 'b')",
  ["greedy ones"] = "('a'):rep(300):match(('.*'):rep(20) .. 'b')",
  ["captures"] = "('a'):rep(300):match(('(.-)'):rep(20) .. 'b')",
  ["a long text, again and again"] =
    "('a'):rep(1 << 22):find(('a*'):rep(4) .. 'b')",
  ["brackets that do not close"] = "('('):rep(1 << 22):find '%b()'",
  ["a set as long as a text"] =
    "('a'):rep(1 << 20):find('[' .. ('b'):rep(1 << 20) .. ']')",
  ["gmatch"] = "('a'):rep(300):gmatch(('.-'):rep(20) .. 'b')()",
  ["gsub by a string"] = "('a'):rep(300):gsub(('.-'):rep(20) .. 'b', 'x')",
  ["gsub by a function"] = "('a'):rep(300):gsub(('.-'):rep(20) .. 'b', print)",
}

describe("a search that does not end", function()
  after_each(actors.finish)

  for name, source in pairs(ENDLESS) do
    it("lets others run, and can be killed: " .. name, function()
      local pid, other = puppet(), puppet()
      begin(pid, "troupe.send(..., 'begun') return " .. source, troupe.self())
      assert.equal("begun", troupe.receive())
      for i = 1, 3 do assert.equal(i, run(other, "return ...", i)) end
      troupe.monitor(pid)
      troupe.kill(pid)
      assert.equal("down", (troupe.receive()))
    end)
  end

  it("can be killed where Lua cannot yield", function()
    for _, place in ipairs { "load(function() return SEARCH end)",
      "tostring(setmetatable({}, { __tostring = function() SEARCH end }))" } do
      local pid = puppet()
      local code = place:gsub("SEARCH", function()
        return "pcall(function() return " .. ENDLESS["lazy ones"] .. " end)"
      end)
      begin(pid, "troupe.send(..., 'begun') " .. code, troupe.self())
      assert.equal("begun", troupe.receive())
      troupe.monitor(pid)
      troupe.kill(pid)
      assert.equal("down", (troupe.receive()))
    end
  end)

  it("is bounded by a deadline of the caller", function()
    local pid = puppet()
    local problem = actors.raised(troupe.timeout, 0.05, run, pid, "return " ..
      ENDLESS["lazy ones"])
    assert.equal("timeout", problem.kind)
  end)

  it("is not in the way of a memory limit", function()
    local pid = puppet({ memory = 1 << 20 })
    assert.same({ false, false, 5 }, { run(pid, [[
      local text = ("x"):rep(1000)
      return pcall(string.rep, text, 1 << 20) == true,
        pcall(string.gsub, text, "x", text) == true, 5
    ]]) })
  end)
end)

describe("what gsub calls", function()
  after_each(actors.finish)

  it("may wait", function()
    local other = puppet()
    assert.same({ "[a][b]", 2 }, { actors.pacing([[
      local other = ...
      return ("ab"):gsub("%w", function(c)
        return troupe.call(other, "run", "return '[' .. ... .. ']'", c)
      end)
    ]], other) })
    assert.same({ "a!b!", 2 }, { actors.pacing([[
      local other = ...
      local function index(_, key)
        return troupe.call(other, "run", "return ... .. '!'", key)
      end
      local asks = setmetatable({}, { __index = index })
      return ("ab"):gsub("%w", setmetatable({}, { __index = asks }))
    ]], other) })
  end)

  it("may raise, and gsub goes no further", function()
    assert.same({ false, "raised", 1 }, { actors.pacing [[
      local calls = 0
      local ok, problem = pcall(string.gsub, "abc", "%w", function()
        calls = calls + 1
        error("raised", 0)
      end)
      return ok, problem, calls
    ]] })
  end)

  it("may call gsub", function()
    assert.equal("<a-b-c->", actors.pacing [[
      local function deep(text, n)
        if n == 0 then return "<" .. text:gsub(".", "%0-") .. ">" end
        return (text:gsub("^.*$", function(all) return deep(all, n - 1) end))
      end
      return deep("abc", 50)
    ]])
  end)

  it("does not lose a result that grows while it waits", function()
    assert.same({ 2000 * 1001, 2000 }, { run(puppet(), [[
      local text, count = ("x"):rep(2000):gsub("x", function()
        troupe.sleep(0)
        return ("y"):rep(1001)
      end)
      assert(text == ("y"):rep(2000 * 1001))
      return #text, count
    ]]) })
  end)
end)

describe("the memory of a search", function()
  after_each(actors.finish)

  it("is given back", function()
    local pid = puppet()
    local function used()
      return run(pid, [[
        collectgarbage()
        collectgarbage()
        return require "probe".memory()
      ]])
    end
    run(pid, "require 'probe'.pace(1)")
    local function search()
      run(pid, [[
        local text = ("key = value, "):rep(30)
        text:gsub("(%w+) = (%w+)", "%2 = %1")
        text:gsub("%w+", function(word) return word .. word end)
        for _ in text:gmatch "(%w+)" do end
        return text:find("valuf", 1, true), text:match "^.-x"
      ]])
    end
    search()
    local before = used()
    for _ = 1, 5 do search() end
    eventually(function() return used() <= before + 200 end)
  end)

  it("may not be there, at any point", function()
    local pid = puppet()
    for count = 0, 40 do
      run(pid, [[
        local probe = require "probe"
        probe.pace(2)
        local text = ("key = value, "):rep(100)
        probe.fail_after(...)
        pcall(string.gsub, text, "(%w+) = (%w+)", "%2 = %1%1%1")
        pcall(string.gsub, text, "%w+", function(word) return word .. word end)
        pcall(string.rep, text, 10)
        pcall(string.find, text, "absent", 1, true)
        probe.fail_after()
      ]], count)
    end
    assert.equal(1, run(pid, "return 1"))
  end)
end)
