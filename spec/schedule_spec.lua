-- troupe test --seed, --schedules, --schedule: spec/schedule is a project with
-- a race in each file.

local command = require "support.command"
local eventually = require "support.eventually"
local project = require "support.project"

-- That a seed must do the same; TROUPE_REPLAYS: as many as one has time for.
local TIMES = tonumber(os.getenv "TROUPE_REPLAYS") or 5

local function troupe(...)
  return command.run({ command.binary(), "--log", "off", "test", ... },
    { directory = "spec/schedule", limit = 90 })
end

local function hash(result)
  return result.stderr:match "hash (%x+)" or
    error("no hash in " .. result.stdout .. result.stderr)
end

-- What a shell would run of the line that is told below `sentence`.
local function replay(result, sentence)
  local words = result.stdout:match(sentence .. "[^\n]*\n    troupe ([^\n]*)")
  assert.is_string(words, result.stdout)
  return command.run("exec " .. command.quote(command.binary()) .. " " .. words,
    { directory = "spec/schedule" })
end

-- All of them at a time would be many processes for a machine.
local function statuses(times, run)
  local seen = {}
  for _ = 1, times do
    local status = run()
    seen[status] = (seen[status] or 0) + 1
  end
  return seen
end

local searches = {}

local function found_in(name)
  searches[name] = searches[name] or
    troupe("--schedules", "1000", "races/" .. name .. ".lua")
  return searches[name]
end

describe("a schedule", function()
  local races = {
    lost_update = "an update that another handler's wait loses",
    check_then_start = "a start after a look that is outdated",
    check_then_register = "a name taken between a look and the taking",
    assumed_order = "an order of two senders that nobody promises",
  }

  for name, sentence in pairs(races) do
    describe("search for " .. sentence, function()
      local file = "races/" .. name .. ".lua"

      it("finds it, where the usual order has none", function()
        local result = found_in(name)
        assert.equal(0, troupe("--seed", "0", file).status)
        assert.equal(1, result.status)
        assert.matches("Schedule %d+ of 1000 fails", result.stdout)
      end)

      it("tells the one choice that makes it so, which fails, too", function()
        local lines = 0
        local held = "\n +%d+%. <0%.%d+%.1> [^\n]*is held back"
        for _ in found_in(name).stdout:gmatch(held) do
          lines = lines + 1
        end
        assert.equal(1, lines, found_in(name).stdout)
        assert.equal(1, replay(found_in(name), "To run just that:").status)
      end)

      it("tells a seed that fails every time, and in the same way", function()
        local hashes = {}
        assert.same({ [1] = TIMES }, statuses(TIMES, function()
          local result = replay(found_in(name), "fails%. To run it again:")
          hashes[hash(result)] = true
          return result.status
        end))
        assert.is_nil(next(hashes, next(hashes)))
      end)
    end)
  end

  it("makes way in the line after the look", function()
    assert.matches("client is held back at lua/client.lua:2%d\n",
      found_in "check_then_register".stdout)
  end)

  it("finds nothing where there is nothing", function()
    local result = troupe("--schedules", "60", "races/none.lua")
    assert.equal(0, result.status)
    assert.matches("60 schedules, none of which fails", result.stdout)
  end)

  it("is the same each time, whatever a program is made of", function()
    for _, seed in ipairs { "1", "2" } do
      local hashes = {}
      for _ = 1, 5 do
        local result = troupe("--seed", seed, "races/busy.lua")
        assert.equal(0, result.status, result.stdout)
        hashes[hash(result)] = true
      end
      hashes[hash(troupe("--schedule=seed=" .. seed, "races/busy.lua"))] = true
      assert.is_nil(next(hashes, next(hashes)))
    end
  end)

  it("is another one for another seed", function()
    assert.not_equal(hash(troupe("--seed", "1", "races/busy.lua")),
      hash(troupe("--seed", "3", "races/busy.lua")))
  end)
end)

describe("a search", function()
  local place
  setup(function()
    place = project.empty()
    place:write("place-dev-1.rockspec", 'package = "place" version = "dev-1"')
    place:write("spec/always_spec.lua",
      'it("fails", function() error "as ever" end)')
    place:write("spec/loops_spec.lua",
      'it("loops", function() while true do end end)')
    place:write("spec/good_spec.lua", 'it("is good", function() end)')
  end)

  it("says so if what it looks for is in every order", function()
    local result = place:troupe("test", "--schedules=5", "spec/always_spec.lua")
    assert.equal(1, result.status)
    assert.matches("as ever", result.stdout, 1, true)
    assert.matches("This is no matter of order", result.stdout, 1, true)
    assert.matches("\n    troupe test --seed 0 spec/always_spec.lua\n",
      result.stdout, 1, true)
  end)

  it("ends with all that it has started", function()
    local search = place:start("test", "--schedules", "1000",
      "spec/loops_spec.lua")
    local mark = "grep -lzs '[s]pec/loops_spec.lua' /proc/[0-9]*/cmdline | " ..
      "wc -l"
    local function count() return tonumber(command.lines(mark)[1]) end
    eventually(function() return count() > 1 end)
    search:signal "INT"
    assert.equal(130, search:wait().status)
    eventually(function() return count() == 0 end)
  end)

  it("says what it expects", function()
    local function complaint(...)
      local result = place:troupe("test", ...)
      assert.equal(1, result.status)
      return result.stderr
    end
    assert.equal("troupe: expected --schedules to be a number of runs above " ..
      "0, got none (see troupe test --help)\n",
      complaint("--schedules", "none"))
    assert.equal("troupe: expected --seed to be a number of at least 0, got " ..
      "-1 (see troupe test --help)\n", complaint "--seed=-1")
    assert.matches('expected a schedule to be like .*, got "seed=x"',
      complaint("--schedule", "seed=x"))
    assert.matches("expected one worker, no %-%-name",
      complaint("--workers", "2", "--seed", "1"))
  end)
end)
