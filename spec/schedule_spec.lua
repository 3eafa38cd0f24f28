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

      it("tells the few choices that make it so, which fail, too", function()
        local lines = 0
        local held = "\n +%d+%. <0%.%d+%.1> [^\n]*is held back"
        for _ in found_in(name).stdout:gmatch(held) do
          lines = lines + 1
        end
        assert.is_true(lines == 1 or lines == 2, found_in(name).stdout)
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

  it("names before which message, and nothing of the test's own", function()
    local told = found_in "lost_update".stdout
    assert.matches('audit %("audit"%) is held back before call "note" 10 ' ..
      'from <0%.%d+%.1> ledger', told)
    for name in pairs(races) do
      assert.not_matches("troupe%.test", found_in(name).stdout)
    end
  end)

  it("begins where one says", function()
    local result = troupe("--schedules", "1000", "--seed", "5000",
      "races/assumed_order.lua")
    local number, seed = result.stdout:match(
      "Schedule (%d+) of 1000 fails[^\n]*\n[^\n]*%-%-seed (%d+) ")
    assert.equal(tonumber(seed), 5000 + tonumber(number) - 1)
    assert.equal(1, replay(result, "fails%. To run it again:").status)
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
    assert.not_equal(hash(troupe("--seed", "1", "races/none.lua")),
      hash(troupe("--seed", "3", "races/none.lua")))
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
    assert.matches("This fails in the usual order already, so no other has " ..
      "been tried.", result.stdout, 1, true)
    assert.matches("\n    troupe test --seed 0 spec/always_spec.lua\n",
      result.stdout, 1, true)
  end)

  -- Under --limit a run has twice that.
  describe("that meets a run without an end", function()
    local result
    setup(function()
      place:write("lua/judge.lua",
        command.read "spec/schedule/lua/judge.lua")
      place:write("lua/client.lua",
        command.read "spec/schedule/lua/client.lua")
      place:write("spec/stays_spec.lua", [[
        local test = require "troupe.test"
        local troupe = require "troupe"
        it("ends", function()
          local judge = test.start_supervised "judge"
          for _, word in ipairs { "first", "second" } do
            local client = test.start_supervised "client"
            troupe.cast(client, "say", judge, word)
          end
          if troupe.call(judge, "verdict", 2) == "second first" then
            os.execute "kill -STOP $PPID" -- and what would end it in time
          end
        end)]])
      result = place:troupe("test", "--limit=1", "--schedules=1000",
        "spec/stays_spec.lua")
    end)

    it("stops it, and says so", function()
      assert.equal(1, result.status)
      assert.matches("It did not end within [%d.]+ s, and was stopped%.",
        result.stdout)
      assert.matches("Schedule %d+ of 1000 fails", result.stdout)
    end)

    it("still finds what makes it so", function()
      assert.matches('%. <[%d.]+> client is held back before cast "say"',
        result.stdout)
    end)
  end)

  describe("where addresses cannot be fixed", function()
    local WORDS = "troupe: this system does not let a process have the same " ..
      "addresses each time (Operation not permitted)"

    -- The host that starts it is not allowed to, and so it is not.
    local function confined(line)
      place:write("confined.lua", ([[
        assert(require "probe".forbid_personality())
        local _, _, status = os.execute(%q)
        os.exit(status)]]):format(command.quote(command.binary()) .. line))
      return place:troupe("run", "confined.lua")
    end

    it("says so, once, and goes on", function()
      local result = confined " test --seed 1 spec/good_spec.lua"
      assert.equal(0, result.status, result.stdout .. result.stderr)
      local _, times = result.stderr:gsub(WORDS:gsub("%p", "%%%0"), "")
      assert.equal(1, times, result.stderr)
      assert.matches("hash %x+", result.stderr)
    end)

    it("still goes through tables in the same order, and draws the same",
      function()
        place:write("spec/order_spec.lua", [[it("goes", function()
          local order, numbers = {}, {}
          for i = 1, 50 do numbers["key" .. i] = i end
          for key in pairs(numbers) do order[#order + 1] = key end
          order[#order + 1] = math.random(0) .. " " .. math.randomseed()
          local file <close> = assert(io.open("order", "w"))
          file:write(table.concat(order, " "))
        end)]])
        local first
        for _ = 1, 3 do
          local result = confined " test --seed 1 spec/order_spec.lua"
          assert.equal(0, result.status, result.stdout .. result.stderr)
          first = first or place:read "order"
          assert.equal(first, place:read "order")
        end
      end)

    it("still searches", function()
      local result = confined " test --schedules 3 spec/good_spec.lua"
      assert.equal(0, result.status, result.stdout .. result.stderr)
      assert.matches(WORDS, result.stderr, 1, true)
      assert.matches("3 schedules, none of which fails", result.stdout)
    end)
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
    for _, seed in ipairs { "-1", "9223372036854775808", "1e3", "x" } do
      assert.equal("troupe: expected --seed to be a number from 0 to 2^63 - " ..
        "1, got " .. seed .. " (see troupe test --help)\n",
        complaint("--seed=" .. seed))
    end
    assert.matches("expected %-%-schedule alone, .*, got %-%-schedules, too",
      complaint("--schedules", "3", "--schedule", "seed=3"))
    assert.matches("expected %-%-schedule alone, .*, got %-%-seed, too",
      complaint("--seed", "3", "--schedule", "seed=3"))
    assert.matches('expected a schedule to be like .*, got "seed=x"',
      complaint("--schedule", "seed=x"))
    assert.matches("expected one worker, no %-%-name",
      complaint("--workers", "2", "--seed", "1"))
  end)
end)
